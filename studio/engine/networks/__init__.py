"""VGG encoder, style network, style predictor, and their weights."""
