"""ResumeBanner: a bar that offers to resume a batch that was interrupted."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from studio.ui.batch.batch_options import InterruptedBatch
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel


class ResumeBanner(QFrame):
    """Hidden while there is nothing to resume. `resume` is its button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self.text = PlainLabel()
        self.resume = QPushButton(self.tr("Resume it"))
        self.resume.setToolTip(self.tr("With the styles and settings it began with"))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID + 4, 6, GRID, 6)
        row.addWidget(self.text, 1)
        row.addWidget(self.resume)
        self.hide()

    def show_for(self, interrupted: InterruptedBatch | None) -> None:
        """Offer it, or nothing."""
        self.setVisible(interrupted is not None)
        if interrupted is not None:
            text = self.tr("A batch was interrupted in this folder: {} of {} pictures are painted.")
            self.text.setText(text.format(interrupted.done, interrupted.items))
