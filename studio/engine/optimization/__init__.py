"""Finish: optimisation of the picture itself."""
