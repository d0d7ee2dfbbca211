"""The dialogs of the system that ask for files and folders."""
