"""SourceChoice: where the classes come from: a folder, chosen or dropped, or what is known of the library."""

from __future__ import annotations

from functools import partial
from typing import get_args

from PySide6.QtCore import QMimeData, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from studio.core.curator.examples import LabelledBy
from studio.core.image_io.opening.opener import PictureOpener
from studio.ui.dialogs.file_dialogs import ask_for_files
from studio.ui.importing.drop_target import DropTarget
from studio.ui.importing.mime_payload import Payload, payload_kind
from studio.ui.menus.menu import Menu
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import GRID, icon

_PURPOSE = "classifier"  # of the dialog


class SourceChoice(QWidget):
    """Takes drops on all of `target` while it is enabled. Signals: folder_chosen(list of paths);
    library_chosen(LabelledBy, whether only what is selected).
    """

    folder_chosen = Signal(list)
    library_chosen = Signal(str, bool)

    def __init__(self, settings: Settings, target: QWidget, opener: PictureOpener) -> None:
        """target: what takes the drops. opener: as of StudioFileDialog."""
        super().__init__(target)
        self._opener = opener
        self._settings = settings
        self.folder = QPushButton(icon("folder"), self.tr("Choose a folder…"))
        self.library = QPushButton(icon("library"), self.tr("From the library"))
        menu = Menu(self)
        words: dict[LabelledBy, tuple[str, str]] = {
            "author": (self.tr("By artist"), self.tr("Selected pictures, by artist")),
            "period": (self.tr("By decade"), self.tr("Selected pictures, by decade")),
            "century": (self.tr("By century"), self.tr("Selected pictures, by century")),
            "medium": (self.tr("By kind of work"), self.tr("Selected pictures, by kind of work")),
        }
        for is_selected in (False, True):
            for by in (name for name in get_args(LabelledBy) if name in words):
                action = menu.addAction(words[by][is_selected])
                action.triggered.connect(partial(self._choose, by, is_selected))
            menu.addSeparator()
        self.library.setMenu(menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.folder)
        row.addWidget(self.library)
        row.addStretch(1)
        self.folder.clicked.connect(self.ask_for_folder)
        drops = DropTarget(self._takes, self)
        drops.dropped.connect(self._take_drop)
        drops.watch(target)

    @Slot()
    def ask_for_folder(self) -> None:
        """Let the artist choose the folder."""
        title, mode = self.tr("A folder whose subfolders are the classes"), QFileDialog.FileMode.Directory
        ask_for_files(self, self._settings, _PURPOSE, title, mode, self.folder_chosen.emit, opener=self._opener)

    def _choose(self, by: LabelledBy, is_selected: bool) -> None:
        self.library_chosen.emit(by, is_selected)

    def _takes(self, mime: QMimeData) -> bool:
        return self.isEnabled() and payload_kind(mime) == "files"

    @Slot(object)
    def _take_drop(self, payload: Payload) -> None:
        self.folder_chosen.emit(list(payload.paths))
