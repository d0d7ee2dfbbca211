"""What lies around the picture on the canvas: a neutral shade, because eyes judge a colour by its neighbours."""

from __future__ import annotations

from typing import Final, Literal, get_args

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QColor

from studio.ui.theme.theme import color

Surround = Literal["studio", "black", "grey", "white"]
SURROUNDS: Final[tuple[Surround, ...]] = get_args(Surround)

_SHADES: Final[dict[Surround, str]] = {"black": "#000000", "grey": "#777777", "white": "#ffffff"}
_NAMES: Final[dict[Surround, str]] = {
    "studio": str(QT_TRANSLATE_NOOP("Surround", "Studio grey")),
    "black": str(QT_TRANSLATE_NOOP("Surround", "Black")),
    "grey": str(QT_TRANSLATE_NOOP("Surround", "Mid grey")),
    "white": str(QT_TRANSLATE_NOOP("Surround", "White")),
}


def surround_color(surround: Surround) -> QColor:
    """The shade; that of the studio is the theme's."""
    return QColor(_SHADES[surround]) if surround in _SHADES else color("surround")


def surround_name(surround: Surround) -> str:
    """What people call it."""
    return QCoreApplication.translate("Surround", _NAMES[surround])


def next_surround(surround: Surround) -> Surround:
    """The one that a click brings."""
    return SURROUNDS[(SURROUNDS.index(surround) + 1) % len(SURROUNDS)]
