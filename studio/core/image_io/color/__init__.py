"""What a file tells about its colours, what the numbers mean in light, and what is painted where nothing is seen."""
