"""Being stopped from outside: Ctrl-C, SIGTERM and SIGHUP keep what there is so far, a second Ctrl-C does not wait."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOPPING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class EndAtOnce(BaseException):
    """Raised by a second Ctrl-C; whoever keeps something after the first one does not catch this."""


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Inside, the first signal raises KeyboardInterrupt and a Ctrl-C after it EndAtOnce; one more kills the process.

    Other signals after the first are let pass: a terminal that closes, or a system that shuts down, sends several. What
    was ignored before (by `nohup`, or by the shell for its background) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _STOPPING}
    handled = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    is_stopping = False

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal is_stopping
        if not is_stopping:
            is_stopping = True
            raise KeyboardInterrupt
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            raise EndAtOnce

    for number in handled:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])
