"""The main window and its bars: arranges the panels and binds the actions. Only app imports it."""
