"""Nothing is lost: project files, the session on disk after every action, presets and recipes as files."""
