"""Shelf: the entries of the history, with all that is done to them; what is on the disk, and what stays in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork.artwork_state import ArtworkState, Result, pictures_of
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.project.document import THUMBNAIL_EDGE
from studio.core.project.picture_bytes import release
from studio.core.project.project import HistoryEntry, Project, project_of
from studio.core.project.session_store import Recorded, SessionStore
from studio.core.resampling import reduced
from studio.ui.session.message import Message
from studio.ui.session.session import Session

RESULTS_IN_MEMORY = 4  # the newest; others are read again when somebody looks at them
STEPS_IN_MEMORY = 8  # of undo, and of redo


class Shelf(QObject):
    """Follows the session. Entries that were thrown away are among `entries` until nothing brings them back.

    store: where they lie on the disk, None while they do not. recorded: what became of the last state written.
    Signals: changed(), other entries, or something else is said of them; usage_changed(), another `recorded`.
    """

    changed = Signal()
    usage_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[HistoryEntry, ...] = ()
        self.store: SessionStore | None = None
        self.recorded: Recorded | None = None
        self._session = session
        self._shown: tuple[HistoryEntry, ...] = ()
        session.state_changed.connect(self._follow)

    @property
    def shown(self) -> tuple[HistoryEntry, ...]:
        """Those that were not thrown away: by photo, each photo where its first one was painted, the newest last.

        They come in the order in which they were painted, which their times may not tell: clocks are set back.
        """
        removed = self._session.artwork.state.removed
        groups: dict[str, list[HistoryEntry]] = {}
        for entry in self.entries:
            if entry.key not in removed:
                groups.setdefault(entry.group, []).append(entry)
        return tuple(chain.from_iterable(groups.values()))

    @property
    def present(self) -> HistoryEntry | None:
        """The entry that is on the canvas: the one looked at, or the artwork's result; None while others are."""
        shown = self._session.on_canvas.shown
        return next((entry for entry in self.entries if shown is not None and entry.result is shown.result), None)

    def project(self, window: Mapping[str, Any] | None = None) -> Project:
        """All there is now; what nothing brings back any more is left out, and forgotten."""
        artwork = self._session.artwork
        gone = artwork.out_of_reach
        project = project_of(artwork, self.entries, window)
        if gone:
            lost = [entry for entry in project.history if entry.key in gone]
            artwork.forget(gone, [entry.result for entry in lost])
            project = project_of(artwork, [entry for entry in project.history if entry.key not in gone], window)
        self._set(project.history)
        return project

    def take(self, entries: Sequence[HistoryEntry]) -> None:
        """Have other entries, of another artwork, from now on."""
        self._set(tuple(entries))

    def pin(self, entry: HistoryEntry, is_pinned: bool) -> None:
        """Keep an entry whatever the cap is, or no longer."""
        self._change(entry, is_pinned=is_pinned)

    def note(self, entry: HistoryEntry, text: str) -> None:
        """Say something of an entry. What is too long is told."""
        try:
            self._change(entry, note=text)
        except StudioError as error:
            self._session.post_message(Message.about(error))

    def remove(self, entry: HistoryEntry) -> None:
        """Throw an entry away, which undo brings back."""
        on_canvas = self._session.on_canvas
        if entry.result is on_canvas.looked_at or entry.result is on_canvas.beside:
            on_canvas.look_at(None)
        self._session.belongings.remove(entry.key)
        text = self.tr("The picture is thrown away.")
        self._session.post_message(Message(text, action="undo"))

    def restore(self, entry: HistoryEntry) -> None:
        """Bring back the settings that an entry was painted from, and the picture."""
        self._session.show_result(entry.result)

    def note_recorded(self, recorded: Recorded, project: Project) -> None:
        """A project is on the disk: what is not at hand leaves the memory."""
        before, self.recorded = self.recorded, recorded
        dropped = {id(entry.result) for entry in recorded.dropped}
        if dropped:
            lost = {entry.key for entry in self.entries if id(entry.result) in dropped}
            self._session.artwork.forget(lost, [entry.result for entry in recorded.dropped])
            self._set(tuple(entry for entry in self.entries if id(entry.result) not in dropped))
            text = self.tr("The history is full: its oldest pictures are gone.")
            remedy = self.tr("Pin what you want to keep, or let it take more of the disk.")
            self._session.post_message(Message(text, remedy))
        self._release(project)
        if before != recorded:
            self.usage_changed.emit()

    def note_usage(self, usage: Recorded) -> None:
        """Say how much of the disk it takes, where nothing was written yet."""
        self.recorded = usage
        self.usage_changed.emit()

    def thumbnail(self, entry: HistoryEntry) -> Picture:
        """The small copy of an entry, at most THUMBNAIL_EDGE px. Waits for the disk: for a thread of its own."""
        store = self.store
        found = store.thumbnail(entry.result.picture) if store is not None else None
        return found or reduced(entry.result.picture, THUMBNAIL_EDGE)

    @Slot()
    def _follow(self) -> None:
        self._set(project_of(self._session.artwork, self.entries).history)

    def _change(self, entry: HistoryEntry, **fields: Any) -> None:
        place = next((n for n, one in enumerate(self.entries) if one.id == entry.id), None)
        if place is not None:
            changed = replace(self.entries[place], **fields)
            self._set((*self.entries[:place], changed, *self.entries[place + 1 :]))

    def _set(self, entries: tuple[HistoryEntry, ...]) -> None:
        self.entries = entries
        shown = self.shown
        if len(shown) != len(self._shown) or any(a is not b for a, b in zip(shown, self._shown, strict=True)):
            self._shown = shown
            self.changed.emit()

    def _release(self, project: Project) -> None:
        artwork, on_canvas, run = self._session.artwork, self._session.on_canvas, self._session.finishing.run
        steps = (*artwork.undo_stack[-STEPS_IN_MEMORY:], *artwork.redo_stack[-STEPS_IN_MEMORY:])
        at_hand: list[ArtworkState | Result] = [artwork.state, *steps]
        at_hand += [entry.result for entry in self.entries[-RESULTS_IN_MEMORY:]]
        at_hand += [part for part in (on_canvas.looked_at, on_canvas.beside) if part is not None]
        if run is not None:
            at_hand.append(run.state)
        kept = {id(picture) for part in at_hand for picture in pictures_of(part)}
        kept |= {id(picture) for picture in (on_canvas.picture, on_canvas.photo) if picture is not None}
        resting = [picture for entry in project.history for picture in _painted(entry.result)]
        resting += [picture for state in (*project.undo, *project.redo) for picture in _painted(state)]
        for picture in resting:
            if id(picture) not in kept and picture.is_in_memory:
                release(picture)


def _painted(part: ArtworkState | Result) -> list[Picture]:
    """What a part shows; its styles may be in use anywhere in the window."""
    return pictures_of(replace(part, styles=()))
