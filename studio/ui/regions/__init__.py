"""Regions in the window: chips below the canvas, tools over it, and what can be done with a region."""
