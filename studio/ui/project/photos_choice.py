"""PhotosChoice: whether a project's file holds its photos or says where they lie, with what either takes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import get_args

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QWidget

from studio.core.project.project import Photos, Project
from studio.core.project.project_file import ProjectSize, size_of
from studio.ui.threads.task_pool import TaskPool
from studio.ui.widgets.plain_text import PlainLabel, tool_tip


class PhotosChoice(QWidget):
    """For the dialog that asks where to save. The sizes are worked out off the GUI thread and come a little later."""

    def __init__(
        self, project: Project, sizes: Mapping[str, int], chosen: Photos, parent: QWidget | None = None
    ) -> None:
        """sizes: as of `size_of`."""
        super().__init__(parent)
        self.box = QComboBox()
        names = {"embedded": self.tr("In the file"), "linked": self.tr("Linked: they stay where they are")}
        for photos in get_args(Photos):
            self.box.addItem(names[photos], photos)
        self.box.setCurrentIndex(self.box.findData(chosen))
        tip = self.tr("A file with its photos opens everywhere. One that links to them is smaller, and looks for them.")
        self.box.setToolTip(tool_tip(tip))
        label = PlainLabel(self.tr("Photos:"))
        label.setBuddy(self.box)
        self.box.setAccessibleName(label.text())
        self._names = names
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.box, 1)
        self._tasks = TaskPool(len(names), self)
        self._tasks.finished.connect(self._show_size)
        for photos in get_args(Photos):
            self._tasks.submit(photos, partial(size_of, project, photos, sizes))

    @property
    def photos(self) -> Photos:
        """What is chosen."""
        chosen: Photos = self.box.currentData()
        return chosen

    def add_to(self, dialog: QDialog) -> None:
        """Put it below what the dialog asks."""
        layout = dialog.layout()
        if isinstance(layout, QGridLayout):
            layout.addWidget(self, layout.rowCount(), 0, 1, layout.columnCount())
        elif layout is not None:
            layout.addWidget(self)

    @Slot(object, object)
    def _show_size(self, photos: Photos, size: ProjectSize) -> None:
        text = self.tr("{}: {:.1f} MB").format(self._names[photos], size.total / 1e6)
        self.box.setItemText(self.box.findData(photos), text)
