"""The dialogs that ask for pictures and folders, each starting in the folder last used for its purpose."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QStandardPaths, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.image_io import OPEN_SUFFIXES
from studio.core.image_io.find_pictures import is_folder
from studio.core.image_io.opening.opener import PictureOpener
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.session.settings import Settings
from studio.ui.threads.task_pool import TaskPool

PATIENCE = 2000  # ms that a disk may take to say whether a folder is there
_PICTURES = QStandardPaths.StandardLocation.PicturesLocation


def open_dialog(make: Callable[[Path], QFileDialog], parent: QWidget, folders: Sequence[Path]) -> None:
    """Open the dialog that `make` makes for the first of these folders that is there, else for home.

    The disk is asked off the GUI thread (it may be asleep, or at the other end of a network), so this happens soon.
    While one dialog of `parent` is on its way, another is not begun.
    """
    if parent.findChild(_DialogOpener) is None:
        _DialogOpener(make, parent, folders)


def ask_for_files(
    parent: QWidget,
    settings: Settings,
    purpose: str,
    title: str,
    mode: QFileDialog.FileMode,
    take: Callable[[list[Path]], None],
    *more_filters: str,
    opener: PictureOpener | None,
) -> None:
    """Let the artist choose pictures, or a folder if the mode says so, where the last were chosen for this purpose.

    take: called with what was chosen. more_filters: names of other kinds of files, besides that of pictures.
    opener: as of StudioFileDialog.
    """

    def chosen(files: list[str]) -> None:
        remember_folder(settings, purpose, Path(files[0]).parent)
        take([Path(file) for file in files])

    def make(folder: Path) -> QFileDialog:
        dialog = make_open_dialog(parent, folder, title, mode, opener)
        if more_filters:
            dialog.setNameFilters([*dialog.nameFilters(), *more_filters])
        dialog.filesSelected.connect(chosen)
        return dialog

    open_dialog(make, parent, last_folders(settings, purpose))


def make_open_dialog(
    parent: QWidget, folder: Path, title: str, mode: QFileDialog.FileMode, opener: PictureOpener | None
) -> QFileDialog:
    """A dialog for pictures, or for a folder if the mode says so; it deletes itself. Connect it, then open it.

    opener: as of StudioFileDialog.
    """
    dialog = StudioFileDialog(parent, title, str(folder), opener=opener)
    dialog.setFileMode(mode)
    if mode != QFileDialog.FileMode.Directory:
        patterns = " ".join(f"*{suffix}" for suffix in OPEN_SUFFIXES)
        dialog.setNameFilter(QCoreApplication.translate("file_dialogs", "Pictures ({})").format(patterns))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def last_folders(
    settings: Settings, purpose: str, fallback: QStandardPaths.StandardLocation = _PICTURES
) -> tuple[Path, ...]:
    """Where a dialog may begin: in the folder remembered for a purpose, else in the system's own."""
    system = QStandardPaths.writableLocation(fallback)
    return Path(settings.get(f"folders/{purpose}", str) or system), Path(system)


def remember_folder(settings: Settings, purpose: str, folder: Path) -> None:
    """Start there the next time."""
    settings.set(f"folders/{purpose}", str(folder))


def show_folder(folder: Path) -> None:
    """Open a folder in the system's file manager, whatever bytes its name has."""
    QDesktopServices.openUrl(QUrl(folder.absolute().as_uri()))  # fromLocalFile leaves out what is no Unicode


def typed_path(text: str) -> Path:
    """The path that was typed, "~" for home; "~name" without such a user is taken as a plain name."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path raises where there is no such user


class _DialogOpener(QObject):
    """One dialog on its way."""

    def __init__(self, make: Callable[[Path], QFileDialog], parent: QWidget, folders: Sequence[Path]) -> None:
        super().__init__(parent)
        self._make: Callable[[Path], QFileDialog] | None = make
        tasks = TaskPool(1, self)
        tasks.finished.connect(self._begin)
        tasks.failed.connect(self._begin_at_home)
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(self._begin_at_home)
        timer.start(PATIENCE)
        tasks.submit("folder", lambda: next(filter(is_folder, folders), Path.home()))

    @Slot()
    def _begin_at_home(self) -> None:
        self._begin("", Path.home())

    @Slot(object, object)
    def _begin(self, question: str, folder: Path) -> None:
        make, self._make = self._make, None
        if make is not None:
            self.deleteLater()
            make(folder).open()
