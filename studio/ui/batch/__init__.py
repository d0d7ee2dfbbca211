"""Render many: its window, queue and list."""
