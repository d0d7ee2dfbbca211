"""LearningPlot: losses of learning as a plot of pyqtgraph in the studio's colours.

Nobody imports this before a curve is to be seen, except in the background: pyqtgraph takes a second to load.
"""

from __future__ import annotations

import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.ui.theme.theme import CAPTION_SIZE, GRID, color

_DOT = 9  # px
_NAMES = 3  # in the legend
_LEGEND_GAP = 3  # px below it


class LearningPlot(QWidget):
    """Two curves, of what is learnt from and of what is held out, and dots at the best of these.

    There is nothing to do in it with mouse or keys.
    """

    def __init__(
        self,
        across: str,
        held_out: str,
        training_width: float,
        connect: str = "auto",
        parent: QWidget | None = None,
        up: str = "",
    ) -> None:
        """across: what is counted from left to right. held_out: the name of that curve. connect: as of pyqtgraph.

        up: what is measured, if it is no loss.
        """
        super().__init__(parent)
        self._training_width = training_width
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # its legend can be dragged
        self.legend = self.plot.addLegend(labelTextSize=f"{CAPTION_SIZE}px", verSpacing=-6, colCount=_NAMES)
        self.legend.layout.setContentsMargins(0, 0, 0, 0)
        item = self.plot.getPlotItem()
        self.legend.setParentItem(item)  # in a row of its own above the curves: there it covers none
        self.training = self.plot.plot(antialias=True, connect=connect, name=self.tr("learning"))
        self.held_out = self.plot.plot(antialias=True, connect=connect, name=held_out)
        self.best = pyqtgraph.ScatterPlotItem(size=_DOT, pxMode=True, antialias=True)
        self.plot.addItem(self.best)
        self.caption_font = QFont(self.font())
        self.caption_font.setPixelSize(CAPTION_SIZE)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setTickFont(self.caption_font)
            axis.enableAutoSIPrefix(False)
        self.plot.getAxis("bottom").setLabel(across)
        self.plot.getAxis("left").setLabel(up or self.tr("Loss"))
        self.plot.showGrid(y=True, alpha=0.12)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.plot)
        self.take_colors()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.take_colors()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fold_legend()

    def fold_legend(self) -> None:
        """Give the legend as many columns as there is room for, in rows above the curves; after its names change."""
        room = self.width() - 2 * GRID
        for columns in range(_NAMES, 0, -1):
            self.legend.setColumnCount(columns)
            size = self.legend.layout.effectiveSizeHint(Qt.SizeHint.PreferredSize)
            if size.width() <= room:
                break
        self.legend.resize(size)  # its own idea of it counts the names as wide as they were drawn last
        self.legend.anchor((1, 0), (1, 0), offset=(-GRID, 0))
        self.plot.getPlotItem().layout.setRowFixedHeight(0, size.height() + _LEGEND_GAP)

    def take_colors(self) -> None:
        """Draw everything in the colours of the theme."""
        self.plot.setBackground(color("window"))
        self.training.setPen(pyqtgraph.mkPen(color("muted"), width=self._training_width))
        self.held_out.setPen(pyqtgraph.mkPen(color("accent"), width=2))
        self.best.setBrush(pyqtgraph.mkBrush(color("accent")))
        self.best.setPen(pyqtgraph.mkPen(color("text"), width=1.5))
        for _, label in self.legend.items:
            label.setText(label.text, color=color("text"))  # setLabelTextColor alone waits for the next text
        self.fold_legend()
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(color("control")))
            axis.setTextPen(pyqtgraph.mkPen(color("muted")))
