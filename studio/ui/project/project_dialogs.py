"""ProjectDialogs: asks the artist for the files of projects, where the last ones were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.image_io.opening.opener import PictureOpener
from studio.core.project.project import Photos
from studio.core.project.project_file import SUFFIX, MissingPhoto
from studio.ui.dialogs.file_dialogs import last_folders, make_open_dialog, open_dialog, remember_folder
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.project.photos_choice import PhotosChoice
from studio.ui.session.settings import Settings

_PURPOSE = "projects"  # whose folder is remembered
_DOCUMENTS = QStandardPaths.StandardLocation.DocumentsLocation


class ProjectDialogs(QObject):
    """Each dialog opens in front of the window soon, and blocks no code."""

    def __init__(self, settings: Settings, opener: PictureOpener, window: QWidget) -> None:
        """opener: as of StudioFileDialog."""
        super().__init__(window)
        self._opener = opener
        self._settings = settings
        self._window = window

    def remember(self, file: Path) -> None:
        """The next dialog begins where this project lies."""
        remember_folder(self._settings, _PURPOSE, file.parent)

    def ask_for_project(self, then: Callable[[Path], None]) -> None:
        """Let the artist choose a project."""

        def make(folder: Path) -> QFileDialog:
            dialog = self._make(self.tr("Open a project"), folder)
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.fileSelected.connect(lambda file: then(Path(file)))
            return dialog

        open_dialog(make, self._window, last_folders(self._settings, _PURPOSE, _DOCUMENTS))

    def ask_where_to_save(
        self,
        name: str,
        make_choice: Callable[[], PhotosChoice],
        then: Callable[[Path, Photos], None],
        otherwise: Callable[[], None],
    ) -> None:
        """Let the artist choose a file to save a project in, and what becomes of its photos. name: proposed."""

        def make(folder: Path) -> QFileDialog:
            dialog = self._make(self.tr("Save the project"), folder)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setOption(QFileDialog.Option.DontUseNativeDialog)  # the system's own has no room for the choice
            dialog.setDefaultSuffix(SUFFIX[1:])
            dialog.selectFile(name)
            choice = make_choice()
            choice.add_to(dialog)
            dialog.fileSelected.connect(lambda file: then(Path(file), choice.photos))
            dialog.rejected.connect(otherwise)
            return dialog

        open_dialog(make, self._window, last_folders(self._settings, _PURPOSE, _DOCUMENTS))

    def ask_for_photo(
        self, project: Path, missing: MissingPhoto, then: Callable[[Path], None], otherwise: Callable[[], None]
    ) -> None:
        """Let the artist show where a photo is now that a project links to."""

        def make(folder: Path) -> QFileDialog:
            title = self.tr("Where is {}?").format(missing.path.name if missing.path else "")
            dialog = make_open_dialog(self._window, folder, title, QFileDialog.FileMode.ExistingFile, self._opener)
            dialog.fileSelected.connect(lambda file: then(Path(file)))
            dialog.rejected.connect(otherwise)
            return dialog

        open_dialog(make, self._window, (project.parent, *last_folders(self._settings, "open")))

    def _make(self, title: str, folder: Path) -> QFileDialog:
        dialog = StudioFileDialog(self._window, title, str(folder), self.tr("Projects (*{})").format(SUFFIX))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog
