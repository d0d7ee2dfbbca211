"""Projects in the window: opened, saved, kept after every action, and there again at the next start."""
