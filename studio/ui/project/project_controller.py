"""Open, Save and Save as for project files, off the GUI thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from studio.core.errors import StudioError
from studio.core.project.project import Photos, Project, ProjectFile, differ
from studio.core.project.project_file import SUFFIX, MissingPhoto, ProjectChanged, load_project, save_project
from studio.core.project.session_store import SessionStore
from studio.core.storage.file_names import proposed_stem
from studio.ui.actions.actions import Actions
from studio.ui.dialogs.question import KEEPS, LOSES, Answer, ask
from studio.ui.importing.opening import Opening, WaitedFor
from studio.ui.importing.user_styles import UserStyles
from studio.ui.project.autosave_controller import AutosaveController
from studio.ui.project.photos_choice import PhotosChoice
from studio.ui.project.project_dialogs import ProjectDialogs
from studio.ui.project.wish import Wish, Wishes
from studio.ui.project.work_guard import WorkGuard
from studio.ui.session.artwork_name import artwork_file_stem, artwork_name
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor


def _nothing() -> None:
    pass


class ProjectController(QObject):
    """Connects the actions of projects to what they do.

    A project is saved without its undo steps; those are in the session. What was not saved stays as a session before,
    and can be brought back; where that cannot be kept, the artist is asked before another takes its place.
    Signals: named(Path or None), the file of what is on the table is another.
    """

    named = Signal(object)

    def __init__(
        self,
        autosave: AutosaveController,
        session: Session,
        actions: Actions,
        opening: Opening,
        user_styles: UserStyles,
        settings: Settings,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._file: ProjectFile | None = None
        self._saved: Project | None = None  # what stands in it
        self._left: Path | None = None  # the session that was left last, or that stayed where it was
        self._wishes = Wishes()
        self._renewed: dict[str, str] = {}  # marks of files to those they got here since, for `_files` alone
        self._autosave = autosave
        self._session = session
        self._opening = opening
        self._user_styles = user_styles
        self._window = window
        self._dialogs = ProjectDialogs(settings, opening.opener, window)
        self._files = SerialExecutor("projects", self)
        self.guard = WorkGuard(self, autosave, session, window)
        autosave.recorder.file_of = self._file_of
        autosave.taken.connect(self._adopt)
        actions["open_project"].triggered.connect(self.ask_for_project)
        actions["save_project"].triggered.connect(self.save)
        actions["save_project_as"].triggered.connect(self.ask_where_to_save)
        actions["bring_back"].triggered.connect(self.bring_back)

    @property
    def path(self) -> Path | None:
        """The file of the project on the table, None until it was saved."""
        return self._file.path if self._file is not None else None

    def close(self) -> None:
        """Write what is to be written, and end. Idempotent."""
        self._files.close()

    @Slot()
    def ask_for_project(self) -> None:
        """Let the artist choose a project."""
        self._dialogs.ask_for_project(self.open)

    @Slot(object)
    def open(self, path: Path) -> None:
        """Put the project in a file on the table; until it is read, nothing changes."""
        self._dialogs.remember(path)
        self._load(path, {})

    @Slot(object)
    def go_to(self, folder: Path) -> None:
        """Go on with a session before, unless a project or a photo is opened meanwhile.

        Until it is read, nothing changes.
        """
        wish = self._wishes.begin(folder, is_session=True)
        if wish.is_read:
            return

        def put(store: SessionStore, project: Project) -> None:
            if not self._wishes.end(wish):
                self._autosave.recorder.give_back(store)
                return
            words = self._words_of_unsaved
            left = self._autosave.go_on_with(store, project)
            self._adopt(project.file)
            self._tell_left(left, words)

        def go(store: SessionStore, project: Project) -> None:
            wish.is_read = True

            def stay() -> None:
                self._wishes.end(wish)
                self._autosave.recorder.give_back(store)

            self.guard.leave(lambda: self._opening.when_idle(lambda: put(store, project)), stay)

        def refuse(error: StudioError) -> None:
            self._wishes.end(wish)
            self._refuse(error)

        self._autosave.fetch(folder, go, refuse, lambda: self._wishes.is_present(wish))

    @Slot()
    def stay(self) -> None:
        """A photo was opened: no other work that was asked for before takes its place."""
        wish = self._wishes.give_way()
        if wish is not None and wish.is_session:
            self._tell_stayed(wish.place)

    @Slot()
    def bring_back(self) -> None:
        """Go on with what was left last."""
        if self._left is not None:
            self.go_to(self._left)

    @property
    def is_saved(self) -> bool:
        """Whether all that is on the table stands in its file, the undo steps aside."""
        return self._is_as_saved(self._autosave.recorder.project())

    @Slot()
    def save(self) -> None:
        """Save the project under its name; the first time that is asked."""
        self.save_then(_nothing)

    def save_then(self, then: Callable[[], None], otherwise: Callable[[], None] = _nothing) -> None:
        """As `save`, and call `then` if it is saved, or `otherwise` if it is not."""
        file = self._file
        if file is None:
            self._ask_where(then, otherwise)
        else:
            self._write(file.path, file.photos, then, otherwise, file.mark)

    @Slot()
    def ask_where_to_save(self) -> None:
        """Let the artist choose a name and save the project under it."""
        self._ask_where()

    def save_as(self, path: Path, photos: Photos = "embedded") -> None:
        """Write the project to a file, whatever is there, which is its own from then on; photos: as `save_project`."""
        self._write(path, photos)

    def _ask_where(self, then: Callable[[], None] = _nothing, otherwise: Callable[[], None] = _nothing) -> None:
        photos: Photos = self._file.photos if self._file is not None else "embedded"
        stem = proposed_stem(artwork_file_stem(self._session.artwork), self.tr("Project"))

        def make_choice() -> PhotosChoice:
            recorder = self._autosave.recorder
            return PhotosChoice(recorder.project().without_undo(), recorder.sizes, photos)

        def write(path: Path, chosen: Photos) -> None:
            self._write(path, chosen, then, otherwise)

        self._dialogs.ask_where_to_save(
            self.path.name if self.path else f"{stem}{SUFFIX}", make_choice, write, otherwise
        )

    def _write(
        self,
        path: Path,
        photos: Photos,
        then: Callable[[], None] = _nothing,
        otherwise: Callable[[], None] = _nothing,
        mark: str | None = None,
    ) -> None:
        """mark: as of `save_project`."""
        self._dialogs.remember(path)
        project = self._autosave.recorder.project().without_undo()
        taken = self._session.artworks_taken
        kept, give_back = self._autosave.lend_files()

        def save() -> tuple[ProjectFile, int]:
            # A save that was asked for before this one may have written it meanwhile.
            size, written = save_project(path, project, photos, kept, self._renewed.get(mark or "", mark))
            if mark is not None:
                self._renewed[mark] = written
            return ProjectFile(Path(os.path.abspath(path)), photos, written), size  # noqa: PTH100 - a link stays one

        def end(saved: tuple[ProjectFile, int]) -> None:
            give_back()
            file, size = saved
            self._tell_saved(file, size)
            if self._session.artworks_taken == taken:  # else something else is on the table by now
                self._file, self._saved = file, project
                self._autosave.recorder.note()
                self.named.emit(file.path)
            then()

        def refuse(error: StudioError) -> None:
            give_back()
            if isinstance(error, ProjectChanged):
                self._ask_to_replace(error, path, photos, then, otherwise)
            else:
                otherwise()
                self._session.post_message(Message.about(error, action="save_project_as"))

        self._files.submit_write(save, end, refuse)

    def _ask_to_replace(
        self,
        error: ProjectChanged,
        path: Path,
        photos: Photos,
        then: Callable[[], None],
        otherwise: Callable[[], None],
    ) -> None:
        """The file is not what it was: nothing is written without a word."""
        text = self.tr("Save it there again") if error.is_gone else self.tr("Replace it")
        elsewhere = Answer(self.tr("Save project as…"), lambda: self._ask_where(then, otherwise))
        there = Answer(text, lambda: self._write(path, photos, then, otherwise), KEEPS if error.is_gone else LOSES)
        ask(error.message, error.remedy, [elsewhere, there], self._window, cancelled=otherwise)

    def _load(self, path: Path, moved: Mapping[str, Path]) -> None:
        cards, wish = self._user_styles.cards, self._wishes.begin(path)

        def refuse(error: StudioError) -> None:
            if not self._wishes.end(wish):
                self._tell_given_way(wish)
                return
            self._refuse(error)
            if isinstance(error, MissingPhoto) and error.fingerprint not in moved:
                remedy = self.tr("Open it again when its photo is there.")
                self._dialogs.ask_for_photo(
                    path,
                    error,
                    lambda photo: self._load(path, {**moved, error.fingerprint: photo}),
                    lambda: self._tell_unopened(path, remedy),
                )

        def load(opener: WaitedFor) -> Project:
            return load_project(path, cards, moved, opener)

        self._opening.submit(load, partial(self._end_opening, wish), refuse, self._files)

    def _tell_unopened(self, path: Path, remedy: str = "") -> None:
        text = self.tr("{} was not opened; everything is as it was.").format(path.name)
        self._session.post_message(Message(text, remedy))

    def _end_opening(self, wish: Wish, project: Project) -> None:
        if not self._wishes.is_present(wish):  # so nobody is asked about what would make room for it
            self._tell_given_way(wish)
            return

        def put() -> None:
            if not self._wishes.end(wish):
                self._tell_given_way(wish)
                return
            words = self._words_of_unsaved
            self._session.post_message(None)
            left = self._autosave.open(project)
            self._adopt(project.file)
            if not project.problems:  # which were told just now
                self._tell_left(left, words)

        def stay() -> None:
            self._wishes.end(wish)
            self._tell_unopened(wish.place)

        self.guard.leave(lambda: self._opening.when_idle(put), stay)

    def _tell_given_way(self, wish: Wish) -> None:
        if wish.has_given_way:  # else to what was asked for after it, which speaks for itself
            text = self.tr("{} was not opened: the photo you opened after it stays.").format(wish.place.name)
            self._session.post_message(Message(text))

    @Slot(object)
    def _adopt(self, file: ProjectFile | None) -> None:
        """What lies on the table now belongs to this file."""
        self._file = file
        self._saved = self._autosave.recorder.project().without_undo() if file is not None and file.is_saved else None
        self.named.emit(self.path)

    @property
    def _name(self) -> str:
        """What is on the table, in a sentence."""
        return self.path.name if self.path is not None else artwork_name(self._session.artwork)

    def _is_as_saved(self, project: Project) -> bool:
        return self._saved is not None and not differ(project.without_undo(), self._saved)

    def _file_of(self, project: Project) -> ProjectFile | None:
        return replace(self._file, is_saved=self._is_as_saved(project)) if self._file is not None else None

    @property
    def _words_of_unsaved(self) -> str:
        """What is said of the work on the table once something else takes its place before it was saved."""
        if self.path is not None:  # the file itself is there, and perhaps what is opened now
            return self.tr("What you changed in {} was not saved yet.").format(self.path.name)
        return self.tr("{} was not saved yet.").format(self._name or self.tr("What you had"))

    def _tell_left(self, left: Path | None, words: str) -> None:
        """Say where the work is that was on the canvas, if it was not saved. words: `_words_of_unsaved`, of that."""
        self._left = left
        if left is not None:
            remedy = self.tr("It is kept, in the menu under Open recent.")
            self._session.post_message(Message(words, remedy, action="bring_back"))

    def _tell_stayed(self, folder: Path) -> None:
        """Say that work was not brought back, since a photo was opened, and where it is."""

        def tell(name: str) -> None:
            self._left = folder
            text = self.tr("{} stays as it was, since you have opened a photo. It is in the menu under Open recent.")
            self._session.post_message(Message(text.format(name or self.tr("The work before")), action="bring_back"))

        self._autosave.look_up_name(folder, tell)

    def _tell_saved(self, file: ProjectFile, size: int) -> None:
        name = file.path.name
        if file.photos == "linked":
            text = self.tr("{} is saved: {:.1f} MB. Its photos stay where they are.").format(name, size / 1e6)
        else:
            text = self.tr("{} is saved: {:.1f} MB, photos included.").format(name, size / 1e6)
        self._session.post_message(Message(text))

    def _refuse(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error))
