"""BatchCountdown: the time left of a batch, by what its items have taken so far."""

from __future__ import annotations

from studio.ui.session.finish.time_estimate import Countdown


class BatchCountdown:
    """Counts painting only: a pause takes no time. items: how many there are to paint."""

    def __init__(self, items: int) -> None:
        self._items = items
        self._tried = 0
        self._seconds = 0.0  # of the items before the one under way
        self._countdown = Countdown(items)

    @property
    def seconds_left(self) -> float | None:
        """Seconds to go, None while unknown."""
        return self._countdown.seconds_left

    def update(self, progress: float, seconds: float) -> None:
        """Take a reading of the item under way: how much of it is done, 0 to 1, after this many seconds."""
        self._countdown.update((self._tried + progress) / max(1, self._items), self._seconds + seconds)

    def add_seconds(self, seconds: float) -> None:
        """The item under way has been painted in so many seconds."""
        self._seconds += seconds

    def end_item(self) -> None:
        """The item under way has been written, or was left out."""
        self._tried += 1
        self.update(0.0, 0.0)
