"""Finish: the long job that paints the artwork, how long it takes, and how large it paints."""
