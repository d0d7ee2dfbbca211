"""Printing: the dialog with its page, and where on it the picture lies."""
