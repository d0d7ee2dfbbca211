"""Activities: what else is running, so that closing, exporting, learning and batches know of each other."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from PySide6.QtCore import QObject, Signal

Activity = Literal["exporting", "batching", "learning"]


class Activities(QObject):
    """`"exporting" in activities` says whether an export is running, one or several. Signals: changed()."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._counts: Counter[Activity] = Counter()

    def __contains__(self, activity: Activity) -> bool:
        return self._counts[activity] > 0

    def begin(self, activity: Activity) -> None:
        """One has begun; whoever reports that reports its end, too."""
        self._counts[activity] += 1
        self.changed.emit()

    def end(self, activity: Activity) -> None:
        """One has ended; ignored where none has begun."""
        self._counts[activity] = max(0, self._counts[activity] - 1)
        self.changed.emit()
