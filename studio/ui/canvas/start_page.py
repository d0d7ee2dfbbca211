"""StartPage: what the canvas shows before there is a picture: an invitation and three photos to try, or a word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.core.card import Card
from studio.ui.images.thumbnails import Thumbnails
from studio.ui.theme.theme import GRID, RADIUS, color, icon, set_role
from studio.ui.widgets.plain_text import PlainLabel, action_text, tool_tip

DEMO_SIZE = QSize(144, 96)
DEMO_COUNT = 3
_PHOTO_GAP = 2 * GRID


class StartPage(QWidget):
    """Signals: open_requested(), demo_chosen(Path)."""

    open_requested = Signal()
    demo_chosen = Signal(object)

    def __init__(self, demo: Sequence[Card], thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photos: list[_DemoPhoto] = []
        self.notice = PlainLabel()  # in place of the invitation
        self.notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.notice.setWordWrap(True)
        set_role(self.notice, "invitation")
        self.notice.hide()
        self.invitation = QWidget()
        self._fill(demo, thumbnails)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.notice)
        box.addWidget(self.invitation)

    def show_notice(self, text: str | None) -> None:
        """Say something instead of inviting, or "" for nothing at all; None: invite."""
        self.notice.setText(text or "")
        self.notice.setVisible(text is not None)
        self.invitation.setVisible(text is None)

    def _fill(self, demo: Sequence[Card], thumbnails: Thumbnails) -> None:
        self._mark = PlainLabel()
        self._draw_mark()
        title = PlainLabel(self.tr("Drop a picture"))
        set_role(title, "invitation")
        open_button = QPushButton(self.tr("or open one from your files"))
        set_role(open_button, "link")
        open_button.clicked.connect(self.open_requested)
        box = QVBoxLayout(self.invitation)
        box.setSpacing(GRID)
        box.addStretch(3)
        for widget in (self._mark, title, open_button):
            box.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        if demo:
            box.addSpacing(4 * GRID)
            hint = PlainLabel(self.tr("Try it with one of these"))
            set_role(hint, "caption-on-canvas")
            box.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
            row = QHBoxLayout()
            row.setSpacing(_PHOTO_GAP)
            row.addStretch(1)
            for card in demo[:DEMO_COUNT]:
                photo = _DemoPhoto(card, thumbnails)
                photo.chosen.connect(self.demo_chosen)
                self._photos.append(photo)
                row.addWidget(photo)
            row.addStretch(1)
            box.addLayout(row)
        box.addStretch(4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        count, margin = max(1, len(self._photos)), 2 * GRID
        width = min(DEMO_SIZE.width(), (self.width() - 2 * margin - (count - 1) * _PHOTO_GAP) // count)
        for photo in self._photos:  # smaller ones on a small desk
            photo.setFixedSize(width, width * DEMO_SIZE.height() // DEMO_SIZE.width())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:  # another theme
            self._draw_mark()
        super().changeEvent(event)

    def _draw_mark(self) -> None:
        self._mark.setPixmap(icon("picture", "control").pixmap(QSize(56, 56), self.devicePixelRatioF()))


class _DemoPhoto(QAbstractButton):
    """A photo to click."""

    chosen = Signal(object)

    def __init__(self, card: Card, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._path: Path = card.file
        self._thumbnails = thumbnails
        self.setText(action_text(card.title))
        self.setToolTip(tool_tip(f"{card.title}\n{card.credit_line}"))
        self.setAccessibleName(self.tr("Open the photo {}").format(card.title))
        self.setFixedSize(DEMO_SIZE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._choose)
        thumbnails.arrived.connect(self.update)

    def _choose(self) -> None:
        self.chosen.emit(self._path)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        pixmap = self._thumbnails.pixmap(self._path)
        if pixmap is None:
            painter.fillPath(shape, color("panel"))
        else:
            painter.setClipPath(shape)
            painter.drawPixmap(self.rect(), pixmap)
            painter.setClipping(False)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(color("accent"), 2) if self.hasFocus() else QPen(color("text"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
