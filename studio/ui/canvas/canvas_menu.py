"""CanvasMenu: what a right click on the canvas offers."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from studio.ui.canvas.background import SURROUNDS, Surround, surround_name
from studio.ui.theme.theme import icon


class Shown(Protocol):
    """The part of the canvas that its menu uses."""

    @property
    def surround(self) -> Surround: ...

    @property
    def has_picture(self) -> bool: ...

    def zoom_to_fit(self) -> None: ...

    def zoom_to(self, factor: float) -> None: ...

    def set_surround(self, surround: Surround) -> None: ...


class CanvasMenu(QMenu):
    """Fit, 100 %, and what is around the picture."""

    def __init__(self, canvas: Shown, parent: QWidget) -> None:
        super().__init__(parent)
        fit = self.addAction(icon("fit"), self.tr("Fit"))
        fit.triggered.connect(canvas.zoom_to_fit)
        actual_size = self.addAction(icon("actual-size"), self.tr("100 %"))
        actual_size.triggered.connect(lambda: canvas.zoom_to(1.0))
        for action in (fit, actual_size):
            action.setEnabled(canvas.has_picture)
        self.addSection(self.tr("Around the picture"))
        group = QActionGroup(self)
        for surround in SURROUNDS:
            action = self.addAction(surround_name(surround))
            action.setCheckable(True)
            action.setChecked(surround == canvas.surround)
            action.triggered.connect(lambda _, chosen=surround: canvas.set_surround(chosen))
            group.addAction(action)
