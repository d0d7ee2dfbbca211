"""The styles on the left."""
