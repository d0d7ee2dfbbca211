"""Activities: what goes on besides painting the artwork, so that closing, learning and batches know of each other."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from PySide6.QtCore import QObject, Signal

Activity = Literal["exporting", "batching", "learning"]


class Activities(QObject):
    """`"exporting" in activities` says whether it goes on, once or several times. Signals: changed()."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._counts: Counter[Activity] = Counter()

    def __contains__(self, activity: Activity) -> bool:
        return self._counts[activity] > 0

    def begin(self, activity: Activity) -> None:
        """It has begun; whoever says so says when it ends."""
        self._counts[activity] += 1
        self.changed.emit()

    def end(self, activity: Activity) -> None:
        """One of them has ended; where none has begun, nothing has."""
        self._counts[activity] = max(0, self._counts[activity] - 1)
        self.changed.emit()
