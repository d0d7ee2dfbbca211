"""LearningCurves: the loss of each epoch, of what is learnt from and of works held out, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio.core.classifier.results import Epoch
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.learning.late_plot import LatePlot

if TYPE_CHECKING:
    from studio.ui.curator.epoch_plot import EpochPlot


class LearningCurves(QWidget):
    """Where it is not seen, its accessible description tells the same in numbers."""

    def __init__(self, files: SerialExecutor, parent: QWidget | None = None) -> None:
        """files: loads the plot."""
        super().__init__(parent)
        self._epochs: Sequence[Epoch] = ()
        awaited = self.tr("The curves of learning will appear here")
        self.pages = LatePlot(files, _load_plot, self._draw, awaited, self.tr("The curves cannot be shown: {}"))
        self.setAccessibleName(self.tr("Learning curves: the loss, which falls as it learns"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(120)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.pages)

    def sizeHint(self) -> QSize:
        return QSize(420, 240)

    def show_epochs(self, epochs: Sequence[Epoch]) -> None:
        """Show these, in the order in which they came."""
        self._epochs = epochs
        self.setAccessibleDescription(self._words())
        self.pages.redraw(bool(epochs))

    def _words(self) -> str:
        if not self._epochs:
            return ""
        last = self._epochs[-1]
        text = self.tr("{}, part {} of {}: loss {:.3f} after epoch {}")
        words = text.format(last.stage, last.part, last.parts, last.loss, last.epoch)
        if last.held_out_loss is not None:
            words += self.tr(", {:.3f} on works held out").format(last.held_out_loss)
        return words

    def _draw(self, plot: EpochPlot) -> None:
        plot.show_epochs(self._epochs)


def _load_plot() -> type[EpochPlot]:
    from studio.ui.curator.epoch_plot import EpochPlot

    return EpochPlot
