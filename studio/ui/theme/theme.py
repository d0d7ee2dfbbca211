"""The look of the studio: colours by role for dark and light, the style sheet, and icons in the palette's colours.

Greys carry no tint, so that they do not lie about the picture; the accent marks focus, selection and progress alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Final, Literal, get_args

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

ThemeName = Literal["dark", "light"]
Role = Literal[
    "window",  # behind everything
    "panel",  # gallery, knobs, bars
    "raised",  # fields, buttons, menus
    "hover",  # a raised thing under the cursor
    "hairline",  # lines between panels
    "control",  # outlines of fields and boxes, tracks: at least 3:1 on panel and raised
    "text",
    "muted",  # captions; not on raised
    "hint",  # what an empty field asks for
    "canvas",  # around the picture
    "accent",
    "on_accent",  # text on the accent
    "error",  # marks and icons
    "error_text",  # the same, light or dark enough to be read as a sentence
]

PALETTES: Final[Mapping[ThemeName, Mapping[Role, str]]] = {
    "dark": {
        "window": "#2a2a2a",
        "panel": "#313131",
        "raised": "#3b3b3b",
        "hover": "#464646",
        "hairline": "#1e1e1e",
        "control": "#8a8a8a",
        "text": "#e8e8e8",
        "muted": "#a3a3a3",
        "hint": "#adadad",
        "canvas": "#3f3f3f",
        "accent": "#d9a24e",
        "on_accent": "#1e1e1e",
        "error": "#e0705a",
        "error_text": "#ed8a76",
    },
    "light": {
        "window": "#e4e4e4",
        "panel": "#ececec",
        "raised": "#fafafa",
        "hover": "#dcdcdc",
        "hairline": "#c2c2c2",
        "control": "#767676",
        "text": "#1c1c1c",
        "muted": "#5a5a5a",
        "hint": "#5f5f5f",
        "canvas": "#c9c9c9",
        "accent": "#96610c",
        "on_accent": "#ffffff",
        "error": "#b3371f",
        "error_text": "#a5301a",
    },
}
TEXT_SIZE: Final = 13  # px
CAPTION_SIZE: Final = 11  # px
RADIUS: Final = 6  # px
GRID: Final = 8  # px

_FOLDER: Final = Path(__file__).resolve().parent
_ICON_FOLDER: Final = _FOLDER / "icons"
_THEME_PROPERTY: Final = "studio_theme"


def apply_theme(application: QApplication, name: ThemeName) -> None:
    """Give the whole application one look; may be called again at any time, and shown icons follow."""
    if name not in get_args(ThemeName):
        raise ValueError(f"There is no theme called {name!r}.")
    application.setProperty(_THEME_PROPERTY, name)
    application.setStyle("Fusion")
    application.setFont(_font())
    application.setPalette(_palette(PALETTES[name]))
    words: dict[str, object] = dict(PALETTES[name].items())
    words["indicators"] = (_ICON_FOLDER / "indicators").as_posix()
    application.setStyleSheet(Template((_FOLDER / "theme.qss").read_text(encoding="utf-8")).substitute(words))


def theme_name() -> ThemeName:
    """The theme in force."""
    application = QApplication.instance()
    return "light" if application is not None and application.property(_THEME_PROPERTY) == "light" else "dark"


def color(role: Role) -> QColor:
    """A role's colour in the theme in force. Ask when painting, so that a change of theme shows."""
    return QColor(PALETTES[theme_name()][role])


def icon(name: str, role: Role = "text") -> QIcon:
    """The line icon `name` (a file in icons/), drawn in a role's colour, sharp at every size and screen scale.

    Raises KeyError if there is no such icon.
    """
    return QIcon(_LineIcon(_svg(name), role))


@cache
def _svg(name: str) -> bytes:
    """The file of an icon, read once: tiles ask for theirs each time they are painted."""
    path = _ICON_FOLDER / f"{name}.svg"
    if not path.is_file():
        raise KeyError(f"There is no icon called {name!r}.")
    return path.read_bytes()


def logo() -> QIcon:
    """The studio's own sign, in its own colours whatever the theme."""
    return QIcon(str(_FOLDER / "logo.svg"))


def icon_names() -> tuple[str, ...]:
    """All icons there are."""
    return tuple(sorted(path.stem for path in _ICON_FOLDER.glob("*.svg")))


def set_role(widget: QWidget, role: str) -> None:
    """Name what a widget is for the style sheet: "caption", "section", "error", "primary", "chip", "bar", ..."""
    if widget.property("role") == role:
        return  # so often are bars told what they show that looking up all rules again would be felt
    widget.setProperty("role", role)
    style = widget.style()  # rules with a property are looked up once; look again
    style.unpolish(widget)
    style.polish(widget)


_CLONES: Final[list[QIconEngine]] = []


class _LineIcon(QIconEngine):
    """Paints an SVG whose `currentColor` is a role's colour at the moment of painting."""

    def __init__(self, svg: bytes, role: Role) -> None:
        super().__init__()
        self._svg = svg
        self._role = role

    def clone(self) -> QIconEngine:
        # PySide gives the clone to Qt but still counts it as Python's and would delete it: keep it until Qt has.
        clone = _LineIcon(self._svg, self._role)
        _CLONES[:] = [kept for kept in _CLONES if isValid(kept)]
        _CLONES.append(clone)
        return clone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        tint = color(self._role)
        renderer = QSvgRenderer(QByteArray(self._svg.replace(b"currentColor", tint.name().encode())))
        edge = min(rect.width(), rect.height())
        target = QRectF(0, 0, edge, edge)
        target.moveCenter(QPointF(rect.x() + rect.width() / 2, rect.y() + rect.height() / 2))
        painter.save()
        if mode == QIcon.Mode.Disabled:
            painter.setOpacity(painter.opacity() * 0.4)
        renderer.render(painter, target)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap


def _font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(TEXT_SIZE)
    if hasattr(font, "setFeature"):
        font.setFeature(QFont.Tag("tnum"), 1)  # digits of one width: nothing jumps when numbers change
    return font


def _palette(roles: Mapping[Role, str]) -> QPalette:
    """For what Qt draws by itself: selections, placeholders, links, disabled text."""
    palette = QPalette()
    group, part = QPalette.ColorGroup, QPalette.ColorRole
    shades: dict[QPalette.ColorRole, Role] = {
        part.Window: "panel",
        part.WindowText: "text",
        part.Base: "raised",
        part.AlternateBase: "panel",
        part.Text: "text",
        part.Button: "raised",
        part.ButtonText: "text",
        part.BrightText: "text",
        part.ToolTipBase: "raised",
        part.ToolTipText: "text",
        part.PlaceholderText: "hint",
        part.Highlight: "accent",
        part.HighlightedText: "on_accent",
        part.Link: "accent",
        part.LinkVisited: "accent",
        part.Light: "hover",
        part.Midlight: "raised",
        part.Mid: "control",
        part.Dark: "hairline",
        part.Shadow: "hairline",
    }
    for where, role in shades.items():
        palette.setColor(where, QColor(roles[role]))
    faint = QColor(roles["text"])
    faint.setAlphaF(0.4)
    for where in (part.WindowText, part.Text, part.ButtonText, part.PlaceholderText):
        palette.setColor(group.Disabled, where, faint)
    return palette
