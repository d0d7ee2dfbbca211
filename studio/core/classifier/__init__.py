"""A classifier as plain data: its head, its changed layers, its settings, and how good it was found to be."""
