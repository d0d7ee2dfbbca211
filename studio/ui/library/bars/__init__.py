"""The bars around the pictures of the library."""
