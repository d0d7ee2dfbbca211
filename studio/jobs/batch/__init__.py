"""Running a batch, here or on a cluster."""
