"""The real window without pytest: started, watched, waited for and closed inside a sandbox."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from PySide6.QtCore import QElapsedTimer, QEvent, QEventLoop, QObject, QThreadPool, QTimer, Slot
from PySide6.QtWidgets import QApplication

from studio.core.engine_api.contract import Engine
from studio.ui.app import Studio
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import apply_theme
from studio.ui.threads.gc_on_gui_thread import GcOnGuiThread
from studio.ui.threads.no_unpickling import refuse_unpickling
from tests.support.fakes import FakeEngine

_LOOK_MS = 5
LONGEST_STALL = 10.0  # seconds without a sign of life from a window: a hang, and no pause of a busy machine
PATIENCE = 30.0  # seconds that a window gets for anything, on a machine with much else to do


@cache
def application() -> QApplication:
    """The one of this process."""
    refuse_unpickling()
    found = QApplication(["style-studio"])
    found.setOrganizationName("Style Studio")
    found.setApplicationName("Style Studio")
    apply_theme(found, "dark")
    GcOnGuiThread(found)
    return found


@contextmanager
def open_studio(make_engine: Callable[[], Engine], settings_file: Path, folder: Path) -> Iterator[Studio]:
    """The program in its window, as `app.run` starts and ends it; it need not be ready yet. folder: for thumbnails."""
    application()
    settings = Settings(settings_file)
    studio = Studio(make_engine, settings, folder / "thumbnails")
    try:
        studio.window.show()
        yield studio
    finally:
        studio.close()
        settings.close()
        application().sendPostedEvents(None, cast(int, QEvent.Type.DeferredDelete))
        QThreadPool.globalInstance().clear()
        QThreadPool.globalInstance().waitForDone()  # thumbnails are written on its threads
        gc.collect()


@contextmanager
def sound_studio(settings_file: Path, folder: Path, hear: Callable[[Any], object] = lambda _: None) -> Iterator[Studio]:
    """As `open_studio`, with a FakeEngine, ready; AssertionError if anything of ours went wrong in it.

    hear: called with every Message.
    """
    with Witness(reads_log=True) as witness, open_studio(FakeEngine, settings_file, folder) as studio:
        studio.session.message_posted.connect(hear)
        assert wait_until(lambda: studio.session.engine.info is not None), "The engine never came."
        assert studio.window.isVisible()
        yield studio
    faults = witness.faults()
    assert not faults, "\n".join(faults)


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Let the window live until the condition holds; False if it does not in time."""
    loop, look, deadline = QEventLoop(), QTimer(), QTimer()
    look.timeout.connect(lambda: loop.quit() if condition() else None)
    deadline.setSingleShot(True)
    deadline.timeout.connect(loop.quit)
    deadline.start(round(1000 * seconds))
    look.start(_LOOK_MS)
    if not condition():
        loop.exec()
    look.stop()
    deadline.stop()
    return condition()


class Witness(QObject):
    """Sees what is raised where nobody catches it, and how long the window stood still.

    reads_log: also what is caught, and told in the log as an error: a fault of ours, or of an engine.
    """

    def __init__(self, *, reads_log: bool = False) -> None:
        super().__init__()
        application()
        self._raised: list[str] = []
        self._log = _LogOfFaults(self._raised) if reads_log else None
        self._stall = 0.0
        self._since = QElapsedTimer()
        self._pulse = QTimer(self)
        self._pulse.timeout.connect(self._beat)

    def __enter__(self) -> Witness:
        self._hooks = sys.excepthook, threading.excepthook
        sys.excepthook = self._see
        threading.excepthook = lambda told: self._see(told.exc_type, told.exc_value, told.exc_traceback)
        if self._log is not None:
            logging.getLogger().addHandler(self._log)
        self._since.start()
        self._pulse.start(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._beat()
        self._pulse.stop()
        if self._log is not None:
            logging.getLogger().removeHandler(self._log)
        sys.excepthook, threading.excepthook = self._hooks

    def faults(self) -> list[str]:
        stalled = [f"the window stood still for {self._stall:.1f} s"] if self._stall > LONGEST_STALL else []
        return self._raised + stalled

    @Slot()
    def _beat(self) -> None:
        self._stall = max(self._stall, self._since.restart() / 1000)

    def _see(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        self._raised.append("".join(traceback.format_exception(kind, error, trace)))


class _LogOfFaults(logging.Handler):
    def __init__(self, told: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._told = told
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append(self.format(record))
