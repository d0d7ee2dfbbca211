"""Teach a style: its window, controller and loss curve."""
