"""FactFiles: manifests and cards as they were when facts of pictures were last read from them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from errno import ELOOP
from pathlib import Path

from studio.core.library.files.index_database import IndexDatabase

_CARD = ".json"
# Made by whoever writes first: an index from before has all but this table, and stays readable by studios from before.
_TABLE = """
CREATE TABLE IF NOT EXISTS fact_files (path BLOB PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL)
"""
_State = tuple[int, int]  # bytes, nanoseconds of the last change


@dataclass(frozen=True)
class FactChanges:
    """What is others than before. manifests, cards: files that are new, changed or gone.

    states: of all of them, as they are now, None for those that are gone.
    """

    manifests: frozenset[Path] = frozenset()
    cards: frozenset[Path] = frozenset()
    states: Mapping[Path, _State | None] = field(default_factory=dict)


class FactFiles:
    """For the thread of the index, by who writes. Raises StudioError."""

    def __init__(self, database: IndexDatabase) -> None:
        self._database = database
        database.execute(_TABLE)

    def changes(
        self, folders: Iterable[Path], above: Iterable[Path], manifest: str, check: Callable[[], None]
    ) -> FactChanges:
        """What has changed in folders, and in those above, of which only manifests count.

        manifest: the name of such a file. check: called at each folder; what it raises ends the search. A folder that
        cannot be read has not changed, nor has a file of which nothing can be told.
        """
        known = self._known()
        states: dict[Path, _State | None] = {}
        for folder in dict.fromkeys(above):
            with suppress(OSError):
                before = known.get(folder, {})
                _compare(folder, _stated([folder / manifest], before), before, states, {manifest})
        for folder in dict.fromkeys(folders):
            check()
            with suppress(OSError):
                before = known.get(folder, {})
                _compare(folder, _found(folder, manifest, before), before, states)
        manifests = frozenset(path for path in states if path.name == manifest)
        return FactChanges(manifests, frozenset(states) - manifests, states)

    def note(self, changes: FactChanges) -> None:
        """Facts were read again; it lasts from the next `commit` of the index."""
        for path, state in changes.states.items():
            key = os.fsencode(path)
            if state is None:
                self._database.execute("DELETE FROM fact_files WHERE path = ?", (key,))
            else:
                self._database.execute("INSERT OR REPLACE INTO fact_files VALUES (?, ?, ?)", (key, *state))

    def _known(self) -> dict[Path, dict[str, _State]]:
        """By folder and name."""
        found: dict[Path, dict[str, _State]] = {}
        for name, size, modified in self._database.execute("SELECT path, size, modified FROM fact_files"):
            path = Path(os.fsdecode(name))
            found.setdefault(path.parent, {})[path.name] = size, modified
        return found


def _found(folder: Path, manifest: str, before: Mapping[str, _State]) -> dict[str, _State]:
    """The manifest of a folder, and the cards that lie beside a file of their name. Raises OSError."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    pictures = {os.path.splitext(name)[0] for name in names if not name.endswith(_CARD)}  # noqa: PTH122 - quick
    wanted = [name for name in names if name.endswith(_CARD) and name.removesuffix(_CARD) in pictures]
    return _stated((folder / name for name in (*wanted, manifest)), before)


def _stated(paths: Iterable[Path], before: Mapping[str, _State]) -> dict[str, _State]:
    """How the files are that are there, as before where that cannot be told: one of them hides no other."""
    states = {}
    for path in paths:
        try:
            facts = path.stat()
            states[path.name] = facts.st_size, facts.st_mtime_ns
        except FileNotFoundError:
            continue
        except OSError as error:  # such as a link to itself, which is no file
            if error.errno != ELOOP and path.name in before:
                states[path.name] = before[path.name]
    return states


def _compare(
    folder: Path,
    now: Mapping[str, _State],
    before: Mapping[str, _State],
    states: dict[Path, _State | None],
    only: set[str] | None = None,
) -> None:
    for name in {*now, *before} if only is None else only:
        if now.get(name) != before.get(name):
            states[folder / name] = now.get(name)
