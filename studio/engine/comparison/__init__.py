"""Two pictures side by side: what they share, and where."""
