"""Variations: a grid of small pictures that differ in what the artist chooses, to take one of or keep several."""
