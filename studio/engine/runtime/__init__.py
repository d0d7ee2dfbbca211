"""Device, memory, tensors, tiles."""
