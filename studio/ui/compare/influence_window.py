"""InfluenceWindow: the dated works of the library in time, in a window beside the studio's."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from studio.ui.compare.influence_view import InfluenceView, graph_of_folder
from studio.ui.widgets.screen_room import resize_within_screen

_SIZE = QSize(1200, 680)  # px


class InfluenceWindow(QDialog):
    """Looks at the library anew each time it is opened."""

    def __init__(self, index_folder: Path | None, parent: QWidget | None = None) -> None:
        """index_folder: where the index lies; None for the user's."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Influence"))
        self.view = InfluenceView(graph_of_folder(index_folder, None))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.view)
        resize_within_screen(self, _SIZE)

    @Slot()
    def open_beside(self) -> None:
        """Show it, and what there is now."""
        self.show()
        self.activateWindow()
        self.view.time.setFocus()
        self.view.refresh()
