"""CanvasMenu: what a right click on the canvas offers."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.background import BACKGROUNDS, CanvasBackground, background_name
from studio.ui.menus.menu import Menu
from studio.ui.theme.theme import icon
from studio.ui.widgets.section_heading import add_heading


class MenuTarget(Protocol):
    """The part of the canvas that its menu uses."""

    @property
    def background(self) -> CanvasBackground: ...

    @property
    def has_picture(self) -> bool: ...

    def zoom_to_fit(self) -> None: ...

    def zoom_to(self, factor: float) -> None: ...

    def set_background(self, background: CanvasBackground) -> None: ...


class CanvasMenu(Menu):
    """Fit, 100 %, and what is around the picture."""

    def __init__(self, canvas: MenuTarget, parent: QWidget) -> None:
        super().__init__(parent)
        fit = self.addAction(icon("fit"), self.tr("Fit"))
        fit.triggered.connect(canvas.zoom_to_fit)
        actual_size = self.addAction(icon("actual-size"), self.tr("100 %"))
        actual_size.triggered.connect(lambda: canvas.zoom_to(1.0))
        for action in (fit, actual_size):
            action.setEnabled(canvas.has_picture)
        self.addSeparator()
        add_heading(self, self.tr("Around the picture"))
        group = QActionGroup(self)
        for background in BACKGROUNDS:
            action = self.addAction(background_name(background))
            action.setCheckable(True)
            action.setChecked(background == canvas.background)
            action.triggered.connect(lambda _, chosen=background: canvas.set_background(chosen))
            group.addAction(action)
