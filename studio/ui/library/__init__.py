"""The library: the second room of the window, with all pictures of the artist, found by what they are like."""
