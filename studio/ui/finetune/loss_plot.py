"""LossPlot: the losses of learning as a plot of pyqtgraph in the studio's colours.

Nobody imports this before a curve is to be seen, except in the background: pyqtgraph takes a second to load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QWidget

from studio.core.engine_api.learning import TrainingStep
from studio.core.training.lesson_gain import percent_of
from studio.ui.theme.theme import color
from studio.ui.widgets.learning.learning_plot import LearningPlot

_LOWEST, _HIGHEST = 80, 105  # %, between which everything is shown
_SMOOTHED = 9  # steps whose mean a point of the training line is: single ones jump with their pictures


class LossPlot(LearningPlot):
    """Shows the training log, each curve in per cent of where it begins.

    Validations measure something else than what is learnt by (`engine/finetune/validation.py`): only so can both stand
    in one plot. Linear: a validation rarely falls by half, and a logarithm would flatten what it does.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        unseen, up = self.tr("photos it has not seen"), self.tr("Off the style, %")
        super().__init__(self.tr("Step"), unseen, training_width=1, parent=parent, up=up)

    def show_training_log(self, training_log: Sequence[TrainingStep], best: TrainingStep | None) -> None:
        """Show these, and which is the best."""
        practised = [(step.step, _style_of(step.losses)) for step in training_log if step.step]
        held_out = [(step.step, step.held_out["total"]) for step in training_log if step.held_out]
        shown: list[float] = []
        begun = [loss for _, loss in practised[:_SMOOTHED]]
        for curve, points, base in (
            (self.training, _smoothed(practised), sum(begun) / max(1, len(begun))),
            (self.held_out, held_out, held_out[0][1] if held_out else 0.0),
        ):
            percents = [percent_of(loss, base) for _, loss in points]
            curve.setData([step for step, _ in points], percents)
            shown += percents
        self.plot.setXRange(0, max([1, *(step.steps for step in training_log[-1:])]), padding=0.02)
        # Never so little that chance looks like learning.
        self.plot.setYRange(min([_LOWEST, *shown]), max([_HIGHEST, *shown]), padding=0.05)
        self._show_best(best, held_out[0][1] if held_out else 0.0)

    def _show_best(self, best: TrainingStep | None, base: float) -> None:
        if best is None or best.held_out is None:
            self.best.clear()
            self.legend.removeItem(self.best)
            self.fold_legend()
            return
        percent = percent_of(best.held_out["total"], base)
        self.best.setData([best.step], [percent])
        if self.legend.getLabel(self.best) is None:
            self.legend.addItem(self.best, "")
        text = self.tr("best: {:.0f} % at step {}").format(percent, best.step)
        self.legend.getLabel(self.best).setText(text, color=color("text"))
        self.fold_legend()


def _style_of(losses: Mapping[str, float]) -> float:
    """The loss of style, where it is told apart: how much the photo counts in the total changes within a lesson."""
    return losses.get("style", losses["total"])


def _smoothed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    smooth = []
    for place, (step, _) in enumerate(points):
        window = [loss for _, loss in points[max(0, place + 1 - _SMOOTHED) : place + 1]]
        smooth.append((step, sum(window) / len(window)))
    return smooth
