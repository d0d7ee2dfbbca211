"""Signals of the system end the window in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication


@contextmanager
def ending_on_signals(application: QCoreApplication) -> Iterator[None]:
    """Let Ctrl+C in the terminal and a shutdown end the window in order.

    Python looks at signals only when it runs: the timer of `GcOnGuiThread` sees to that within a second.
    """

    def end(number: int, _frame: object) -> None:
        application.exit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
