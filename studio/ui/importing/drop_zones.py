"""Drop zones: where a payload can land on the canvas, and the overlay that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QCoreApplication,
    QMimeData,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.importing.drop_target import DropTarget
from studio.ui.importing.mime_payload import Payload, PayloadKind, payload_count, payload_kind
from studio.ui.theme.theme import CAPTION_SIZE, GRID, RADIUS, TEXT_SIZE, color, icon
from studio.ui.widgets.fade import Fade


@dataclass(frozen=True)
class Drop:
    """A payload that has landed. zone: a `Zone.name`."""

    zone: str
    payload: Payload


@dataclass(frozen=True)
class Zone:
    """One place to land. takes: the kinds of payload it is shown for.

    needs: what has to be there already for it to be shown: "photo", or "second", which two pictures at once are as
    well, or "style"; "empty" is the canvas without a photo. A style of the gallery needs no photo.
    """

    name: str
    icon: str
    label: str
    line: str
    takes: tuple[PayloadKind, ...]
    needs: Literal["", "empty", "photo", "second", "style"] = ""


_PICTURES: tuple[PayloadKind, ...] = ("files", "image", "link")
_PICTURE = Zone(
    "picture",
    "picture",
    str(QT_TRANSLATE_NOOP("DropZones", "Picture")),
    str(QT_TRANSLATE_NOOP("DropZones", "Paint this one")),
    _PICTURES,
)
_STYLES: tuple[Zone, ...] = (
    Zone(
        "style",
        "style",
        str(QT_TRANSLATE_NOOP("DropZones", "Style")),
        str(QT_TRANSLATE_NOOP("DropZones", "Paint in this style alone")),
        (*_PICTURES, "style"),
        needs="photo",
    ),
    Zone(
        "mix",
        "mix",
        str(QT_TRANSLATE_NOOP("DropZones", "Mix style in")),
        str(QT_TRANSLATE_NOOP("DropZones", "Keep the current styles, add this one")),
        (*_PICTURES, "style"),
        needs="style",
    ),
)
ZONES: tuple[Zone, ...] = (
    _PICTURE,
    Zone(
        "blend",
        "blend",
        str(QT_TRANSLATE_NOOP("DropZones", "Blend pictures")),
        str(QT_TRANSLATE_NOOP("DropZones", "Lay two photos over each other")),
        _PICTURES,
        needs="second",
    ),
    *_STYLES,
)
PANEL_ZONES: tuple[Zone, ...] = (
    replace(_PICTURE, needs="empty"),
    *_STYLES,
    Zone(
        "settings",
        "settings",
        str(QT_TRANSLATE_NOOP("DropZones", "Settings")),
        str(QT_TRANSLATE_NOOP("DropZones", "Those of a picture painted here, or of a file")),
        ("files",),
        needs="photo",
    ),
)
GALLERY_ZONES: tuple[Zone, ...] = (
    Zone(
        "gallery",
        "add",
        str(QT_TRANSLATE_NOOP("DropZones", "Add style")),
        str(QT_TRANSLATE_NOOP("DropZones", "Files, folders and pictures")),
        _PICTURES,
    ),
)


_LEAST_WIDTH = 150  # px
_IN_REGION = str(QT_TRANSLATE_NOOP("DropZones", "Paint in this style here"))


class DropZones(QWidget):
    """Makes its parent take drops, dims it while something hovers and shows where it can land.

    The nearest zone lights up, so there is no dead ground. has_photo, has_styles: what is on the canvas already; an
    empty one takes a photo, and nothing is asked. Signals: dropped(Drop).
    """

    dropped = Signal(object)

    def __init__(self, parent: QWidget, zones: tuple[Zone, ...] = ZONES) -> None:
        super().__init__(parent)
        self._canvas = parent
        self._all = zones
        self._target = DropTarget(self._takes, self)
        self._target.entered.connect(self._enter)
        self._target.moved.connect(self._follow)
        self._target.dropped.connect(self._land)
        self.take_drops_on(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Drop zones"))
        self.has_photo = self.has_styles = False
        self._zones: tuple[Zone, ...] = ()
        self._lit = ""
        self.fade = Fade(self)
        self._target.left.connect(self.fade.fade_out)
        self.hide()

    def set_regions(self, regions: Mapping[str, str]) -> None:
        """Show a zone for each of these regions, too, which takes styles. regions: what they are called, by zone."""
        others = tuple(zone for zone in self._all if zone.line != _IN_REGION)
        more = (Zone(name, "style", label, _IN_REGION, ("style",), "photo") for name, label in regions.items())
        self._all = (*others, *more)

    @property
    def lit(self) -> str:
        """Name of the zone a drop would land in now, or ""."""
        return self._lit

    def take_drops_on(self, widget: QWidget) -> None:
        """Show the zones while something hovers over this widget, one that lies over or beside the canvas."""
        self._target.watch(widget)

    def show_for(self, kind: PayloadKind, count: int = 1) -> None:
        """Show the zones that take such a payload. count: how many pictures it holds."""
        self._zones = self._zones_for(kind, count)
        self._lit = ""
        self.setGeometry(self._canvas.rect())
        self.raise_()
        self.fade.fade_in()

    def light(self, position: QPoint) -> str:
        """Light the zone that a drop at `position` would land in, and return its name."""
        places = self.places()
        self._lit = min(places, key=lambda name: _distance(places[name], position))
        self.update()
        return self._lit

    def places(self) -> dict[str, QRect]:
        """Where each zone shown lies: side by side, four in a square, or stacked where the canvas is narrow."""
        count = len(self._zones)
        room = self.rect().adjusted(3 * GRID, 3 * GRID, -3 * GRID, -3 * GRID)
        columns = count if count < 4 else 2
        if room.width() < _LEAST_WIDTH * columns:
            columns = 1
        rows = -(-count // columns) if columns else 0
        gap = 2 * GRID
        places = {}
        for number, zone in enumerate(self._zones):
            row, column = divmod(number, columns)
            left, width = _share(room.left(), room.width(), gap, column, columns)
            top, height = _share(room.top(), room.height(), gap, row, rows)
            places[zone.name] = QRect(left, top, width, height)
        return places

    def _takes(self, mime: QMimeData) -> bool:
        kind = payload_kind(mime)
        return kind is not None and bool(self._zones_for(kind, payload_count(mime)))

    def _zones_for(self, kind: PayloadKind, count: int) -> tuple[Zone, ...]:
        has_photo = self.has_photo or kind == "style"
        there = {
            "": True,
            "empty": not self.has_photo,
            "photo": has_photo,
            "second": self.has_photo or count > 1,
            "style": has_photo and self.has_styles,
        }
        return tuple(zone for zone in self._all if kind in zone.takes and there[zone.needs])

    @Slot(object)
    def _enter(self, mime: QMimeData) -> None:
        kind = payload_kind(mime)
        assert kind is not None  # it is taken
        self.show_for(kind, payload_count(mime))

    @Slot(QPoint)
    def _follow(self, place: QPoint) -> None:
        self.light(self.mapFromGlobal(place))

    @Slot(object)
    def _land(self, payload: Payload) -> None:
        self.fade.fade_out()
        self.dropped.emit(Drop(self._lit, payload))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setOpacity(self.fade.opacity)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dim = color("window")
        dim.setAlphaF(0.72)
        painter.fillRect(self.rect(), dim)
        places = self.places()
        for zone in self._zones:
            self._paint_zone(painter, zone, places[zone.name], zone.name == self._lit)

    def _paint_zone(self, painter: QPainter, zone: Zone, place: QRect, is_lit: bool) -> None:
        ground = color("raised" if is_lit else "panel")
        ground.setAlphaF(0.94 if is_lit else 0.82)
        painter.setBrush(ground)
        pen = QPen(color("accent"), 2) if is_lit else QPen(color("control"), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        translate = QCoreApplication.translate
        block = QRect(place.left() + GRID, place.center().y() - 48, place.width() - 2 * GRID, 104)
        mark = QRectF(0, 0, 40, 40)
        mark.moveCenter(QPointF(block.center().x() + 0.5, block.top() + 20))
        icon(zone.icon).paint(painter, mark.toRect())
        font = QFont(self.font())
        painter.setPen(color("text"))
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        font.setPixelSize(TEXT_SIZE)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.drawText(block.adjusted(0, 50, 0, 0), centre, translate("DropZones", zone.label))
        font.setPixelSize(CAPTION_SIZE)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.drawText(block.adjusted(0, 72, 0, 24), centre, translate("DropZones", zone.line))


def _share(start: int, length: int, gap: int, number: int, count: int) -> tuple[int, int]:
    """(start, length) of one of `count` equal parts."""
    part = (length - gap * (count - 1)) // count
    return start + number * (part + gap), part


def _distance(place: QRect, point: QPoint) -> int:
    dx = max(place.left() - point.x(), 0, point.x() - place.right())
    dy = max(place.top() - point.y(), 0, point.y() - place.bottom())
    return dx * dx + dy * dy
