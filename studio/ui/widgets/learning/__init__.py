"""Curves of learning: the plot, and what is there until it is loaded."""
