"""Durations as people read them."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """A running time: 0:11, 12:05, 1:02:03."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rough_time(seconds: float) -> str:
    """An estimate with no more digits than it deserves: 8 s, 25 s, 2 min, 1 h 45."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(5 * round(minutes / 5), 60)
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def rough_bytes(count: float) -> str:
    """Memory with no more digits than it deserves: 900 MB, 2.4 GB, 11 GB."""
    if count < 9.75e8:  # what rounds to 1000 MB is 1.0 GB
        return f"{50 * max(1, round(count / 5e7))} MB"
    return f"{count / 1e9:.1f} GB" if count < 9.95e9 else f"{count / 1e9:.0f} GB"
