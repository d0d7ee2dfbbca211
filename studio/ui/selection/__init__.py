"""What is selected: the whole picture or a region of it, and what was seen in the photo."""
