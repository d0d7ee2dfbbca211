"""LossPlot: the losses of learning as a plot of pyqtgraph in the studio's colours.

Nobody imports this before a curve is to be seen, except in the background: pyqtgraph takes a second to load.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from studio.core.engine_api.learning import TrainingStep
from studio.ui.theme.theme import color
from studio.ui.widgets.learning.learning_plot import LearningPlot

_SMOOTHED = 9  # steps whose mean a point of the training line is: single ones jump with their pictures


class LossPlot(LearningPlot):
    """Shows the training log.

    Linear: after the first validation a loss rarely falls by half, and a logarithm would flatten what it does.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Step"), self.tr("photos it has not seen"), training_width=1, parent=parent)

    def show_training_log(self, training_log: Sequence[TrainingStep], best: TrainingStep | None) -> None:
        """Show these, and which is the best."""
        training = _smoothed([(step.step, step.losses["total"]) for step in training_log if step.step])
        held_out = [(step.step, step.held_out["total"]) for step in training_log if step.held_out]
        for curve, points in ((self.training, training), (self.held_out, held_out)):
            curve.setData([step for step, _ in points], [loss for _, loss in points])
        self.plot.setXRange(0, max([1, *(step.steps for step in training_log[-1:])]), padding=0.02)
        self._show_best(best)

    def _show_best(self, best: TrainingStep | None) -> None:
        if best is None or best.held_out is None:
            self.best.clear()
            self.legend.removeItem(self.best)
            return
        loss = best.held_out["total"]
        self.best.setData([best.step], [loss])
        if self.legend.getLabel(self.best) is None:
            self.legend.addItem(self.best, "")
        text = self.tr("best: {:.3f} at step {}").format(loss, best.step)
        self.legend.getLabel(self.best).setText(text, color=color("text"))


def _smoothed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    smooth = []
    for place, (step, _) in enumerate(points):
        window = [loss for _, loss in points[max(0, place + 1 - _SMOOTHED) : place + 1]]
        smooth.append((step, sum(window) / len(window)))
    return smooth
