"""The session is on disk soon after every action and every painting, and on the table again at the next start."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.artwork.artwork import Artwork
from studio.core.errors import StudioError
from studio.core.project.project import Project
from studio.core.project.project_file import Kept
from studio.core.project.session_store import Recorded, SessionStore, open_session, take_session
from studio.core.project.waiting_sessions import discard_session
from studio.ui.history.shelf import Shelf
from studio.ui.importing.user_styles import UserStyles
from studio.ui.session.message import Message
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor

RETRY = 5000  # ms until a disk that has refused is asked again
REST = 300  # ms from a change to the state that is written: a burst of changes is written once

_logger = logging.getLogger(__name__)


class AutosaveController(QObject):
    """Writes the session as the session goes, off the GUI thread; one state at a time, and the newest at the end.

    window: values of JSON that are kept with
    the project, see `Project.window`; a change of them alone is written with the next one.
    Signals: began(), what was there at the last start is on the table, or there was nothing, or it could not be read,
    which the session was told. left(), what lay on the table before is written as a session of its own.
    """

    began = Signal()
    left = Signal()

    def __init__(
        self,
        session: Session,
        shelf: Shelf,
        files: SerialExecutor,
        user_styles: UserStyles,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        """user_styles: the artist's styles, whose files those of the session are matched with."""
        super().__init__(parent)
        self.window: Mapping[str, Any] = {}
        self._session = session
        self._shelf = shelf
        self._files = files
        self._preferences = preferences
        self._user_styles = user_styles
        self._store: SessionStore | None = None
        self._recorded: Project | None = None
        self._is_writing = False
        self._has_failed = False
        self._unsaved: Message | None = None  # to be told again: opening the first photo takes messages away
        self._is_closed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._record)
        session.state_changed.connect(self._note)
        shelf.changed.connect(self._note)
        preferences.changed.connect(self._follow_preference)

    def start(self) -> None:
        """Put the last session on the table and begin to record; `began` comes soon."""
        cards, cap, starts_empty = self._user_styles.cards, self._cap, self._preferences.starts_empty

        def begin() -> tuple[SessionStore, Project | None, Recorded, StudioError | None]:
            store = open_session(cap=cap, start_empty=starts_empty)
            try:
                return store, store.recover(cards), store.usage(), None
            except StudioError as error:
                return store, None, store.usage(), error

        self._files.submit(begin, self._begin, self._stay_unsaved)

    def project(self) -> Project:
        """All there is now."""
        return self._shelf.project(self.window)

    @property
    def files(self) -> Kept:
        """The files of the session, so that a project is saved without making them again."""
        return self._store.files if self._store is not None else {}

    @property
    def sizes(self) -> Mapping[str, int]:
        """Their sizes in bytes."""
        return self._store.sizes if self._store is not None else {}

    def open(self, project: Project, is_saved: bool = False) -> Path | None:
        """Put a project on the table. What lay there stays on disk as a session of its own, whose folder is returned.

        None if nothing lay there, if it `is_saved`, or if it could not be kept.
        """
        cap = self._cap

        def begin() -> SessionStore:
            store = open_session(cap=cap, start_empty=True)
            with suppress(StudioError):  # it is tried again, and told then
                store.record(project)
            if self._is_closed:  # and nobody waits for it any more
                store.close()
            return store

        has_store, left = self._store is not None, self._set_aside(is_saved)
        if has_store:
            self._files.submit_write(begin, self._go_on_in, self._refuse)
        self._take(project)
        return left

    def go_to(self, folder: Path, is_saved: Callable[[], bool], then: Callable[[Path | None], None]) -> None:
        """Go on with a session before; what lies on the table stays on disk as one of its own, unless it `is_saved`.

        then: called once it is on the table, with what `open` returns.
        """
        cards, cap = self._user_styles.cards, self._cap

        def begin() -> tuple[SessionStore, Project | None]:
            store = take_session(folder, cap)
            try:
                return store, store.recover(cards)
            except StudioError:
                store.close()
                raise

        def go(found: tuple[SessionStore, Project | None]) -> None:
            store, project = found
            left = self._set_aside(is_saved())
            if project is not None:
                self._take(project)
            self._go_on_in(store)
            then(left)

        self._files.submit(begin, go, lambda error: self._session.post_message(Message.about(error)))

    def close(self) -> None:
        """Write what there is, a Finish under way with the picture so far, and give the session free. Idempotent."""
        self._timer.stop()
        self._is_closed = True
        self._leave_session()

    def _begin(self, opened: tuple[SessionStore, Project | None, Recorded, StudioError | None]) -> None:
        store, project, usage, error = opened
        self._use(store)
        self._session.is_kept = True
        if error is not None:
            self._session.post_message(Message.about(error))
        if project is not None:
            self._recorded = project
            self._shelf.note_usage(usage)  # nothing is written before the first change
            self._join(project)
        self._note()
        self.began.emit()

    def _join(self, project: Project) -> None:
        """Take up the last session. What was done while it was read comes after it, as one does it."""
        artwork = self._session.artwork
        if artwork.history or artwork.can_undo:
            undo = (*project.undo, project.state, *artwork.undo_stack[1:])
            history = [*(entry.result for entry in project.history), *artwork.history]
            state = replace(artwork.state, removed=artwork.state.removed | project.state.removed)
            joined = Artwork(state, undo, artwork.redo_stack, history)
            self._shelf.take(project.history)
            self._session.take_artwork(joined)
        else:
            self._take(project)

    def _take(self, project: Project) -> None:
        self._session.finishing.leave()
        self.window = project.window
        self._shelf.take(project.history)
        self._session.take_artwork(project.artwork())
        if project.problems:
            text = self.tr("Some of it could not be brought back.")
            self._session.post_message(Message(text, project.problems[0], is_problem=True))

    def _go_on_in(self, store: SessionStore) -> None:
        self._use(store)
        self._session.is_kept = True
        self._recorded = None
        self._note()

    @Slot()
    def _note(self) -> None:
        if (self._store is not None or self._unsaved is not None) and not self._timer.isActive():
            self._timer.start(REST)

    @Slot()
    def _record(self) -> None:
        store = self._store
        if self._unsaved is not None:
            self._session.post_message(self._unsaved)
            self._unsaved = None
        if store is None or self._is_writing:  # it comes back when that is written
            return
        project = self.project()
        if self._recorded is None or differ(project, self._recorded):
            self._is_writing, self._recorded = True, project
            done = partial(self._end_writing, store, project)
            self._files.submit_write(lambda: store.record(project), done, self._refuse)

    def _end_writing(self, store: SessionStore, project: Project, recorded: Recorded) -> None:
        if store is self._store:
            self._shelf.note_recorded(recorded, project)
        if self._has_failed and self._store is not None:  # else the window would go on saying the opposite
            self._session.post_message(Message(self.tr("What you do is kept for the next start again.")))
        self._is_writing = self._has_failed = False
        self._session.is_kept = self._store is not None
        self._note()

    def _refuse(self, error: StudioError) -> None:
        """Tell it once, and try again by and by."""
        self._is_writing, self._recorded = False, None
        self._session.is_kept = False
        if self._store is not None:
            self._timer.start(RETRY)
        if not self._has_failed:
            self._has_failed = True
            self._session.post_message(self._not_kept(error))

    def _stay_unsaved(self, error: StudioError) -> None:
        """Tell it now, and once more after the first change."""
        self._unsaved = self._not_kept(error)
        self._session.post_message(self._unsaved)
        self.began.emit()

    def _not_kept(self, error: StudioError) -> Message:
        text = self.tr("What you do now is not kept for the next start.")
        return Message(text, f"{error.message} {error.remedy}", is_problem=True)

    def _use(self, store: SessionStore | None) -> None:
        self._store = self._shelf.store = store

    @property
    def _cap(self) -> int:
        return int(self._preferences.history_gb) * 2**30

    @Slot(str)
    def _follow_preference(self, name: str) -> None:
        if name == "history_gb" and self._store is not None:
            self._store.cap = self._cap
            self._recorded = None
            self._note()

    def _set_aside(self, is_saved: bool) -> Path | None:
        """Leave the session for another; its folder, or None if it is not kept: it `is_saved`, or nothing is in it."""
        is_kept = not is_saved and has_work(self.project())
        store = self._leave_session()
        if store is None:
            return None
        if not is_kept:
            self._files.submit_write(lambda: discard_session(store.folder), lambda _: None, self._tell_failed)
            return None
        self._files.submit_write(lambda: None, lambda _: self.left.emit(), self._tell_failed)
        return store.folder

    def _leave_session(self) -> SessionStore | None:
        """Write the last state of the session and close it; None if there was none."""
        store = self._store
        self._use(None)
        if store is None:
            return None
        self._session.is_kept = False
        self._session.finishing.leave()
        project = self.project()
        self._files.submit_write(lambda: store.record(project), lambda _: None, self._tell_failed)
        self._files.submit_write(store.close, lambda _: None, self._tell_failed)
        return store

    def _tell_failed(self, error: StudioError) -> None:
        _logger.warning("The session was not written: %s", error)


def has_work(project: Project) -> bool:
    """Whether there is anything that an artist could miss."""
    state = project.state
    return bool(state.photo or state.styles or state.regions or project.history or project.undo)


def differ(one: Project, other: Project) -> bool:
    """Whether anything is to be written; the window's own values alone are not worth it."""
    return (
        one.state != other.state
        or one.undo != other.undo
        or one.redo != other.redo
        or len(one.history) != len(other.history)
        or any(a is not b for a, b in zip(one.history, other.history, strict=True))
    )
