"""Drops, paste, dialogs, recent files, user styles: everything that comes in."""
