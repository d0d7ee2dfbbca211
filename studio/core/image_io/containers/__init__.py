"""What the containers of pictures say and hold, read with bounds: PNG chunks, JPEG segments, AVIF and HEIC boxes."""
