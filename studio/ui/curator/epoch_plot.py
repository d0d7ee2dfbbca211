"""EpochPlot: learning curves as a plot of pyqtgraph: one training behind the other, each with its name.

Nobody imports this before a curve is to be seen, except in the background: pyqtgraph takes a second to load.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.core.classifier.results import Epoch
from studio.ui.theme.theme import CAPTION_SIZE, GRID, color

_DOT = 9  # px
_GAP = 1.0  # epochs between two trainings


class EpochPlot(QWidget):
    """Shows epochs; there is nothing to do in it with mouse or keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # its legend can be dragged
        self.legend = self.plot.addLegend(offset=(-GRID, 2), labelTextSize=f"{CAPTION_SIZE}px", verSpacing=-6)
        self.training = self.plot.plot(antialias=True, connect="finite", name=self.tr("learning"))
        self.held_out = self.plot.plot(antialias=True, connect="finite", name=self.tr("works held out"))
        self.best = pyqtgraph.ScatterPlotItem(size=_DOT, pxMode=True, antialias=True)
        self.plot.addItem(self.best)
        self.legend.addItem(self.best, self.tr("best"))
        self.names: list[pyqtgraph.InfiniteLine] = []
        self._font = QFont(self.font())
        self._font.setPixelSize(CAPTION_SIZE)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setTickFont(self._font)
            axis.enableAutoSIPrefix(False)
        self.plot.getAxis("bottom").setLabel(self.tr("Epochs of all trainings"))
        self.plot.getAxis("left").setLabel(self.tr("How far off (loss)"))
        self.plot.showGrid(y=True, alpha=0.12)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.plot)
        self._epochs: Sequence[Epoch] = ()
        self._take_colors()

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

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_colors()

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
            label.setFont(self._font)
            self.plot.addItem(line)
            self.names.append(line)

    def _name(self, epoch: Epoch) -> str:
        if epoch.stage == "from scratch":
            return self.tr("from nothing")
        return self.tr("part {}").format(epoch.part) if epoch.part else self.tr("all")

    def _take_colors(self) -> None:
        self.plot.setBackground(color("window"))
        self.training.setPen(pyqtgraph.mkPen(color("muted"), width=1.5))
        self.held_out.setPen(pyqtgraph.mkPen(color("accent"), width=2))
        self.best.setBrush(pyqtgraph.mkBrush(color("accent")))
        self.best.setPen(pyqtgraph.mkPen(color("text"), width=1.5))
        for _, label in self.legend.items:
            label.setText(label.text, color=color("text"))  # setLabelTextColor alone waits for the next text
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(color("control")))
            axis.setTextPen(pyqtgraph.mkPen(color("muted")))
        if self._epochs:
            self.show_epochs(self._epochs)
