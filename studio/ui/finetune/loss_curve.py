"""LossCurve: the loss of each step and each validation, the best one marked, and the same in words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from studio.core.engine_api.learning import TrainingStep
from studio.core.errors import StudioError
from studio.ui.theme.theme import set_role
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.plain_text import PlainLabel

if TYPE_CHECKING:
    from studio.ui.finetune.loss_plot import LossPlot


class LossCurve(QStackedWidget):
    """Shows the training log. Where it is not seen, its accessible description tells the same in numbers.

    plot: None until it is loaded, which begins when this is first shown, and the log has two steps.
    """

    def __init__(self, files: SerialExecutor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot: LossPlot | None = None
        self._files = files
        self._training_log: Sequence[TrainingStep] = ()
        self._make_plot: type[LossPlot] | None = None
        self._is_loading = False
        self.empty = PlainLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        set_role(self.empty, "muted")
        self.addWidget(self.empty)
        self.setAccessibleName(self.tr("Curve of learning: how far off it is (loss)"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(88)

    def sizeHint(self) -> QSize:
        return QSize(280, 180)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_loading:
            self._is_loading = True
            self.empty.setText(self.tr("The learning curve will appear here"))
            self._files.submit(_load_plot, self._take_plot, self._give_up)

    def show_training_log(self, training_log: Sequence[TrainingStep]) -> None:
        """Show these, from the first on."""
        self._training_log = training_log
        best = self.best
        if best is not None and best.held_out is not None:
            text = self.tr("{:.3f} off (loss) on photos it does not learn from, best at step {}")
            self.setAccessibleDescription(text.format(best.held_out["total"], best.step))
        else:
            self.setAccessibleDescription("")
        if len(training_log) < 2:
            self.setCurrentWidget(self.empty)
            return
        if self.plot is None and self._make_plot is not None:
            self.plot = self._make_plot()
            self.addWidget(self.plot)
        if self.plot is not None:
            self.plot.show_training_log(training_log, best)
            self.setCurrentWidget(self.plot)

    @property
    def best(self) -> TrainingStep | None:
        """The step of the best judgement, or None."""
        return next((step for step in reversed(self._training_log) if step.is_best and step.held_out), None)

    def _take_plot(self, make_plot: type[LossPlot]) -> None:
        self._make_plot = make_plot
        self.show_training_log(self._training_log)

    def _give_up(self, error: StudioError) -> None:
        """Learning continues without a curve; loading is tried again when this is next shown."""
        self._is_loading = False
        self.empty.setText(self.tr("The curve cannot be shown: {}").format(error.message))


def _load_plot() -> type[LossPlot]:
    """Off the GUI thread: the import takes a second, and a window that opens has better things to do."""
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"  # whatever else is installed or set
    from studio.ui.finetune.loss_plot import LossPlot

    return LossPlot
