"""Keeps Python's cycle collector on the GUI thread.

It runs in whatever thread allocates, and one that frees Qt objects in the worker's thread takes the program down.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL = 1000  # ms; the youngest generation takes well below one


class GcOnGuiThread(QObject):
    """Switches automatic collection off and collects by a timer of this object's thread, until closed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect the oldest generation that is due, as the automatic collection would."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def close(self) -> None:
        """Give collection back to the interpreter, if it had it before."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()
