"""LossCurve: the loss of each step and each validation, the best one marked, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio.core.engine_api.learning import TrainingStep
from studio.core.training.lesson_gain import lost_photo, percent_of
from studio.ui.theme.theme import GRID, set_role
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.learning.late_plot import LatePlot
from studio.ui.widgets.plain_text import PlainLabel

if TYPE_CHECKING:
    from studio.ui.finetune.loss_plot import LossPlot


class LossCurve(QWidget):
    """Shows the training log, of two steps and more. Where it is not seen, its accessible description tells the same
    in numbers.
    """

    def __init__(self, files: SerialExecutor, parent: QWidget | None = None) -> None:
        """files: loads the plot."""
        super().__init__(parent)
        self._training_log: Sequence[TrainingStep] = ()
        awaited = self.tr("The learning curve will appear here")
        self.pages = LatePlot(files, _load_plot, self._draw, awaited, self.tr("The curve cannot be shown: {}"))
        self.setAccessibleName(self.tr("Learning curve: how far it still is from the style"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(52)
        self.pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # a plot would want it all
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID // 2)
        box.addWidget(self.pages, 1)
        self.scales = PlainLabel(
            self.tr(
                "Lower is nearer to the style; 100 % is a mix without a lesson. Coloured: on photos that it has not"
                " seen; these decide. Grey: while it practises, compared with its first steps."
            )
        )
        self.scales.setWordWrap(True)
        self.scales.hide()
        set_role(self.scales, "caption")
        box.addWidget(self.scales)
        self.left_out = PlainLabel(
            self.tr(
                "Where the coloured curve is below its best, too much of the photo was lost, so that was not taken."
            )
        )
        self.left_out.setWordWrap(True)
        self.left_out.hide()
        set_role(self.left_out, "caption")
        box.addWidget(self.left_out)

    def sizeHint(self) -> QSize:
        return QSize(280, 180)

    def show_training_log(self, training_log: Sequence[TrainingStep]) -> None:
        """Show these, from the first on."""
        self._training_log = training_log
        best = self.best
        if best is not None and best.held_out is not None:
            base = next(step.held_out["total"] for step in training_log if step.held_out)
            text = self.tr("{:.0f} % as far from the style as at the start, on photos it has not seen; best at step {}")
            text = text.format(percent_of(best.held_out["total"], base), best.step)
            self.setAccessibleDescription(f"{text}. {self.left_out.text()}" if lost_photo(training_log) else text)
        else:
            self.setAccessibleDescription("")
        self.scales.setVisible(len(training_log) >= 2)
        self.left_out.setVisible(bool(lost_photo(training_log)))
        self.pages.redraw(len(training_log) >= 2)

    @property
    def best(self) -> TrainingStep | None:
        """The step of the best validation, or None."""
        return next((step for step in reversed(self._training_log) if step.is_best and step.held_out), None)

    def _draw(self, plot: LossPlot) -> None:
        plot.show_training_log(self._training_log, self.best)


def _load_plot() -> type[LossPlot]:
    from studio.ui.finetune.loss_plot import LossPlot

    return LossPlot
