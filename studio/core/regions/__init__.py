"""Regions: where in the photo which styles and settings hold."""
