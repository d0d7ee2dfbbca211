"""Reading TIFF: page, segments, colours; `tiff_reader` puts them together."""
