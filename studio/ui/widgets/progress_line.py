"""A thin line that fills from the left while something long is running."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

_STEPS = 1000
_HEIGHT = 4  # px


class ProgressLine(QProgressBar):
    """Shows a progress from 0 to 1; the words stand beside it. name: for screen readers."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, _STEPS)
        self.setTextVisible(False)
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName(name)

    def show_progress(self, progress: float) -> None:
        """Show how much is done, 0 to 1."""
        self.setValue(round(_STEPS * progress))
