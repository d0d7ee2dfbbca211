"""Project: an artwork with its undo, its history and its window, as one value that can be written down."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState, Result, removal_key
from studio.core.artwork.card_corrections import CardCorrections
from studio.core.displayable import displayable
from studio.core.errors import ProjectError

Photos = Literal["embedded", "linked"]
LONGEST_NOTE = 2000  # characters
LONGEST_GROUP = 200


@dataclass(frozen=True, eq=False)
class HistoryEntry:
    """One painting on the shelf.

    id: 16 hex digits, the same from start to start. time: when it was painted, in seconds since 1970 (UTC). note: what
    the artist says of it, at most LONGEST_NOTE characters, on one line. is_pinned: kept whatever the cap is. group:
    what it is grouped by, such as the photo's name, at most LONGEST_GROUP characters. Texts are made `displayable`.
    Raises ProjectError if one is too long or the time is none.
    """

    result: Result
    time: float
    note: str = ""
    is_pinned: bool = False
    group: str = ""
    id: str = field(default_factory=lambda: token_hex(8))

    def __post_init__(self) -> None:
        for name, most in (("note", LONGEST_NOTE), ("group", LONGEST_GROUP)):
            text = displayable(getattr(self, name))
            if len(text) > most:
                raise ProjectError(f"The {name} has {len(text):,} characters; the limit is {most:,}.", "Shorten it.")
            object.__setattr__(self, name, text)
        if not math.isfinite(self.time) or not 0 <= self.time < 1e11:
            raise ProjectError(f"{self.time!r} is not the time of a painting.")

    @property
    def key(self) -> str:
        """What it is called where it was thrown away."""
        return removal_key("entry", self.id)


@dataclass(frozen=True)
class ProjectFile:
    """The file that a project was read from, or saved in. path: absolute.

    photos: whether they are in it. mark: as `mark_of` it when it was read or written; another one means that somebody
    else has written it since. is_saved: whether all of the project stands in it, the undo steps aside.
    """

    path: Path
    photos: Photos
    mark: str
    is_saved: bool = True


@dataclass(frozen=True, eq=False)
class Project:
    """All there is: what is on the table, what was done, what was painted.

    state: what is on the table. undo, redo: as `Artwork.undo_stack` and `redo_stack`; () where they are not to be kept.
    history: oldest first. shown: index of the entry on the canvas, None if none of them is. window: what the window
    wants to find again (sizes, zoom, open panels), as plain JSON values.
    photos: after reading, whether the file links to any photo; what is written is said where it is written.
    problems: after reading, a sentence each on what could not be brought back; never written.
    file: where it was saved last, None if it never was; written in a session alone.
    cards: what is known of its styles today, which is what is written of them.
    """

    state: ArtworkState = field(default_factory=ArtworkState)
    undo: tuple[ArtworkState, ...] = ()
    redo: tuple[ArtworkState, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    shown: int | None = None
    window: Mapping[str, Any] = field(default_factory=dict)
    photos: Photos = "embedded"
    problems: tuple[str, ...] = ()
    file: ProjectFile | None = None
    cards: CardCorrections = field(default_factory=CardCorrections)

    def __post_init__(self) -> None:
        if self.shown is not None and not 0 <= self.shown < len(self.history):
            raise ProjectError(f"Entry {self.shown} is shown, and there are {len(self.history)}.")

    @property
    def has_work(self) -> bool:
        """Whether there is anything that an artist could miss."""
        state = self.state
        return bool(state.photo or state.styles or state.regions or self.history or self.undo)

    @property
    def has_labour(self) -> bool:
        """Whether there is more than what a few clicks bring again: a photo in its file, a style of the gallery."""
        return bool(self.history) or any(map(_is_laboured, (self.state, *self.undo, *self.redo)))

    def artwork(self) -> Artwork:
        """A fresh Artwork in this state, with its undo and its history."""
        return Artwork(self.state, self.undo, self.redo, [entry.result for entry in self.history])

    def without_undo(self) -> Project:
        """The same, with nothing to be taken back, and without what was thrown away: as one gives it away."""
        lean = replace(self, undo=(), redo=(), state=replace(self.state, removed=frozenset()))
        for index in reversed(range(len(self.history))):
            if self.history[index].key in self.state.removed:
                lean = lean.without_entry(index)
        return lean

    def without_entry(self, index: int) -> Project:
        """The same without one entry of the history."""
        history = self.history[:index] + self.history[index + 1 :]
        shown = self.shown
        if shown is not None:
            shown = None if shown == index else shown - (shown > index)
        return replace(self, history=history, shown=shown)


def project_of(
    artwork: Artwork, known: Sequence[HistoryEntry] = (), window: Mapping[str, Any] | None = None
) -> Project:
    """The project that an artwork is now. Quick: nothing is copied.

    known: the entries so far; a result that is in none of them gets one of its own, painted now and grouped by the name
    of its photo, or of both photos; one that was replaced by itself in other colours keeps its entry.
    """
    entries = list(known)
    for result in artwork.history:
        if any(entry.result is result for entry in entries):
            continue
        place = next((i for i, entry in enumerate(entries) if _is_recolored(entry.result, result)), None)
        if place is None:
            photo = result.blend or result.content
            entries.append(HistoryEntry(result, time.time(), group=photo.name[:LONGEST_GROUP] if photo else ""))
        else:
            entries[place] = replace(entries[place], result=result)
    state = artwork.state
    if state.blend is not None and artwork.awaited_blend is not None:
        state = replace(state, content=state.blend.base)  # what stands in for it now is nothing to keep
    shown = next((i for i, entry in enumerate(entries) if entry.result is state.result), None)
    return Project(
        state,
        artwork.undo_stack,
        artwork.redo_stack,
        tuple(entries),
        shown,
        dict(window or {}),
        cards=artwork.cards.copy(),
    )


def _is_laboured(state: ArtworkState) -> bool:
    photo = state.photo
    return bool(state.regions or state.blend or (photo and (state.styles or photo.source is None)))


def _is_recolored(old: Result, new: Result) -> bool:
    return old.painted is new.painted and old.content is new.content


def differ(one: Project, other: Project) -> bool:
    """Whether the work differs; the window's own values, and the file that it belongs to, do not count."""
    return (
        one.state != other.state
        or one.undo != other.undo
        or one.redo != other.redo
        or len(one.history) != len(other.history)
        or any(a is not b for a, b in zip(one.history, other.history, strict=True))
    )
