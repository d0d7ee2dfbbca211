"""The map of the library: pictures on a plane, those alike near each other."""
