"""Many styles learnt into one folder, on an engine or on the workers of a cluster."""
