"""Statistics of features, and the losses made from them."""
