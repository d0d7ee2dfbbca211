"""Threads and the engine's process. No Qt, no torch."""
