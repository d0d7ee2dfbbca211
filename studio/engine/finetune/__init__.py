"""Fine-tuning the feed-forward network to one artist."""
