"""The session is on disk soon after every action and every painting, and on the table again at the next start."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.artwork.artwork import Artwork
from studio.core.errors import ProjectError, StudioError
from studio.core.project.project import Project, ProjectFile, differ
from studio.core.project.project_file import Kept, is_unchanged
from studio.core.project.session_store import Recorded, SessionStore, open_session
from studio.core.project.waiting_sessions import discard_session
from studio.ui.history.shelf import Shelf
from studio.ui.importing.user_styles import UserStyles
from studio.ui.project.lent_sessions import LentSessions
from studio.ui.project.session_opening import FoundWork, begin_with, fetch_session, find_work
from studio.ui.session.message import Message
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session
from studio.ui.threads.emit_unless_destroyed import emit_unless_destroyed
from studio.ui.threads.serial_executor import SerialExecutor

RETRY = 5000  # ms until a disk that has refused is asked again
_EDGE = "live_edge"  # among the window's values: px of what Live has made of the settings, which follows its pace
REST = 300  # ms from a change to the state that is written: a burst of changes is written once

_logger = logging.getLogger(__name__)


class AutosaveController(QObject):
    """Writes the session as the session goes, off the GUI thread; one state at a time, and the newest at the end.

    window: values of JSON that are kept with the project, see `Project.window`; a change of them alone is written with
    the next one, but for the size of Live. file_of: the file that what is on the table belongs to, which is kept with
    it. is_looking: between `looking` and `began`.
    Signals: looking(), for what was there at the last start. found(), from another thread: it is there, and is being
    read. taken(ProjectFile or None), it is on the table, and belongs to that file. began(), it is, or there was
    nothing, or it could not be read, which the session was told. left(), what lay on the table before is written as a
    session of its own.
    """

    looking = Signal()
    found = Signal()
    taken = Signal(object)
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
        self.file_of: Callable[[Project], ProjectFile | None] = lambda _: None
        self.is_looking = False
        self._session = session
        self._shelf = shelf
        self._files = files
        self._preferences = preferences
        self._user_styles = user_styles
        self._store: SessionStore | None = None
        self._lent = LentSessions()
        self._recorded: Project | None = None  # what is on the disk, or on its way
        self._refusal: StudioError | None = None  # why nothing is
        self._is_writing = self._is_beginning = False
        self._has_failed = False
        self._unsaved: Message | None = None  # to be told again: opening the first photo takes messages away
        self._is_started = self._is_closed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._record)
        session.state_changed.connect(self.note)
        shelf.changed.connect(self.note)
        preferences.changed.connect(self._follow_preference)

    def start(self) -> None:
        """Put the last session on the table and begin to record; `began` comes soon."""
        find = partial(
            find_work,
            self._user_styles.cards,
            self._cap,
            partial(emit_unless_destroyed, self.found),
            starts_empty=self._preferences.starts_empty,
        )
        self._is_started = self.is_looking = True
        self.looking.emit()
        self._files.submit(find, self._begin, lambda error: self._begin(FoundWork(error=error)))

    def project(self) -> Project:
        """All there is now."""
        edge = self._session.live.settled.px
        window = {name: value for name, value in self.window.items() if name != _EDGE}
        return self._shelf.project(window | {_EDGE: edge} if edge else window)

    def lend_files(self) -> tuple[Kept, Callable[[], None]]:
        """The files of the session, so that a project is saved without making them again, and what to call afterwards.

        Until then they stay, even if another project takes the place of what is on the table.
        """
        store = self._store
        if store is None:
            return {}, lambda: None
        files, give_back_files = store.lend_files()
        leave = self._lent.lend(store.folder)

        def give_back() -> None:
            give_back_files()
            leave()

        return files, give_back

    @property
    def sizes(self) -> Mapping[str, int]:
        """Their sizes in bytes."""
        return self._store.sizes if self._store is not None else {}

    @property
    def is_up_to_date(self) -> bool:
        """Whether all there is now is on the disk; what a Finish under way has painted aside."""
        is_on_its_way = self._is_writing and self._store is not None
        return not is_on_its_way and not self._is_news(self._present())

    @property
    def is_recording(self) -> bool:
        """Whether there is a session that takes what is done."""
        return self._store is not None

    @property
    def refusal(self) -> StudioError | None:
        """Why the disk does not keep what is done; None if it does."""
        return self._refusal

    def keep(self, then: Callable[[StudioError | None], None]) -> None:
        """Have all there is now on the disk. A Finish under way ends, with the picture so far.

        then: called with None as soon as it is there, or with the reason why it is not.
        """
        self._session.finishing.leave()
        if self.is_up_to_date:
            then(None)
        elif self._store is None and self._is_beginning:
            self._files.submit_write(lambda: None, lambda _: self.keep(then), then)  # when there is one
        elif self._store is None:
            then(self._refusal or ProjectError(self.tr("There is no place for it.")))
        else:
            self._write(self._store, lambda: self.keep(then), then)  # and what is done meanwhile

    def open(self, project: Project) -> Path | None:
        """Put a project on the table. What lay there stays on disk as a session of its own, whose folder is returned.

        None if nothing lay there, if it stands in its file, or if the disk does not keep it: `keep` it before.
        """
        cap = self._cap

        def begin() -> tuple[SessionStore, StudioError | None]:
            begun = begin_with(project, cap)
            if self._is_closed:  # and nobody waits for it any more
                begun[0].close()
            return begun

        def go_on(begun: tuple[SessionStore, StudioError | None]) -> None:
            store, refusal = begun
            self._is_beginning = False
            self._go_on_in(store)
            if refusal is not None:
                self._refuse(refusal)

        def refuse(error: StudioError) -> None:
            self._is_beginning = False
            self._refuse(error)

        left = self._set_aside()
        if self._is_started:
            self._is_beginning = True
            self._files.submit_write(begin, go_on, refuse)
        self._take(project)
        return left

    def fetch(self, folder: Path, then: Callable[[SessionStore, Project], None]) -> None:
        """Read a session before, to `go_on_with` it, or to close it. What goes wrong is told."""
        work = partial(fetch_session, folder, self._cap, self._user_styles.cards)
        self._files.submit(
            work, lambda found: then(*found), lambda error: self._session.post_message(Message.about(error))
        )

    def go_on_with(self, store: SessionStore, project: Project) -> Path | None:
        """Put a session before on the table; returns what `open` returns."""
        left = self._set_aside()
        self._take(project)
        self._go_on_in(store)
        return left

    def give_back(self, store: SessionStore) -> None:
        """Close a session that was fetched, as it was."""
        self._files.submit_write(store.close, lambda _: None, self._tell_failed)

    def close(self) -> None:
        """Write what there is, a Finish under way with the picture so far, and give the session free. Idempotent."""
        self._timer.stop()
        self._is_closed = True
        self._leave_session()

    def _begin(self, opened: FoundWork) -> None:
        self.is_looking = False
        self._use(opened.store)
        self._session.is_kept = opened.store is not None
        if opened.project is not None:
            self._recorded = opened.project  # nothing is written before the first change
            self._join(opened.project)
        if opened.usage is not None and opened.project is not None:
            self._shelf.note_usage(opened.usage)
        if opened.store is not None:
            self.note()
        if opened.error is not None and opened.store is None:
            self._stay_unsaved(opened.error)
        elif opened.error is not None:
            self._session.post_message(Message.about(opened.error))
        self.began.emit()

    def _join(self, project: Project) -> None:
        """Take up the last session. What was done while it was read comes after it, as one does it."""
        artwork, file = self._session.artwork, project.file
        if artwork.history or artwork.can_undo:
            undo = (*project.undo, project.state, *artwork.undo_stack[1:])
            history = [*(entry.result for entry in project.history), *artwork.history]
            state = replace(artwork.state, removed=artwork.state.removed | project.state.removed)
            joined = Artwork(state, undo, artwork.redo_stack, history)
            self._shelf.take(project.history)
            self._session.take_artwork(joined)
            file = replace(file, is_saved=False) if file is not None else None
        else:
            self._take(project)
        self.taken.emit(file)

    def _take(self, project: Project) -> None:
        self._session.finishing.leave()
        self.window = project.window
        self._session.live.settled.expect(project.window.get(_EDGE), project.state)
        self._shelf.take(project.history)
        self._session.take_artwork(project.artwork())
        if project.problems:
            text = self.tr("Some of it could not be brought back.")
            self._session.post_message(Message(text, project.problems[0], is_problem=True))

    def _go_on_in(self, store: SessionStore) -> None:
        before = self._store
        self._use(store)
        if before is not None:  # which was begun at the same time
            self.give_back(before)
        self._session.is_kept = True
        self._recorded = None
        self.note()

    def _present(self) -> Project:
        project = self.project()
        return replace(project, file=self.file_of(project))

    def _is_news(self, project: Project) -> bool:
        recorded = self._recorded
        return recorded is None or differ(project, recorded) or project.file != recorded.file

    def _has_settled(self, project: Project) -> bool:
        """Whether Live has become another size since: a state is written before its picture is there."""
        edge = project.window.get(_EDGE)
        return edge is not None and self._recorded is not None and edge != self._recorded.window.get(_EDGE)

    @Slot()
    def note(self) -> None:
        """Write what there is soon, if it is news."""
        if self._is_started and not self.is_looking and (not self._timer.isActive() or self._unsaved is not None):
            self._timer.start(REST)

    @Slot()
    def _record(self) -> None:
        if self._unsaved is not None:
            self._session.post_message(self._unsaved)
            self._unsaved = None
        if self._is_writing or self._is_closed:  # it comes back when that is written
            return
        if self._store is None:
            self._is_writing = True
            begin = partial(open_session, cap=self._cap, start_empty=True)
            self._files.submit_write(begin, self._begin_at_last, self._refuse)
        elif self._is_news(present := self._present()) or self._has_settled(present):
            self._write(self._store)

    def _begin_at_last(self, store: SessionStore) -> None:
        """There is a place again."""
        self._is_writing = False
        if self._store is None:
            self._go_on_in(store)
        else:
            self.give_back(store)

    def _write(
        self,
        store: SessionStore,
        then: Callable[[], None] = lambda: None,
        otherwise: Callable[[StudioError], None] = lambda _: None,
    ) -> None:
        self._is_writing, self._recorded = True, self._present()
        project = self._recorded

        def done(recorded: Recorded) -> None:
            self._end_writing(store, project, recorded)
            then()

        def refuse(error: StudioError) -> None:
            self._refuse(error)
            otherwise(error)

        self._files.submit_write(lambda: store.record(project), done, refuse)

    def _end_writing(self, store: SessionStore, project: Project, recorded: Recorded) -> None:
        if store is self._store:
            self._shelf.note_recorded(recorded, project)
        if self._has_failed and self._store is not None:  # else the window would go on saying the opposite
            self._session.post_message(Message(self.tr("What you do is kept for the next start again.")))
        self._is_writing = self._has_failed = False
        self._refusal = None
        self._session.is_kept = self._store is not None
        self.note()

    def _refuse(self, error: StudioError) -> None:
        """Tell it once, and try again by and by."""
        self._is_writing, self._refusal = False, error
        if self._store is not None:  # else what was found at the start is still there
            self._recorded = None
        self._session.is_kept = False
        if not self._is_closed:
            self._timer.start(RETRY)
        if not self._has_failed:
            self._has_failed = True
            self._session.post_message(self._not_kept(error))

    def _stay_unsaved(self, error: StudioError) -> None:
        """Tell it now, and once more after the first change."""
        self._refusal, self._has_failed = error, True
        self._unsaved = self._not_kept(error)
        self._session.post_message(self._unsaved)

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
            self.note()

    def _set_aside(self) -> Path | None:
        """Leave the session for another; its folder, or None if it is not kept: saved, empty, or the disk refuses."""
        self._session.finishing.leave()
        self._has_failed = False  # what comes has a right to be told, too
        project = self._present()
        store, file = self._leave_session(), project.file
        if store is None:
            return None

        def discard() -> None:
            if file is None or is_unchanged(file):  # else the session alone has it
                discard_session(store.folder)

        is_kept = project.has_work and (file is None or not file.is_saved)
        end = (lambda: None) if is_kept else discard
        submit = partial(self._files.submit_write, end, lambda _: self.left.emit(), self._tell_failed)
        self._lent.when_free(store.folder, submit)
        return store.folder if is_kept and self._refusal is None else None

    def _leave_session(self) -> SessionStore | None:
        """Write the last state of the session and close it; None if there was none."""
        store = self._store
        self._use(None)
        self._session.finishing.leave()
        project, self._recorded = self._present(), None
        if store is None:
            return None
        self._session.is_kept = False
        self._files.submit_write(lambda: store.record(project), lambda _: None, self._tell_failed)
        self._files.submit_write(store.close, lambda _: None, self._tell_failed)
        return store

    def _tell_failed(self, error: StudioError) -> None:
        _logger.warning("The session was not written: %s", error)
