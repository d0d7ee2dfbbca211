"""A bar that offers to go on with a batch that was cut short."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from studio.ui.batch.batch_options import CutShort
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel


class BatchOffer(QFrame):
    """Hidden while there is nothing to go on with. `accept` is its button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self.text = PlainLabel()
        self.accept = QPushButton(self.tr("Go on with it"))
        self.accept.setToolTip(self.tr("With the styles and settings it began with"))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID + 4, 6, GRID, 6)
        row.addWidget(self.text, 1)
        row.addWidget(self.accept)
        self.hide()

    def show_for(self, cut_short: CutShort | None) -> None:
        """Offer it, or nothing."""
        self.setVisible(cut_short is not None)
        if cut_short is not None:
            text = self.tr("A batch was cut short in this folder: {} of {} are painted.")
            self.text.setText(text.format(cut_short.done, cut_short.items))
