"""Nothing is lost: project files, the sitting on disk after every action, presets and recipes as files."""
