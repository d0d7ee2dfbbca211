"""The dialogs that ask for pictures and folders, each beginning where something was last chosen for its purpose."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.files import OPEN_SUFFIXES
from studio.core.picture_search import is_folder
from studio.ui.plain_text import PlainFileDialog
from studio.ui.settings import Settings

_PICTURES = QStandardPaths.StandardLocation.PicturesLocation


def make_open_dialog(
    parent: QWidget, settings: Settings, purpose: str, title: str, mode: QFileDialog.FileMode
) -> QFileDialog:
    """A dialog for pictures, or for a folder if the mode says so; it deletes itself. Connect it, then `open()` it."""
    dialog = PlainFileDialog(parent, title, str(last_folder(settings, purpose)))
    dialog.setFileMode(mode)
    if mode != QFileDialog.FileMode.Directory:
        patterns = " ".join(f"*{suffix}" for suffix in OPEN_SUFFIXES)
        dialog.setNameFilter(QCoreApplication.translate("file_dialogs", "Pictures ({})").format(patterns))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def last_folder(settings: Settings, purpose: str, fallback: QStandardPaths.StandardLocation = _PICTURES) -> Path:
    """The folder remembered for a purpose, else the system's own, or home where that is not there."""
    folder = Path(settings.get(f"folders/{purpose}", str) or QStandardPaths.writableLocation(fallback))
    return folder if is_folder(folder) else Path.home()


def remember_folder(settings: Settings, purpose: str, folder: Path) -> None:
    """Begin there the next time."""
    settings.set(f"folders/{purpose}", str(folder))


def show_folder(folder: Path) -> None:
    """Open a folder in the system's file manager, whatever bytes its name has."""
    QDesktopServices.openUrl(QUrl(folder.absolute().as_uri()))  # fromLocalFile leaves out what is no Unicode


def typed_path(text: str) -> Path:
    """The path that somebody has typed, "~" for home; what follows it may be nobody's home, then it is a name."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path raises where there is no such user
