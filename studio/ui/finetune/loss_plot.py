"""LossPlot: the losses of learning as a plot of pyqtgraph in the studio's colours.

Nobody imports this before a curve is to be seen, except in the background: pyqtgraph takes a second to load.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.core.engine_api.learning import TrainingStep
from studio.ui.theme.theme import CAPTION_SIZE, GRID, color

_SMOOTHED = 9  # steps whose mean a point of the training line is: single ones jump with their pictures
_DOT = 9  # px


class LossPlot(QWidget):
    """Shows the training log; there is nothing to do in it with mouse or keys.

    Linear: after the first validation a loss rarely falls by half, and a logarithm would flatten what it does.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # its legend can be dragged
        self.legend = self.plot.addLegend(offset=(-GRID, 2), labelTextSize=f"{CAPTION_SIZE}px", verSpacing=-6)
        self.training = self.plot.plot(antialias=True, name=self.tr("learning"))
        self.held_out = self.plot.plot(antialias=True, name=self.tr("photos it has not seen"))
        self.best = pyqtgraph.ScatterPlotItem(size=_DOT, pxMode=True, antialias=True)
        self.plot.addItem(self.best)
        font = QFont(self.font())
        font.setPixelSize(CAPTION_SIZE)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setTickFont(font)
            axis.enableAutoSIPrefix(False)
        self.plot.getAxis("bottom").setLabel(self.tr("Step"))
        self.plot.getAxis("left").setLabel(self.tr("How far off (loss)"))
        self.plot.showGrid(y=True, alpha=0.12)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.plot)
        self._take_colors()

    def show_training_log(self, training_log: Sequence[TrainingStep], best: TrainingStep | None) -> None:
        """Show these, and which is the best."""
        training = _smoothed([(step.step, step.losses["total"]) for step in training_log if step.step])
        held_out = [(step.step, step.held_out["total"]) for step in training_log if step.held_out]
        for curve, points in ((self.training, training), (self.held_out, held_out)):
            curve.setData([step for step, _ in points], [loss for _, loss in points])
        self.plot.setXRange(0, max([1, *(step.steps for step in training_log[-1:])]), padding=0.02)
        self._show_best(best)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_colors()

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

    def _take_colors(self) -> None:
        self.plot.setBackground(color("window"))
        self.training.setPen(pyqtgraph.mkPen(color("muted"), width=1))
        self.held_out.setPen(pyqtgraph.mkPen(color("accent"), width=2))
        self.best.setBrush(pyqtgraph.mkBrush(color("accent")))
        self.best.setPen(pyqtgraph.mkPen(color("text"), width=1.5))
        for _, label in self.legend.items:
            label.setText(label.text, color=color("text"))  # setLabelTextColor alone waits for the next text
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(color("control")))
            axis.setTextPen(pyqtgraph.mkPen(color("muted")))


def _smoothed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    smooth = []
    for place, (step, _) in enumerate(points):
        window = [loss for _, loss in points[max(0, place + 1 - _SMOOTHED) : place + 1]]
        smooth.append((step, sum(window) / len(window)))
    return smooth
