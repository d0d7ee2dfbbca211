"""The export dialog and the exporter."""
