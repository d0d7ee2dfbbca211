"""Signals from other threads, which may find that their object has just gone with its window."""

from __future__ import annotations

from PySide6.QtCore import SignalInstance


def emit_unless_destroyed(signal: SignalInstance) -> None:
    """Emit it on any thread; nothing happens where its object is destroyed, because nobody is left to hear it.

    The object cannot be asked before: between the answer and the signal, the GUI thread may destroy it.
    """
    try:
        signal.emit()
    except RuntimeError as error:
        if "deleted" not in str(error):  # "Signal source has been deleted", says PySide
            raise
