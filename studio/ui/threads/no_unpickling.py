"""Keeps PySide from running code that it finds in files of Qt.

A QVariant with a Python object in it is a pickle, and PySide unpickles it wherever Qt reads one: out of any file of
QSettings (Qt's file dialog reads ~/.config/QtProject.conf, which all Qt programs of this user share), and out of what
other programs drag along. Whoever writes there could have any code run here.
"""

from __future__ import annotations

import pickle

from PySide6.QtCore import QByteArray, QDataStream, QIODevice


def refuse_unpickling() -> None:
    """From here on, such objects are read as None. Call it before anything else of Qt; nothing but PySide is changed.

    PySide looks `pickle.loads` up when it needs it first, and keeps it: so it is given another one just then.
    """
    data = QByteArray()
    QDataStream(data, QIODevice.OpenModeFlag.WriteOnly).writeQVariant(refuse_unpickling)
    loads = pickle.loads
    pickle.loads = _refuse  # type: ignore[assignment]
    try:
        QDataStream(data, QIODevice.OpenModeFlag.ReadOnly).readQVariant()
    finally:
        pickle.loads = loads


def _refuse(data: bytes, /) -> None:
    """In place of `pickle.loads`; an exception would be raised in whatever runs next."""
