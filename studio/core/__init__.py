"""Plain data the whole studio speaks: standard library, numpy and Pillow only."""
