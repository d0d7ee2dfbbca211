"""Open, Save and Save as for project files, off the GUI thread."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.errors import StudioError
from studio.core.project.project import Photos, Project
from studio.core.project.project_file import SUFFIX, MissingPhoto, load_project, save_project
from studio.ui.actions.actions import Actions
from studio.ui.dialogs.file_dialogs import last_folders, make_open_dialog, open_dialog, remember_folder
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.importing.opening import Opening, WaitedFor
from studio.ui.importing.user_styles import UserStyles
from studio.ui.project.autosave_controller import AutosaveController, differ
from studio.ui.project.photos_choice import PhotosChoice
from studio.ui.session.artwork_name import artwork_file_stem, artwork_name
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor

_PURPOSE = "projects"  # whose folder is remembered
_DOCUMENTS = QStandardPaths.StandardLocation.DocumentsLocation


class ProjectController(QObject):
    """Connects the actions of projects to what they do.

    path: the file of the project on the table, None until it was saved. A project is saved without its undo steps;
    those are in the session. What was not saved stays as a session before, and can be brought back.
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
        self.path: Path | None = None
        self.photos: Photos = "embedded"  # or linked, in that file
        self._saved: Project | None = None  # what stands in it
        self._left: Path | None = None  # the session that was left last
        self._autosave = autosave
        self._session = session
        self._opening = opening
        self._user_styles = user_styles
        self._settings = settings
        self._window = window
        self._files = SerialExecutor("projects", self)
        actions["open_project"].triggered.connect(self.ask_for_project)
        actions["save_project"].triggered.connect(self.save)
        actions["save_project_as"].triggered.connect(self.ask_where_to_save)
        actions["bring_back"].triggered.connect(self.bring_back)

    def close(self) -> None:
        """Write what is to be written, and end. Idempotent."""
        self._files.close()

    @Slot()
    def ask_for_project(self) -> None:
        """Let the artist choose a project."""

        def make(folder: Path) -> QFileDialog:
            dialog = self._make_dialog(self.tr("Open a project"), folder)
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.fileSelected.connect(lambda file: self.open(Path(file)))
            return dialog

        open_dialog(make, self._window, last_folders(self._settings, _PURPOSE, _DOCUMENTS))

    @Slot(object)
    def open(self, path: Path) -> None:
        """Put the project in a file on the table; until it is read, nothing changes."""
        remember_folder(self._settings, _PURPOSE, path.parent)
        self._load(path, {})

    @Slot(object)
    def go_to(self, folder: Path) -> None:
        """Go on with a session before, which has no file of its own."""
        name = artwork_name(self._session.artwork)

        def end(left: Path | None) -> None:
            self.path, self.photos, self._saved = None, "embedded", None
            self.named.emit(None)
            self._tell_left(left, name)

        self._autosave.go_to(folder, lambda: self.is_saved, end)

    @Slot()
    def bring_back(self) -> None:
        """Go on with what was left last."""
        if self._left is not None:
            self.go_to(self._left)

    @property
    def is_saved(self) -> bool:
        """Whether all that is on the table stands in its file, the undo steps aside."""
        return self._saved is not None and not differ(self._autosave.project().without_undo(), self._saved)

    @Slot()
    def save(self) -> None:
        """Save the project under its name; the first time that is asked."""
        if self.path is None:
            self.ask_where_to_save()
        else:
            self.save_as(self.path, self.photos)

    @Slot()
    def ask_where_to_save(self) -> None:
        """Let the artist choose a name and save the project under it."""

        def make(folder: Path) -> QFileDialog:
            dialog = self._make_dialog(self.tr("Save the project"), folder)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setOption(QFileDialog.Option.DontUseNativeDialog)  # the system's own has no room for the choice
            dialog.setDefaultSuffix(SUFFIX[1:])
            stem = artwork_file_stem(self._session.artwork)
            dialog.selectFile(self.path.name if self.path else f"{stem or self.tr('Project')}{SUFFIX}")
            choice = PhotosChoice(self._autosave.project().without_undo(), self._autosave.sizes, self.photos)
            choice.add_to(dialog)
            dialog.fileSelected.connect(lambda file: self.save_as(Path(file), choice.photos))
            return dialog

        open_dialog(make, self._window, last_folders(self._settings, _PURPOSE, _DOCUMENTS))

    def save_as(self, path: Path, photos: Photos = "embedded") -> None:
        """Write the project to a file, which is its own from then on; photos: as `save_project`."""
        remember_folder(self._settings, _PURPOSE, path.parent)
        project = self._autosave.project().without_undo()
        done = partial(self._end_saving, path, project, photos)
        kept = self._autosave.files
        self._files.submit_write(lambda: save_project(path, project, photos, kept), done, self._refuse_saving)

    def _load(self, path: Path, moved: Mapping[str, Path]) -> None:
        cards = self._user_styles.cards

        def refuse(error: StudioError) -> None:
            self._refuse(error)
            if isinstance(error, MissingPhoto) and error.fingerprint not in moved:
                self._ask_for_photo(path, moved, error)

        def load(opener: WaitedFor) -> Project:
            return load_project(path, cards, moved, opener)

        self._opening.submit(load, partial(self._end_opening, path), refuse, self._files)

    def _ask_for_photo(self, path: Path, moved: Mapping[str, Path], missing: MissingPhoto) -> None:
        """Let the artist show where a linked photo is now, and try again."""

        def make(folder: Path) -> QFileDialog:
            name = missing.path.name if missing.path else ""
            title = self.tr("Where is {}?").format(name)
            dialog = make_open_dialog(self._window, folder, title, QFileDialog.FileMode.ExistingFile)
            dialog.fileSelected.connect(lambda file: self._load(path, {**moved, missing.fingerprint: Path(file)}))
            dialog.rejected.connect(lambda: self._tell_unopened(path))
            return dialog

        open_dialog(make, self._window, (path.parent, *last_folders(self._settings, "open")))

    def _tell_unopened(self, path: Path) -> None:
        text = self.tr("{} was not opened; everything is as it was.").format(path.name)
        self._session.post_message(Message(text, self.tr("Open it again when its photo is there.")))

    def _end_opening(self, path: Path, project: Project) -> None:
        is_saved, name = self.is_saved, artwork_name(self._session.artwork)
        self.path, self.photos = path, project.photos
        self._session.post_message(None)
        left = self._autosave.open(project, is_saved)
        self._saved = self._autosave.project().without_undo()
        self.named.emit(path)
        if not project.problems:  # which were told just now
            self._tell_left(left, name)

    def _tell_left(self, left: Path | None, name: str) -> None:
        """Say where the work is that was on the canvas, if it was not saved."""
        self._left = left
        if left is not None:
            text = self.tr("{} was not saved yet. It is kept, in the menu under Open recent.")
            self._session.post_message(Message(text.format(name or self.tr("What you had")), action="bring_back"))

    def _end_saving(self, path: Path, project: Project, photos: Photos, size: int) -> None:
        self.path, self.photos, self._saved = path, photos, project
        self.named.emit(path)
        if photos == "linked":
            text = self.tr("{} is saved: {:.1f} MB. Its photos stay where they are.").format(path.name, size / 1e6)
        else:
            text = self.tr("{} is saved: {:.1f} MB, photos included.").format(path.name, size / 1e6)
        self._session.post_message(Message(text))

    def _refuse(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error))

    def _refuse_saving(self, error: StudioError) -> None:
        """With the offer of another place."""
        self._session.post_message(Message.about(error, action="save_project_as"))

    def _make_dialog(self, title: str, folder: Path) -> QFileDialog:
        dialog = StudioFileDialog(self._window, title, str(folder), self.tr("Projects (*{})").format(SUFFIX))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog
