"""Durations as people read them."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """A running time: 0:11, 12:05, 1:02:03."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rough_time(seconds: float) -> str:
    """An estimate with no more digits than it deserves: 8 s, 25 s, 2 min."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min"
