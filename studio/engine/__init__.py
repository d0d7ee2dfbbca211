"""All torch: encoders, losses, optimisation. No Qt, no threads, no printing."""
