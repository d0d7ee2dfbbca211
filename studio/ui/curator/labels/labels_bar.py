"""LabelsBar: how far labelling is, and which label the library is filtered by; never without what labels are not."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from studio.core.displayable import displayable
from studio.core.library.arranging import Labelled
from studio.ui.curator.labels.library_labeller import LibraryLabeller
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.progress_line import ProgressLine

_LINE_WIDTH = 160  # px


class LabelsBar(QFrame):
    """Hidden while there is nothing to tell. Signals: cleared(), all labels are to be shown again."""

    cleared = Signal()

    def __init__(self, labeller: LibraryLabeller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self._labeller = labeller
        self._labelled: Labelled | None = None
        self.line = ProgressLine(self.tr("Progress of labelling"))
        self.line.setFixedWidth(_LINE_WIDTH)
        self.text = ElidedLabel()
        self.stop = QPushButton(self.tr("Stop"))
        self.clear = QPushButton(self.tr("Show all"))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID + 4, 4, GRID, 4)
        row.setSpacing(2 * GRID)
        row.addWidget(self.line)
        row.addWidget(self.text, 1)
        row.addWidget(self.clear)
        row.addWidget(self.stop)
        self.stop.clicked.connect(labeller.stop)
        self.clear.clicked.connect(self.cleared)
        labeller.changed.connect(self._show_state)
        self._show_state()

    def show_filter(self, labelled: Labelled | None) -> None:
        """Say that only pictures with this label are shown."""
        self._labelled = labelled
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        labeller = self._labeller
        self.line.setVisible(labeller.is_labelling and labeller.total > 0)
        self.stop.setVisible(labeller.is_labelling)
        self.clear.setVisible(self._labelled is not None)
        if labeller.total:
            self.line.show_progress(labeller.done / labeller.total)
        words = []
        if self._labelled is not None:
            model, label = map(displayable, self._labelled)
            words.append(self.tr("Only what {} labels as {}.").format(model, label or self.tr("unknown")))
        if labeller.is_labelling:
            done = self.tr("Labelling with {}: {} of {}.")
            loading = self.tr("Labelling with {}.")
            text = done if labeller.total else loading
            words.append(text.format(displayable(labeller.name), f"{labeller.done:,}", f"{labeller.total:,}"))
        if words:
            words.append(self.tr("A classifier is not an attribution."))
        self.text.setText(" ".join(words))
        self.setVisible(bool(words))
