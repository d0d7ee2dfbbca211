"""LentSessions: sessions whose files are being read for a save, so that none is given free under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path


class LentSessions:
    """Knows who reads in a session's folder, and lets what would end it wait for them. To be used in one thread."""

    def __init__(self) -> None:
        self._readers: defaultdict[Path, set[object]] = defaultdict(set)
        self._waiting: defaultdict[Path, list[Callable[[], None]]] = defaultdict(list)

    def lend(self, folder: Path) -> Callable[[], None]:
        """Somebody reads in it from now on, until what is returned is called; a second call changes nothing."""
        reader = object()
        self._readers[folder].add(reader)

        def give_back() -> None:
            self._readers[folder].discard(reader)
            if not self.is_lent(folder):
                self._end(folder)

        return give_back

    def when_free(self, folder: Path, then: Callable[[], None]) -> None:
        """Call `then` as soon as nobody reads in it: now, or after the last one, in the order of the calls."""
        self._waiting[folder].append(then)
        if not self.is_lent(folder):
            self._end(folder)

    def is_lent(self, folder: Path) -> bool:
        """Whether somebody reads in it."""
        return bool(self._readers.get(folder))

    def end_waiting(self) -> None:
        """Call all that wait now: there is no later."""
        for folder in list(self._waiting):
            self._end(folder)

    def _end(self, folder: Path) -> None:
        for then in self._waiting.pop(folder, []):
            then()
