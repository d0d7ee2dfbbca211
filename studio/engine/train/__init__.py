"""Training of the feed-forward network."""
