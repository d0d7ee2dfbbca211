"""What lies around the picture on the canvas: a neutral shade, because eyes judge a colour by its neighbours."""

from __future__ import annotations

from typing import Final, Literal, get_args

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QColor

from studio.ui.theme.theme import color

CanvasBackground = Literal["studio", "black", "grey", "white"]
BACKGROUNDS: Final[tuple[CanvasBackground, ...]] = get_args(CanvasBackground)

_SHADES: Final[dict[CanvasBackground, str]] = {"black": "#000000", "grey": "#777777", "white": "#ffffff"}
_NAMES: Final[dict[CanvasBackground, str]] = {
    "studio": str(QT_TRANSLATE_NOOP("CanvasBackground", "Studio grey")),
    "black": str(QT_TRANSLATE_NOOP("CanvasBackground", "Black")),
    "grey": str(QT_TRANSLATE_NOOP("CanvasBackground", "Mid grey")),
    "white": str(QT_TRANSLATE_NOOP("CanvasBackground", "White")),
}


def background_color(background: CanvasBackground) -> QColor:
    """The shade; that of the studio is the theme's."""
    return QColor(_SHADES[background]) if background in _SHADES else color("canvas")


def background_name(background: CanvasBackground) -> str:
    """What people call it."""
    return QCoreApplication.translate("CanvasBackground", _NAMES[background])


def next_background(background: CanvasBackground) -> CanvasBackground:
    """The one that a click brings."""
    return BACKGROUNDS[(BACKGROUNDS.index(background) + 1) % len(BACKGROUNDS)]
