"""Activities: what else is running, so that closing, exporting, learning and batches know of each other."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QObject, Signal

Activity = Literal["exporting", "batching", "learning"]
_OF_THE_ENGINE: tuple[Activity, ...] = ("batching", "learning")


class Activities(QObject):
    """`"exporting" in activities` says whether an export is running, one or several. Signals: changed()."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds, for tests."""
        super().__init__(parent)
        self._counts: Counter[Activity] = Counter()
        self._clock = clock
        self._painted_until = -math.inf  # s of the clock, when the engine last worked at one of them

    def __contains__(self, activity: Activity) -> bool:
        return self._counts[activity] > 0

    def begin(self, activity: Activity) -> None:
        """One has begun; whoever reports that reports its end, too."""
        self._counts[activity] += 1
        self.changed.emit()

    def end(self, activity: Activity) -> None:
        """One has ended; ignored where none has begun."""
        if activity in self and activity in _OF_THE_ENGINE:
            self._painted_until = self._clock()
        self._counts[activity] = max(0, self._counts[activity] - 1)
        self.changed.emit()

    def shared_engine_within(self, seconds: float) -> bool:
        """Whether a batch or a lesson took the engine in the last seconds: how long anything took then tells little."""
        is_busy = any(activity in self for activity in _OF_THE_ENGINE)
        return is_busy or self._clock() - self._painted_until < seconds
