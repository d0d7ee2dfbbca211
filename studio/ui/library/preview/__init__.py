"""A picture of the library in full, with what is known of it."""
