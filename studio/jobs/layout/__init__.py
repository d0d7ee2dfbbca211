"""The process that lays pictures out on a plane by UMAP."""
