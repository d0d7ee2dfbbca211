"""Which session on the disk takes what is done: that of the last start, an earlier one, or a new one of a project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.artwork.artwork import Artwork
from studio.core.errors import StudioError
from studio.core.project.project import Project
from studio.core.project.project_file import Kept, is_unchanged
from studio.core.project.session_store import SessionStore
from studio.core.project.waiting_sessions import discard_session, name_of_work
from studio.ui.history.shelf import Shelf
from studio.ui.importing.user_styles import UserStyles
from studio.ui.project.lent_sessions import LentSessions
from studio.ui.project.session_opening import FoundWork, fetch_session, find_work
from studio.ui.project.session_recorder import LIVE_EDGE, SessionRecorder, log_of_left
from studio.ui.session.message import Message
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session
from studio.ui.threads.emit_unless_destroyed import emit_unless_destroyed
from studio.ui.threads.serial_executor import SerialExecutor


@dataclass(frozen=True)
class _Awaited:
    """As of `fetch`, by who asked last."""

    then: Callable[[SessionStore, Project], None]
    refuse: Callable[[StudioError], None]
    is_wanted: Callable[[], bool]


class AutosaveController(QObject):
    """Puts the last session on the table at the start, and lets another project or session take its place.

    recorder: writes what is done. is_looking: between `looking` and `began`.
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
        self.recorder = SessionRecorder(session, shelf, files, preferences, self)
        self.is_looking = False
        self._session = session
        self._shelf = shelf
        self._files = files
        self._preferences = preferences
        self._user_styles = user_styles
        self._lent = LentSessions()
        self._awaited: dict[Path, _Awaited] = {}  # the sessions that are being read, or are as soon as they are free
        self._is_closed = False

    def start(self) -> None:
        """Put the last session on the table and begin to record; `began` comes soon."""
        find = partial(
            find_work,
            self._user_styles.cards,
            self.recorder.cap,
            partial(emit_unless_destroyed, self.found),
            starts_empty=self._preferences.starts_empty,
        )
        self.is_looking = True
        self.looking.emit()
        self._files.submit(find, self._begin, lambda error: self._begin(FoundWork(error=error)))

    def lend_files(self) -> tuple[Kept, Callable[[], None]]:
        """The files of the session, so that a project is saved without making them again, and what to call afterwards.

        Until then they stay, whatever is done, and even if another project takes the place of what is on the table.
        """
        store = self.recorder.store
        if store is None:
            return {}, lambda: None
        files, give_back_files = store.lend_files()

        def give_back() -> None:
            give_back_files()
            self._files.submit_write(store.prune, lambda _: None, log_of_left)

        return files, self._lent.lend(store.folder, give_back)

    def open(self, project: Project) -> Path | None:
        """Put a project on the table. What lay there stays on disk as a session of its own, whose folder is returned.

        None if nothing lay there, if it stands in its file, or if the disk does not keep it: have it kept before.
        """
        left = self._set_aside()
        self.recorder.begin(project)
        self._take(project)
        return left

    def fetch(
        self,
        folder: Path,
        then: Callable[[SessionStore, Project], None],
        refuse: Callable[[StudioError], None],
        is_wanted: Callable[[], bool],
    ) -> None:
        """Read a session before, to `go_on_with` it, or to close it; or call `refuse`, if it cannot be read.

        While it is saved, it is waited for, which is told. One that is not wanted any more by then is not read, and
        of one that was read meanwhile nothing is told.
        """
        if self._lent.is_lent(folder):
            self._session.post_message(Message(self.tr("That work comes back as soon as it is saved.")))
        is_new = folder not in self._awaited
        self._awaited[folder] = _Awaited(then, refuse, is_wanted)
        if not is_new:
            return
        work = partial(fetch_session, folder, self.recorder.cap, self._user_styles.cards)

        def take(found: tuple[SessionStore, Project]) -> None:
            awaited = self._awaited.pop(folder)
            if awaited.is_wanted():
                awaited.then(*found)
            else:
                self.recorder.give_back(found[0])

        def give_up(error: StudioError) -> None:
            awaited = self._awaited.pop(folder, None)  # None: it was read, and what was done with it has failed
            if awaited is None:
                self._session.post_message(Message.about(error))
            elif awaited.is_wanted():
                awaited.refuse(error)

        def read() -> None:
            if self._awaited[folder].is_wanted() and not self._is_closed:
                self._files.submit(work, take, give_up)
            else:
                del self._awaited[folder]

        self._lent.when_free(folder, read)

    def look_up_name(self, folder: Path, then: Callable[[str], None]) -> None:
        """Call `then` with the name of what lies in a session, "" if it has none, after what is being written."""
        self._files.submit_write(lambda: name_of_work(folder) or "", then, log_of_left)

    def go_on_with(self, store: SessionStore, project: Project) -> Path | None:
        """Put a session before on the table; returns what `open` returns."""
        left = self._set_aside()
        self._take(project)
        self.recorder.go_on_in(store)
        return left

    def close(self) -> None:
        """Write what there is, a Finish under way with the picture so far, and give the session free. Idempotent.

        What its files were lent to must have come to its end: another studio may take it at once.
        """
        self._is_closed = True
        self._lent.end_all()
        left = self.recorder.close()
        if left is not None:
            self.recorder.give_back(left[0])

    def _begin(self, opened: FoundWork) -> None:
        self.is_looking = False
        self.recorder.start(opened.store, opened.project)
        if opened.project is not None:
            self._join(opened.project)
        if opened.usage is not None and opened.project is not None:
            self._shelf.note_usage(opened.usage)
        if opened.store is not None:
            self.recorder.note()
        if opened.error is not None and opened.store is None:
            self.recorder.stay_unsaved(opened.error)
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
            text = self.tr("Your work of the last time is back, below what you did since the start.")
            self._session.post_message(Message(text, self.tr("Undo shows it again.")))
        else:
            self._take(project)
        self.taken.emit(file)

    def _take(self, project: Project) -> None:
        self._session.finishing.leave()
        self.recorder.window = project.window
        self._session.live.settled.expect(project.window.get(LIVE_EDGE), project.state)
        self._shelf.take(project.history)
        self._session.take_artwork(project.artwork())
        if project.problems:
            text = self.tr("Some of it could not be brought back.")
            self._session.post_message(Message(text, project.problems[0], is_problem=True))

    def _set_aside(self) -> Path | None:
        """Leave the session for another; its folder, or None if it is not kept: saved, empty, or the disk refuses.

        It is given free when nobody reads in it any more: until then nothing discards it.
        """
        refusal = self.recorder.refusal
        left = self.recorder.leave()
        if left is None:
            return None
        store, project = left
        file = project.file
        is_kept = project.has_work and (file is None or not file.is_saved)

        def end() -> None:
            store.close()
            if not is_kept and (file is None or is_unchanged(file)):  # else the session alone has it
                discard_session(store.folder, is_ours=True)

        def give_free() -> None:
            self._files.submit_write(end, lambda _: self.left.emit(), log_of_left)

        self._lent.when_free(store.folder, give_free)
        return store.folder if is_kept and refusal is None else None
