"""All Qt. No torch."""
