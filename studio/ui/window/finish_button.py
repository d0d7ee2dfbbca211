"""The main button: Finish with its estimate, Stop with a progress ring while painting, then Finished or Continue."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from studio.core.durations import clock, rough_bytes, rough_time
from studio.ui.session.shown_picture import percent
from studio.ui.theme.theme import CAPTION_SIZE, RADIUS, Role, color, icon

_RING = 22.0  # px across
_WIDTH, _HEIGHT = 172, 36  # wide enough for every state, so that nothing jumps


class FinishButton(QPushButton):
    """Shows one of five states; a click is reported by `clicked`, whatever it means at the moment.

    Where it opens a menu, an arrow says so.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(_WIDTH, _HEIGHT)
        self._caption = ""
        self._icon_name = "finish"
        self._progress: float | None = None
        self._is_accent = True
        self._has_menu = False
        self.show_ready(None, "")

    def show_ready(self, seconds: float | None, missing: str, memory: int | None = None) -> None:
        """Ready to paint in about `seconds` with `memory` bytes, None where unknown; or `missing` says what to do."""
        caption = missing
        if not missing and seconds is not None:
            caption = self.tr("about {}").format(rough_time(seconds))
            if memory is not None:
                caption = self.tr("{}, {}").format(caption, rough_bytes(memory))
        self._show(self.tr("Finish"), caption, "finish", is_accent=not missing)

    def show_stopped(self) -> None:
        """Stopped half-way, and nothing changed since: a click continues."""
        self._show(self.tr("Continue"), self.tr("from this picture"), "finish", is_accent=True)

    def show_running(self, progress: float, seconds_left: float | None) -> None:
        """Painting; a click stops."""
        caption = percent(progress) if progress > 0 else self.tr("starting…")
        if seconds_left is not None:
            left = self.tr("{} left").format(clock(seconds_left))
            caption = f"{left}  {percent(progress)}"
        self._show(self.tr("Stop"), caption, "stop", progress=progress)

    def show_stopping(self, progress: float) -> None:
        """Stop was clicked, and the step under way is not done yet."""
        self._show(self.tr("Stopping…"), self.tr("the picture is kept"), "stop", progress=progress)

    def show_finished(self, seconds: float) -> None:
        """Painted with the present settings, in so many seconds; a click offers more, the accent is on Export."""
        self._show(self.tr("Finished"), self.tr("in {}").format(rough_time(seconds)), "check", has_menu=True)

    @property
    def caption(self) -> str:
        """The small line."""
        return self._caption

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _HEIGHT)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()  # the second click of a hasty Stop would continue

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_accent = self._is_accent and self.isEnabled()
        self._paint_ground(painter, is_accent)
        ink: Role = "on_accent" if is_accent else "text" if self.isEnabled() else "muted"
        place = QRectF(9, (self.height() - _RING) / 2, _RING, _RING)
        if self._progress is not None:
            self._paint_ring(painter, place)
        inner = 4 if self._progress is not None else 1
        spot = place.adjusted(inner, inner, -inner, -inner).toRect()
        icon(self._icon_name, ink).paint(painter, spot)
        if self._has_menu:
            icon("chevron-down", ink).paint(painter, QRect(self.width() - 26, (self.height() - 16) // 2, 16, 16))
        self._paint_words(painter, QRectF(39, 0, self.width() - 44, self.height()), ink)

    def _show(
        self,
        text: str,
        caption: str,
        icon_name: str,
        progress: float | None = None,
        is_accent: bool = False,
        has_menu: bool = False,
    ) -> None:
        self._has_menu = has_menu
        shown = (text, caption, icon_name, progress, is_accent)
        if shown != (self.text(), self._caption, self._icon_name, self._progress, self._is_accent):
            self.setText(text)
            self._caption, self._icon_name, self._progress, self._is_accent = caption, icon_name, progress, is_accent
            self.setAccessibleName(text)
            self.setAccessibleDescription(caption)
            self.update()

    def _paint_ground(self, painter: QPainter, is_accent: bool) -> None:
        ground: Role = "accent" if is_accent else "raised" if self.isEnabled() else "panel"
        if not is_accent and self.underMouse() and self.isEnabled():
            ground = "hover"
        edge: Role = "accent" if is_accent else "control" if self.isEnabled() else "hairline"
        width = 1.0
        if self.hasFocus():
            edge, width = ("text" if is_accent else "accent"), 2.0
        elif is_accent and self.underMouse():
            edge = "text"
        painter.setBrush(color(ground).darker(112) if self.isDown() else color(ground))
        painter.setPen(QPen(color(edge), width))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)

    def _paint_ring(self, painter: QPainter, place: QRectF) -> None:
        ring = place.adjusted(1, 1, -1, -1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color("control"), 1.5))
        painter.drawEllipse(ring)
        painter.setPen(QPen(color("accent"), 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(ring, 90 * 16, -int(360 * 16 * (self._progress or 0.0)))

    def _paint_words(self, painter: QPainter, place: QRectF, ink: Role) -> None:
        middle = place.center().y()
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        small = QFont(self.font())
        small.setPixelSize(CAPTION_SIZE)
        painter.setPen(color(ink))
        painter.setFont(bold)
        left = Qt.AlignmentFlag.AlignLeft
        if not self._caption:
            painter.drawText(place, left | Qt.AlignmentFlag.AlignVCenter, self.text())
            return
        painter.drawText(QRectF(place.x(), 2, place.width(), middle), left | Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setFont(small)
        caption = painter.fontMetrics().elidedText(self._caption, Qt.TextElideMode.ElideRight, int(place.width()))
        lower = QRectF(place.x(), middle - 1, place.width(), middle - 2)
        painter.drawText(lower, left | Qt.AlignmentFlag.AlignVCenter, caption)
