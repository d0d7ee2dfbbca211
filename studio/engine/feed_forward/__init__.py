"""Live: one pass through the feed-forward network."""
