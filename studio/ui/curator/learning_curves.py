"""LearningCurves: the loss of each epoch, of what is learnt from and of works held out, and the same in words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from studio.core.classifier.results import Epoch
from studio.core.errors import StudioError
from studio.ui.theme.theme import set_role
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.plain_text import PlainLabel

if TYPE_CHECKING:
    from studio.ui.curator.epoch_plot import EpochPlot


class LearningCurves(QStackedWidget):
    """Where it is not seen, its accessible description tells the same in numbers.

    plot: None until it is loaded, which begins when this is first shown, and there is an epoch.
    """

    def __init__(self, files: SerialExecutor, parent: QWidget | None = None) -> None:
        """files: loads the plot."""
        super().__init__(parent)
        self.plot: EpochPlot | None = None
        self._files = files
        self._epochs: Sequence[Epoch] = ()
        self._make_plot: type[EpochPlot] | None = None
        self._is_loading = False
        self.empty = PlainLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        set_role(self.empty, "muted")
        self.addWidget(self.empty)
        self.setAccessibleName(self.tr("Curves of learning: how far off it is (loss)"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(120)

    def sizeHint(self) -> QSize:
        return QSize(420, 240)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_loading:
            self._is_loading = True
            self.empty.setText(self.tr("The curves of learning will appear here"))
            self._files.submit(_load_plot, self._take_plot, self._give_up)

    def show_epochs(self, epochs: Sequence[Epoch]) -> None:
        """Show these, in the order in which they came."""
        self._epochs = epochs
        self.setAccessibleDescription(self._words())
        if not epochs:
            self.setCurrentWidget(self.empty)
            return
        if self.plot is None and self._make_plot is not None:
            self.plot = self._make_plot()
            self.addWidget(self.plot)
        if self.plot is not None:
            self.plot.show_epochs(epochs)
            self.setCurrentWidget(self.plot)

    def _words(self) -> str:
        if not self._epochs:
            return ""
        last = self._epochs[-1]
        text = self.tr("{}, part {} of {}: {:.3f} off (loss) after epoch {}")
        words = text.format(last.stage, last.part, last.parts, last.loss, last.epoch)
        if last.held_out_loss is not None:
            words += self.tr(", {:.3f} on works held out").format(last.held_out_loss)
        return words

    def _take_plot(self, make_plot: type[EpochPlot]) -> None:
        self._make_plot = make_plot
        self.show_epochs(self._epochs)

    def _give_up(self, error: StudioError) -> None:
        """Training goes on without curves; loading is tried again when this is next shown."""
        self._is_loading = False
        self.empty.setText(self.tr("The curves cannot be shown: {}").format(error.message))


def _load_plot() -> type[EpochPlot]:
    """Off the GUI thread: the import takes a second, and a window that opens has better things to do."""
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"  # whatever else is installed or set
    from studio.ui.curator.epoch_plot import EpochPlot

    return EpochPlot
