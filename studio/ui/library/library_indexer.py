"""LibraryIndexer: brings the library up to date with the artist's folders, behind everything else the studio does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.engine_api.contract import Described, DescribeRequest, Event, Failed, Stopped
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import OpeningCancelled, PictureOpener
from studio.core.library import library_index
from studio.jobs.worker import Worker
from studio.ui.library.index_writer import (
    FolderState,
    IndexWriter,
    LibraryState,
    Prepared,
    SearchEnded,
    Survey,
    Wanted,
    prepare,
)
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor

IndexerState = Literal["idle", "looking", "indexing", "paused", "failed"]

_IN_FLIGHT = 3  # pictures: one is opened while the engine looks at the one before, and one is put down
_TRIES = 3  # engines that fail one after the other; then it is not the picture
_FOLDERS, _PAUSED = "library/folders", "library/is_paused"


class LibraryIndexer(QObject):
    """Goes on by itself where it was left: what is in the index needs not be looked at again.

    A picture is opened in the process for that, described by the engine when there is no other work, and put into the
    index on a thread of its own. folders: those of the library. found: pictures that a look through the folders has met
    so far. done of total: pictures that were looked at in this run. problems: files that are no pictures to be had.
    Signals: changed(); indexed(rows), these are on the disk now; renewed(rows), something else is known of them;
    message_posted(Message).
    """

    changed = Signal()
    indexed = Signal(object)
    renewed = Signal(object)
    message_posted = Signal(object)
    _found = Signal(int)

    def __init__(
        self,
        session: Session,
        worker: Worker,
        opener: PictureOpener,
        settings: Settings,
        writer: IndexWriter,
        files: SerialExecutor,
        decoding: SerialExecutor,
        style_files: Callable[[], Sequence[Path]],
        parent: QObject | None = None,
    ) -> None:
        """files: the thread of the index. style_files: of all styles in the gallery, which are looked at, too."""
        super().__init__(parent)
        self._session, self._worker, self._opener, self._settings = session, worker, opener, settings
        self._writer, self._files, self._decoding = writer, files, decoding
        self._style_files = style_files
        self._styles: frozenset[Path] = frozenset()  # these files, as they were when they were last asked for
        self.folders: tuple[FolderState, ...] = tuple(
            FolderState(Path(text), 0, True) for text in settings.get(_FOLDERS, list) or () if type(text) is str
        )
        self.is_paused = settings.get(_PAUSED, bool) or False
        self.failure: StudioError | None = None
        self.problems: Mapping[Path, str] = {}
        self.found = self.done = self.total = 0
        self.is_open = False  # whether the index has been there since this start
        self._is_looking = False
        self._queue: deque[Wanted] = deque()
        self._in_flight = 0
        self._asked: dict[int, tuple[Wanted, Prepared, int]] = {}  # with the run
        self._failures = 0  # of the engine, since it has last described anything
        self._run = 0
        self._found.connect(self._tell_found)
        session.event_unclaimed.connect(self._take_event)
        session.state_changed.connect(self._fill)

    @property
    def state(self) -> IndexerState:
        """What it is doing."""
        if self._is_looking:
            return "looking"
        if self.failure is not None:
            return "failed"
        if self._queue or self._in_flight:
            return "paused" if self.is_paused else "indexing"
        return "idle"

    @property
    def is_waiting(self) -> bool:
        """Whether the engine has other work, or is not there yet."""
        session = self._session
        is_painting = session.finishing.run is not None
        is_busy = is_painting or any(kind in session.activities for kind in ("batching", "learning"))
        return is_busy or session.engine.info is None

    @Slot()
    def look_again(self) -> None:
        """The same, and try again what could not be opened."""
        self.look(retries=True)

    @Slot()
    def look(self, retries: bool = False) -> None:
        """Look for what is new or changed in all folders, and go on with that."""
        if not self.folders or self._is_looking:
            return
        self._is_looking, self.failure, self.found = True, None, 0
        self._run += 1
        self._queue.clear()
        self._failures = 0
        folders, styles = [folder.path for folder in self.folders], tuple(self._style_files())
        self._styles = frozenset(styles)
        self._files.submit(
            lambda: self._writer.survey(folders, styles, self._found.emit, retries), self._take_survey, self._end_survey
        )
        self.changed.emit()

    def add(self, folders: Sequence[Path]) -> None:
        """Have folders (absolute paths) in the library, and look at their pictures."""
        known = [folder.path for folder in self.folders]
        new = [folder for folder in folders if not any(folder.is_relative_to(one) for one in known)]
        if not new:
            self.message_posted.emit(Message(self.tr("{} is in the library already.").format(folders[0].name)))
            return
        kept = [one for one in self.folders if not any(one.path.is_relative_to(folder) for folder in new)]
        self._set_folders([*kept, *(FolderState(folder, 0, True) for folder in dict.fromkeys(new))])
        self._look_anew()

    def remove(self, folder: Path) -> None:
        """Take a folder out of the library; its files stay as they are."""
        self._set_folders([one for one in self.folders if one.path != folder])
        self._styles = frozenset(self._style_files())
        self._queue = deque(wanted for wanted in self._queue if self._belongs(wanted.path))
        self.problems = {path: text for path, text in self.problems.items() if self._belongs(path)}
        left = [*(one.path for one in self.folders), *self._styles]
        self._files.submit(lambda: self._writer.forget(folder, left), lambda _: self._forgotten(), self._fail)
        self.changed.emit()

    def pause(self, is_paused: bool) -> None:
        """Look at no more pictures, also after the next start, or go on."""
        self.is_paused = is_paused
        self._settings.set(_PAUSED, is_paused)
        if not is_paused and self.failure is not None:
            self.look()
            return
        self._fill()
        self._rest_if_done()
        self.changed.emit()

    def _set_folders(self, folders: Sequence[FolderState]) -> None:
        self.folders = tuple(folders)
        self._settings.set(_FOLDERS, [str(folder.path) for folder in folders])

    def _look_anew(self) -> None:
        """Look through the folders as they are now, though another look may be under way."""
        if self._is_looking:
            self._run += 1  # what that finds is thrown away, and another look follows
            self.changed.emit()
        else:
            self.look()

    def _belongs(self, path: Path) -> bool:
        """Whether a file is still to be in the index."""
        return any(path.is_relative_to(folder.path) for folder in self.folders) or path in self._styles

    @Slot(int)
    def _tell_found(self, found: int) -> None:
        self.found = found
        self.changed.emit()

    def _take_survey(self, survey: Survey) -> None:
        self._is_looking, self.is_open = False, True
        if not self._take_state(survey.state):  # others were chosen by now
            self.look()
            self._rest_if_done()
            return
        self._queue.extend(survey.wanted)
        self.done, self.total = 0, len(survey.wanted)
        self._tell_missing()
        if survey.renewed:
            self.renewed.emit(survey.renewed)
        self.indexed.emit(survey.renewed)
        self._fill()
        self._rest_if_done()
        self.changed.emit()

    def _end_survey(self, error: StudioError) -> None:
        self._is_looking, self.is_open = False, True  # others may write to it, and it can be read all the same
        if not isinstance(error, SearchEnded):
            self._fail(error)
        self.indexed.emit(frozenset())

    def _tell_missing(self) -> None:
        missing = [folder for folder in self.folders if not folder.is_there]
        if missing:
            text = self.tr("{} is not there. Its pictures stay in the library.").format(missing[0].path.name)
            if len(missing) > 1:
                text = self.tr("{} folders are not there. Their pictures stay in the library.").format(len(missing))
            remedy = self.tr("Connect the disk and look again, or take the folder out of the library.")
            self.message_posted.emit(Message(text, remedy, is_problem=True))

    @Slot()
    def _fill(self) -> None:
        """Have as many pictures under way as keep everybody busy."""
        is_ready = self._session.engine.info is not None and not self.is_paused and self.failure is None
        while is_ready and self._queue and self._in_flight < _IN_FLIGHT:
            wanted, run = self._queue.popleft(), self._run
            self._in_flight += 1
            self._decoding.submit(
                partial(prepare, wanted.path, self._opener),
                partial(self._describe, wanted, run),
                partial(self._leave_out, wanted, run),
            )

    def _describe(self, wanted: Wanted, run: int, prepared: Prepared) -> None:
        if run != self._run or not self._belongs(wanted.path):
            self._end_one(run)
            return
        request = DescribeRequest(prepared.picture)
        self._asked[request.id] = wanted, prepared, run
        self._worker.describe(request)

    def _leave_out(self, wanted: Wanted, run: int, error: StudioError) -> None:
        """It is no picture to be had, until it changes."""
        if isinstance(error, OpeningCancelled) or run != self._run or not self._belongs(wanted.path):
            self._end_one(run)
            return
        if wanted.path not in self._styles:
            self.problems = {**self.problems, wanted.path: error.message}
        self._keep(wanted, error, run)

    @Slot(object)
    def _take_event(self, event: Event) -> None:
        if not isinstance(event, Described | Failed | Stopped) or event.request_id not in self._asked:
            return
        wanted, prepared, run = self._asked.pop(event.request_id)
        match event:
            case Described(vectors=vectors):
                self._failures = 0
                self._keep(wanted, prepared.described(vectors), run)
            case Failed(error=error):
                self._failures += 1
                if run == self._run:  # a later look has found it again by itself
                    self._queue.append(wanted)  # again, at the end: another picture may have been the reason
                self._in_flight -= 1
                if self._failures >= _TRIES:
                    self._fail(error)
                self._fill()
                self._rest_if_done()
                self.changed.emit()
            case Stopped():
                self._end_one(run)

    def _keep(self, wanted: Wanted, seen: library_index.Described | StudioError, run: int) -> None:
        def kept(rows: frozenset[int]) -> None:
            if rows:
                self.indexed.emit(rows)
            self._end_one(run)

        def failed(error: StudioError) -> None:
            self._fail(error)
            self._end_one(run)

        if not self._belongs(wanted.path):
            self._end_one(run)
            return
        self._files.submit(lambda: self._writer.keep(wanted, seen), kept, failed)

    def _end_one(self, run: int) -> None:
        self._in_flight -= 1
        if run == self._run:
            self.done += 1
        self._fill()
        self._rest_if_done()
        self.changed.emit()

    def _rest_if_done(self) -> None:
        """Once nothing is under way, let others write to the index."""
        if self._in_flight or self._is_looking or (self._queue and not self.is_paused and self.failure is None):
            return
        folders = [folder.path for folder in self.folders]
        self._files.submit(lambda: self._writer.rest(folders), lambda found: self._rested(*found), self._fail)

    def _rested(self, rows: frozenset[int], state: LibraryState) -> None:
        self._take_state(state)
        self.indexed.emit(rows)
        self.changed.emit()

    def _take_state(self, state: LibraryState) -> bool:
        """Show how it is with the folders, if they are still the same."""
        is_same = {folder.path for folder in state.folders} == {folder.path for folder in self.folders}
        if is_same:
            self.folders, self.problems = state.folders, state.problems
        return is_same

    def _forgotten(self) -> None:
        self.indexed.emit(frozenset())
        self._rest_if_done()

    def _fail(self, error: StudioError) -> None:
        if self.failure is None:
            self.failure = error
            self.message_posted.emit(Message.about(error))
        self.changed.emit()
