"""Menus whose entries all have a letter that chooses them."""
