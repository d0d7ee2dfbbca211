"""LentSessions: sessions whose files are being read for a save, so that none is given free under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path


class LentSessions:
    """Knows who reads in a session's folder, and lets what would end it wait for them. To be used in one thread."""

    def __init__(self) -> None:
        self._readers: defaultdict[Path, set[Callable[[], None]]] = defaultdict(set)
        self._waiting: defaultdict[Path, list[Callable[[], None]]] = defaultdict(list)

    def lend(self, folder: Path, give_back: Callable[[], None]) -> Callable[[], None]:
        """Somebody reads in it from now on, until what is returned is called; a second call changes nothing.

        give_back: called then, before anything that waits.
        """

        def end() -> None:
            if end in self._readers[folder]:
                self._readers[folder].remove(end)
                give_back()
                if not self.is_lent(folder):
                    self._end(folder)

        self._readers[folder].add(end)
        return end

    def when_free(self, folder: Path, then: Callable[[], None]) -> None:
        """Call `then` as soon as nobody reads in it: now, or after the last one, in the order of the calls."""
        self._waiting[folder].append(then)
        if not self.is_lent(folder):
            self._end(folder)

    def is_lent(self, folder: Path) -> bool:
        """Whether somebody reads in it."""
        return bool(self._readers.get(folder))

    def end_all(self) -> None:
        """Nobody reads in any of them any more, though not all have said so."""
        for readers in list(self._readers.values()):
            for end in list(readers):
                end()

    def _end(self, folder: Path) -> None:
        for then in self._waiting.pop(folder, []):
            then()
