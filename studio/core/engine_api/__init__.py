"""What goes to the engine and what comes back: requests, events, the Engine protocol."""
