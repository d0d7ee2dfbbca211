"""SessionRecorder: what is done is on disk soon after each action and painting, or the artist is told why not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from studio.core.errors import ProjectError, StudioError
from studio.core.project.project import Project, ProjectFile, differ
from studio.core.project.session_store import Recorded, SessionStore, open_session
from studio.ui.history.shelf import Shelf
from studio.ui.project.session_opening import begin_with
from studio.ui.session.message import Message
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor

RETRY = 5000  # ms until a disk that has refused is asked again
REST = 300  # ms from a change to the state that is written: a burst of changes is written once
LIVE_EDGE = "live_edge"  # among the window's values: px of what Live has made of the settings, which follows its pace

_logger = logging.getLogger(__name__)


class SessionRecorder(QObject):
    """Writes the session as the artist goes on, off the GUI thread; one state at a time, and the newest at the end.

    store: the session on the disk that takes what is done; None if there is none. window: values of JSON that are kept
    with the project, see `Project.window`; a change of them alone is written with the next one, but for the size of
    Live. file_of: the file that what is on the table belongs to, which is kept with it.
    """

    def __init__(
        self,
        session: Session,
        shelf: Shelf,
        files: SerialExecutor,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.store: SessionStore | None = None
        self.window: Mapping[str, Any] = {}
        self.file_of: Callable[[Project], ProjectFile | None] = lambda _: None
        self._session = session
        self._shelf = shelf
        self._files = files
        self._preferences = preferences
        self._recorded: Project | None = None  # what is on the disk, or on its way
        self._refusal: StudioError | None = None  # why nothing is
        self._under_way = 0  # writes of this session, or of its opening
        self._beginning: Project | None = None  # whose session is being begun
        self._begun: list[SessionStore] = []  # on their way from the disk
        self._has_failed = False
        self._unsaved: Message | None = None  # to be told again: opening the first photo takes messages away
        self._is_started = self._is_closed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._record)
        session.state_changed.connect(self.note)
        shelf.changed.connect(self.note)
        preferences.changed.connect(self._follow_preference)

    def start(self, store: SessionStore | None, recorded: Project | None) -> None:
        """Write what is done from now on, from the first change on. recorded: what is in the store already."""
        self._is_started = True
        self._use(store)
        self._session.is_kept = store is not None
        if recorded is not None:
            self._recorded = recorded

    def begin(self, project: Project) -> None:
        """Have a new session with this project in it, and write what is done from then on. Before `start`, nothing."""
        if not self._is_started:
            return
        cap = self.cap

        def begin() -> tuple[SessionStore, StudioError | None]:
            begun = begin_with(project, cap)
            self._begun.append(begun[0])
            return begun

        def go_on(begun: tuple[SessionStore, StudioError | None]) -> None:
            store, refusal = begun
            self._begun.remove(store)
            if self._beginning is not project:  # something else is on the table by now
                self.give_back(store)
                return
            self._beginning = None
            self.go_on_in(store)
            if refusal is not None:
                self._refuse(store, refusal)

        def refuse(error: StudioError) -> None:
            if self._beginning is not project:
                log_of_left(error)
                return
            self._beginning = None
            self._refuse(None, error)

        self._beginning = project
        self._files.submit_write(begin, go_on, refuse)

    def go_on_in(self, store: SessionStore) -> None:
        """Write all there is into this session."""
        before = self.store
        self._use(store)
        if before is not None:  # which was begun at the same time
            self.give_back(before)
        self._session.is_kept = True
        self._recorded = None
        self.note()

    def leave(self) -> tuple[SessionStore, Project] | None:
        """Write the last state, and nothing more until there is another session; what was left, None if nothing was."""
        self._session.finishing.leave()
        self._timer.stop()
        self._has_failed = False  # what comes has a right to be told, too
        store, project = self.store, self._present()
        self._use(None)
        self._recorded = self._refusal = self._beginning = None
        if store is None:
            return None
        self._session.is_kept = False
        self._files.submit_write(lambda: store.record(project), lambda _: None, log_of_left)
        return store, project

    def give_back(self, store: SessionStore) -> None:
        """Close a session as it is."""
        self._files.submit_write(store.close, lambda _: None, log_of_left)

    def close(self) -> tuple[SessionStore, Project] | None:
        """As `leave`, for good. Idempotent."""
        self._is_closed = True
        left = self.leave()
        self._files.submit_write(self._close_begun, lambda _: None, log_of_left)
        return left

    def project(self) -> Project:
        """All there is now."""
        edge = self._session.live.settled.px
        window = {name: value for name, value in self.window.items() if name != LIVE_EDGE}
        return self._shelf.project(window | {LIVE_EDGE: edge} if edge else window)

    @property
    def sizes(self) -> Mapping[str, int]:
        """The sizes of the session's files in bytes."""
        return self.store.sizes if self.store is not None else {}

    @property
    def cap(self) -> int:
        """The bytes that the pictures of a session may take."""
        return int(self._preferences.history_gb) * 2**30

    @property
    def is_up_to_date(self) -> bool:
        """Whether all there is now is on the disk; what a Finish under way has painted aside."""
        is_on_its_way = self._under_way > 0 and self.store is not None
        return not is_on_its_way and not self._is_news(self._present())

    @property
    def is_recording(self) -> bool:
        """Whether there is a session that takes what is done."""
        return self.store is not None

    @property
    def refusal(self) -> StudioError | None:
        """Why the disk does not keep what is done; None if it does."""
        return self._refusal

    def keep(self, then: Callable[[StudioError | None], None]) -> None:
        """Have all there is now on the disk. A Finish under way ends, with the picture so far.

        then: called with None as soon as it is there, or with the reason why it is not.
        """
        self._session.finishing.leave()
        is_on_its_way = not self._is_news(self._present()) if self.store is not None else self._beginning is not None
        if self.is_up_to_date:
            then(None)
        elif is_on_its_way:
            self._files.submit_write(lambda: None, lambda _: self.keep(then), then)  # after it
        elif self.store is None:
            then(self._refusal or ProjectError(self.tr("There is no place for it.")))
        else:
            self._write(self.store, lambda: self.keep(then), then)  # and what is done meanwhile

    @Slot()
    def note(self) -> None:
        """Write what there is soon, if it is news."""
        if self._is_started and (not self._timer.isActive() or self._unsaved is not None):
            self._timer.start(REST)

    def stay_unsaved(self, error: StudioError) -> None:
        """There is no session: tell it now, and once more after the first change."""
        self._refusal, self._has_failed = error, True
        self._unsaved = self._not_kept(error)
        self._session.post_message(self._unsaved)

    def _close_begun(self) -> None:
        """Give sessions free that were begun, and that nobody takes any more."""
        for store in self._begun:
            store.close()

    def _present(self) -> Project:
        project = self.project()
        return replace(project, file=self.file_of(project))

    def _is_news(self, project: Project) -> bool:
        recorded = self._recorded
        return recorded is None or differ(project, recorded) or project.file != recorded.file

    def _has_settled(self, project: Project) -> bool:
        """Whether Live has become another size since: a state is written before its picture is there."""
        edge = project.window.get(LIVE_EDGE)
        return edge is not None and self._recorded is not None and edge != self._recorded.window.get(LIVE_EDGE)

    @Slot()
    def _record(self) -> None:
        if self._unsaved is not None:
            self._session.post_message(self._unsaved)
            self._unsaved = None
        if self._under_way or self._is_closed:  # it comes back when that is written
            return
        if self.store is None:
            self._under_way += 1
            begin = partial(open_session, cap=self.cap, start_empty=True)
            self._files.submit_write(begin, self._begin_at_last, partial(self._refuse, None))
        elif self._is_news(present := self._present()) or self._has_settled(present):
            self._write(self.store)

    def _begin_at_last(self, store: SessionStore) -> None:
        """There is a place again."""
        if self.store is None:
            self.go_on_in(store)
        else:
            self.give_back(store)

    def _write(
        self,
        store: SessionStore,
        then: Callable[[], None] = lambda: None,
        otherwise: Callable[[StudioError], None] = lambda _: None,
    ) -> None:
        self._under_way += 1
        project = self._recorded = self._present()

        def done(recorded: Recorded) -> None:
            self._end_writing(store, project, recorded)
            then()

        def refuse(error: StudioError) -> None:
            self._refuse(store, error)
            otherwise(error)

        self._files.submit_write(lambda: store.record(project), done, refuse)

    def _end_writing(self, store: SessionStore, project: Project, recorded: Recorded) -> None:
        if store is not self.store:
            _logger.info("A session was written that was left meanwhile.")
            return
        self._shelf.note_recorded(recorded, project)
        if self._has_failed:  # else the window would go on saying the opposite
            self._session.post_message(Message(self.tr("What you do is kept for the next start again.")))
        self._under_way -= 1
        self._has_failed = False
        self._refusal = None
        self._session.is_kept = True
        self.note()

    def _refuse(self, store: SessionStore | None, error: StudioError) -> None:
        """Tell it once, and try again by and by. store: which one refused; None if there was to be one."""
        if store is not self.store:
            log_of_left(error)
            return
        self._under_way, self._refusal = max(0, self._under_way - 1), error
        if store is not None:  # else what was found at the start is still there
            self._recorded = None
        self._session.is_kept = False
        if not self._is_closed:
            self._timer.start(RETRY)
        if not self._has_failed:
            self._has_failed = True
            self._session.post_message(self._not_kept(error))

    def _not_kept(self, error: StudioError) -> Message:
        text = self.tr("What you do now is not kept for the next start.")
        return Message(text, f"{error.message} {error.remedy}", is_problem=True)

    def _use(self, store: SessionStore | None) -> None:
        self.store = self._shelf.store = store
        self._under_way = 0  # of what was before: its end concerns it alone

    @Slot(str)
    def _follow_preference(self, name: str) -> None:
        if name == "history_gb" and self.store is not None:
            self.store.cap = self.cap
            self._recorded = None
            self.note()


def log_of_left(error: StudioError) -> None:
    """Writing, closing or discarding a session that was left has failed: nobody can do anything about it any more."""
    _logger.warning("The disk refused something of a session that was left: %s", error)
