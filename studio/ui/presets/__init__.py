"""Named presets in the panel, and settings as files."""
