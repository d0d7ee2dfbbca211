"""SourcePicker: two buttons that ask for pictures or a folder of them; drops are taken, too."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from studio.core.image_io.opening.opener import PictureOpener
from studio.ui.dialogs.file_dialogs import ask_for_files
from studio.ui.importing.drop_target import DropTarget
from studio.ui.importing.mime_payload import Payload, payload_kind
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import GRID


class SourcePicker(QWidget):
    """While it is enabled, files and folders come from its dialogs and from drops. Signals: chosen(list of paths)."""

    chosen = Signal(list)

    def __init__(
        self,
        settings: Settings,
        purpose: str,
        title: str,
        folder_title: str,
        target: QWidget,
        opener: PictureOpener | None,
    ) -> None:
        """purpose: remembers the last folder under it. The titles are of the dialogs. target: what takes the drops.
        opener: as of StudioFileDialog.
        """
        super().__init__(target)
        self._opener = opener
        self._settings, self._purpose = settings, purpose
        self._title, self._folder_title = title, folder_title
        self.pictures = QPushButton(self.tr("Add pictures…"))
        self.folder = QPushButton(self.tr("Add a folder…"))
        self.pictures.setAccessibleName(title)
        self.folder.setAccessibleName(folder_title)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.pictures)
        row.addWidget(self.folder)
        row.addStretch(1)
        self.pictures.clicked.connect(self.ask_for_pictures)
        self.folder.clicked.connect(self.ask_for_folder)
        drops = DropTarget(self._takes, self)
        drops.dropped.connect(self._take_drop)
        drops.watch(target)

    @Slot()
    def ask_for_pictures(self) -> None:
        """Let the artist choose files."""
        self._ask(self._title, QFileDialog.FileMode.ExistingFiles)

    @Slot()
    def ask_for_folder(self) -> None:
        """Let the artist choose a folder."""
        self._ask(self._folder_title, QFileDialog.FileMode.Directory)

    def _takes(self, mime: QMimeData) -> bool:
        return self.isEnabled() and payload_kind(mime) == "files"

    @Slot(object)
    def _take_drop(self, payload: Payload) -> None:
        self.chosen.emit(list(payload.paths))

    def _ask(self, title: str, mode: QFileDialog.FileMode) -> None:
        ask_for_files(self, self._settings, self._purpose, title, mode, self.chosen.emit, opener=self._opener)
