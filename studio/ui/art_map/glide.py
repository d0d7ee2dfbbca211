"""Glide: works on their way from one layout of the map to another."""

from __future__ import annotations

from PySide6.QtCore import QObject, QVariantAnimation, Signal, Slot

from studio.ui.art_map.works import Points, blended

GLIDE = 700  # ms from one layout to the other


class Glide(QObject):
    """Where works are going to: `target`, shape (N, 2). Signals: moved(their places of the moment)."""

    moved = Signal(object)

    def __init__(self, points: Points, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.target = self._start = points
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(GLIDE)
        self._animation.valueChanged.connect(self._move_on)

    def stay(self, points: Points) -> None:
        """Other works lie here."""
        self._animation.stop()
        self.target = self._start = points

    def go(self, start: Points, target: Points, *, at_once: bool) -> None:
        """From where they are to other places."""
        self._animation.stop()
        self._start, self.target = start, target
        if at_once:
            self._move_on(1.0)
        else:
            self._animation.start()

    @Slot(object)
    def _move_on(self, share: float) -> None:
        self.moved.emit(self.target if share >= 1 else blended(self._start, self.target, share))
