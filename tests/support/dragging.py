"""What other programs drag and copy, as Qt hands it over, and how it is dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication

from studio.ui.canvas.canvas import Canvas
from studio.ui.importing.mime_payload import STYLE_MIME_TYPE

HELD = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def files(*paths: Path | str) -> QMimeData:
    """Of a file manager."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def uri_list(text: str) -> QMimeData:
    """Of a program that writes the list by itself."""
    mime = QMimeData()
    mime.setData("text/uri-list", text.encode())
    return mime


def image(link: str = "https://example.org/cat.png") -> QMimeData:
    """A picture of a page, of 40 x 30 px in one colour, with its address."""
    mime = QMimeData()
    mime.setUrls([QUrl(link)])
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(0x123456)
    mime.setImageData(picture)
    return mime


def text(words: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(words)
    return mime


def gallery_style(card_id: str) -> QMimeData:
    mime = QMimeData()
    mime.setData(STYLE_MIME_TYPE, card_id.encode())
    return mime


def drop_on(canvas: Canvas, mime: QMimeData, zone: str) -> None:
    """Drag something over the canvas to a zone and let it go there."""
    middle = canvas.rect().center()
    enter = QDragEnterEvent(middle, Qt.DropAction.CopyAction, mime, *HELD)
    QApplication.sendEvent(canvas, enter)
    assert enter.isAccepted()
    place: QPoint = canvas.zones.places()[zone].center()
    QApplication.sendEvent(canvas, QDragMoveEvent(place, Qt.DropAction.CopyAction, mime, *HELD))
    assert canvas.zones.lit == zone
    QApplication.sendEvent(canvas, QDropEvent(place, Qt.DropAction.CopyAction, mime, *HELD))
