"""LatePlot: a plot that is loaded when somebody may look at it, and words until then."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.core.errors import StudioError
from studio.ui.theme.theme import set_role
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.plain_text import PlainLabel

P = TypeVar("P", bound=QWidget)


class LatePlot(QStackedWidget, Generic[P]):
    """plot: None until it is loaded, which begins when this is first shown, and there is something to draw."""

    def __init__(
        self,
        files: SerialExecutor,
        load: Callable[[], type[P]],
        draw: Callable[[P], None],
        awaited: str,
        refused: str,
        parent: QWidget | None = None,
    ) -> None:
        """files: loads the plot. load: imports it, which takes a second, off the GUI thread. draw: into the plot.

        awaited: said until there is something to draw. refused: said where it cannot be loaded; "{}" is why.
        """
        super().__init__(parent)
        self.plot: P | None = None
        self._files, self._load, self._draw = files, load, draw
        self._awaited, self._refused = awaited, refused
        self._make: type[P] | None = None
        self._is_loading = self._has_something = False
        self.words = PlainLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        set_role(self.words, "muted")
        self.addWidget(self.words)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_loading:
            self._is_loading = True
            self.words.setText(self._awaited)
            self._files.submit(self._import, self._take, self._give_up)

    def redraw(self, has_something: bool) -> None:
        """Draw anew, or show words where there is nothing to draw."""
        self._has_something = has_something
        if not has_something:
            self.setCurrentWidget(self.words)
            return
        if self.plot is None and self._make is not None:
            self.plot = self._make()
            self.addWidget(self.plot)
        if self.plot is not None:
            self._draw(self.plot)
            self.setCurrentWidget(self.plot)

    def _import(self) -> type[P]:
        os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"  # whatever else is installed or set
        return self._load()

    def _take(self, make: type[P]) -> None:
        self._make = make
        self.redraw(self._has_something)

    def _give_up(self, error: StudioError) -> None:
        """Learning continues without a plot; loading is tried again when this is next shown."""
        self._is_loading = False
        self.words.setText(self._refused.format(error.message))
