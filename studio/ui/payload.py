"""Payload: what a drag or the clipboard carries, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QBuffer, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter

from studio.ui.gallery_model import STYLE_MIME_TYPE

PayloadKind = Literal["files", "image", "link", "style"]


@dataclass(frozen=True)
class Payload:
    """What hovers: local files, an encoded image, links that are no local file, or a style of the gallery."""

    kind: PayloadKind
    paths: tuple[Path, ...] = ()
    image_bytes: bytes = b""
    links: tuple[str, ...] = ()
    style_id: str = ""


def payload_kind(mime: QMimeData) -> PayloadKind | None:
    """What a drag carries, without reading it; None if nothing the studio can use.

    Files come first: file managers and browsers offer text and pictures of them as well.
    """
    if mime.hasUrls() and any(url.isLocalFile() for url in mime.urls()):
        return "files"
    if mime.hasImage():
        return "image"
    if mime.hasFormat(STYLE_MIME_TYPE):
        return "style"
    return "link" if mime.hasUrls() else None


def payload_count(mime: QMimeData) -> int:
    """How many pictures a drag carries, as far as can be told without reading it."""
    return max(1, sum(url.isLocalFile() for url in mime.urls()))


def read_payload(mime: QMimeData) -> Payload | None:
    """What a drag carries, as plain data; None if nothing the studio can use."""
    kind = payload_kind(mime)
    match kind:
        case "files":
            return Payload(kind, paths=tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()))
        case "image":
            return Payload(kind, image_bytes=_encoded_image(mime), links=tuple(url.toString() for url in mime.urls()))
        case "style":
            return Payload(kind, style_id=bytes(mime.data(STYLE_MIME_TYPE).data()).decode())
        case "link":
            return Payload(kind, links=tuple(url.toString() for url in mime.urls()))
    return None


def _encoded_image(mime: QMimeData) -> bytes:
    """The image as the other program encoded it (with its metadata), else as PNG."""
    for name in ("image/png", "image/webp", "image/jpeg", "image/tiff"):
        if mime.hasFormat(name):
            return bytes(mime.data(name).data())
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(QImage(mime.imageData()))
    return bytes(buffer.data().data())
