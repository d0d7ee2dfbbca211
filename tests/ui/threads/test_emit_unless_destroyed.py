"""A signal of an object that may be gone."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QObject, Signal

from studio.ui.threads.emit_unless_destroyed import emit_unless_destroyed


class Bell(QObject):
    rung = Signal()


def test_a_living_object_is_heard_and_a_destroyed_one_is_not() -> None:
    bell, heard = Bell(), []
    signal = bell.rung
    signal.connect(lambda: heard.append(1))
    emit_unless_destroyed(signal)
    shiboken6.delete(bell)
    emit_unless_destroyed(signal)
    assert heard == [1]


def test_another_error_goes_through() -> None:
    class Broken:
        def emit(self) -> None:
            raise RuntimeError("something else")

    with pytest.raises(RuntimeError, match="something else"):
        emit_unless_destroyed(Broken())  # type: ignore[arg-type]
