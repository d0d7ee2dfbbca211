"""LentSessions: sessions whose files are being read for a save, so that none is discarded under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path


class LentSessions:
    """Knows who reads in a session's folder, and lets what would end it wait for them. To be used in one thread."""

    def __init__(self) -> None:
        self._readers: defaultdict[Path, set[object]] = defaultdict(set)
        self._waiting: dict[Path, Callable[[], None]] = {}

    def lend(self, folder: Path) -> Callable[[], None]:
        """Somebody reads in it from now on, until what is returned is called; a second call changes nothing."""
        reader = object()
        self._readers[folder].add(reader)

        def give_back() -> None:
            self._readers[folder].discard(reader)
            if not self._readers[folder] and folder in self._waiting:
                self._waiting.pop(folder)()

        return give_back

    def when_free(self, folder: Path, end: Callable[[], None]) -> None:
        """Call `end` as soon as nobody reads in it: now, or after the last one."""
        if self._readers[folder]:
            self._waiting[folder] = end
        else:
            end()
