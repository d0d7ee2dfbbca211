"""The table of actions and what hangs on it: menu texts, message bar."""
