"""EpochPlot: learning curves as a plot of pyqtgraph: one training behind the other, each with its name.

Nobody imports this before a curve is to be seen, except in the background: pyqtgraph takes a second to load.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from studio.core.classifier.results import Epoch
from studio.ui.theme.theme import color
from studio.ui.widgets.learning.learning_plot import LearningPlot

_GAP = 1.0  # epochs between two trainings


class EpochPlot(LearningPlot):
    """Shows epochs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.names: list[pyqtgraph.InfiniteLine] = []
        self._epochs: Sequence[Epoch] = ()
        super().__init__(
            self.tr("Epochs of all trainings"),
            self.tr("works held out"),
            training_width=1.5,
            connect="finite",  # where a training ends, the curve is broken
            parent=parent,
        )
        self.legend.addItem(self.best, self.tr("best"))
        self.take_colors()

    def show_epochs(self, epochs: Sequence[Epoch]) -> None:
        """Show these, from the first on."""
        self._epochs = epochs
        places: list[float] = []
        training: list[float] = []
        held_out: list[float] = []
        best: list[tuple[float, float]] = []
        starts: list[tuple[float, Epoch]] = []
        place, before = 0.0, None
        for epoch in epochs:
            run = (epoch.stage, epoch.part)
            if run != before:
                starts.append((place + _GAP / 2, epoch))
                for values in (places, training, held_out):
                    values.append(math.nan)  # the curve is broken here
                place, before = place + _GAP / 2, run
                own_best = None
            place += 1
            places.append(place)
            training.append(epoch.loss)
            held_out.append(math.nan if epoch.held_out_loss is None else epoch.held_out_loss)
            if epoch.is_best and epoch.held_out_loss is not None:
                if own_best is not None:
                    best.pop()  # only the last best of a training
                own_best = epoch
                best.append((place, epoch.held_out_loss))
        self.training.setData(places, training)
        self.held_out.setData(places, held_out)
        self.best.setData([across for across, _ in best], [loss for _, loss in best])
        self._show_names(starts)
        self.plot.setXRange(0, max(4.0, place + _GAP + 0.06 * place), padding=0.02)  # with room for the last name
        self.plot.setYRange(0, 1.15 * max([0.1, *(value for value in (*training, *held_out) if value == value)]))

    def _show_names(self, starts: Sequence[tuple[float, Epoch]]) -> None:
        for name in self.names:
            self.plot.removeItem(name)
        self.names = []
        for place, epoch in starts:
            line = pyqtgraph.InfiniteLine(
                place, pen=pyqtgraph.mkPen(color("control"), width=1, style=Qt.PenStyle.DotLine)
            )
            label = pyqtgraph.InfLineLabel(line, self._name(epoch), position=0.03, anchors=[(0, 1), (0, 1)])
            label.setColor(color("muted"))
            label.setFont(self.caption_font)
            self.plot.addItem(line)
            self.names.append(line)

    def _name(self, epoch: Epoch) -> str:
        if epoch.stage == "from scratch":
            return self.tr("from scratch")
        return self.tr("part {}").format(epoch.part) if epoch.part else self.tr("all")

    def take_colors(self) -> None:
        super().take_colors()
        if self._epochs:
            self.show_epochs(self._epochs)
