"""Payload: what a drag or the clipboard carries, as plain data."""

from __future__ import annotations

import binascii
import os
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage, QImageWriter

from studio.core.image_io.header_checks import check_size
from studio.core.image_io.opening.places import NETWORK_SCHEMES, is_network_url, paths_in_line, place_of

PayloadKind = Literal["files", "image", "link", "style"]

STYLE_MIME_TYPE = "application/x-style-studio-style"  # the card's id, as bytes of a file's name
ARTWORK_MIME_TYPE = "application/x-style-studio-artwork"  # marks what is dragged out of the canvas
_ENCODED = ("image/png", "image/webp", "image/jpeg", "image/tiff", "image/avif", "image/heic", "image/gif", "image/bmp")
_WRITING = QIODevice.OpenModeFlag.WriteOnly  # met here, by the thread that imports: see thumbnails.py
_COPIED = (  # by file managers, where they offer no list of URLs
    "x-special/gnome-copied-files",
    "x-special/mate-copied-files",
    "x-special/nautilus-clipboard",
)
LONGEST_TEXT = 20_000  # characters that may be a list of files
_PNG_QUALITY = 80  # to Qt, zlib's level 1: four times as fast as its default, and a quarter larger


@dataclass(frozen=True)
class Payload:
    """What hovers: local files, an image, links that are no local file, or a style of the gallery.

    image_bytes: the image as the other program encoded it; inline_image: as the path of a data URL, not decoded yet;
    image: as Qt has it, where the other program gave none of these.
    """

    kind: PayloadKind
    paths: tuple[Path, ...] = ()
    image_bytes: bytes = b""
    inline_image: str = ""
    image: QImage | None = None
    links: tuple[str, ...] = ()
    style_id: str = ""


def payload_kind(mime: QMimeData) -> PayloadKind | None:
    """What a drag carries, without reading its pixels; None if nothing the studio can use.

    Files come first: file managers and browsers offer text and pictures of them as well. The studio's own artwork, on
    its way into another program, is nothing to import.
    """
    return _kind_of(mime, _urls(mime))


def _kind_of(mime: QMimeData, urls: list[QUrl]) -> PayloadKind | None:
    if mime.hasFormat(ARTWORK_MIME_TYPE):
        return None
    if any(map(_is_local, urls)):
        return "files"
    if mime.hasImage() or _encoded_format(mime) or any(map(_is_inline_image, urls)):
        return "image"
    if mime.hasFormat(STYLE_MIME_TYPE):
        return "style"
    return "link" if urls else None


def payload_count(mime: QMimeData) -> int:
    """How many pictures a drag carries, as far as can be told without reading it."""
    return max(1, sum(map(_is_local, _urls(mime))))


def read_payload(mime: QMimeData) -> Payload | None:
    """What a drag or the clipboard carries, as plain data; None if nothing the studio can use."""
    urls = _urls(mime)
    kind = _kind_of(mime, urls)
    links = tuple(url.toString() for url in urls if not _is_inline_image(url))
    match kind:
        case "files":
            return Payload(kind, paths=tuple(map(_local_path, filter(_is_local, urls))))
        case "image":
            if name := _encoded_format(mime):  # with its metadata
                return Payload(kind, image_bytes=bytes(mime.data(name).data()), links=links)
            if mime.hasImage():
                image = mime.imageData()  # none where the program that promised one has ended, or cannot keep it
                return Payload(kind, image=image if isinstance(image, QImage) else QImage(), links=links)
            return Payload(kind, inline_image=next(filter(_is_inline_image, urls)).path(), links=links)
        case "style":
            return Payload(kind, style_id=os.fsdecode(bytes(mime.data(STYLE_MIME_TYPE).data())))
        case "link":
            return Payload(kind, links=links)
    return None


def _urls(mime: QMimeData) -> list[QUrl]:
    """The URLs of a drag; text counts if every line of it is a path or an address, as copied from a terminal."""
    if mime.hasUrls():
        return mime.urls()
    if mime.hasImage() or not (mime.hasText() or any(map(mime.hasFormat, _COPIED))):
        return []
    copied = next(filter(mime.hasFormat, _COPIED), "")
    data = mime.data(copied or "text/plain")
    if data.size() > 4 * LONGEST_TEXT:  # bytes; the text of tens of megabytes takes a second each time
        return []
    text = (bytes(data.data()).decode("utf-8", "replace") if copied else "") or mime.text()
    lines = [line.strip() for line in text[:LONGEST_TEXT].splitlines() if line.strip()]
    if lines and lines[0] in _COPIED:  # some file managers say it in the text
        del lines[0]
    if len(lines) > 1 and lines[0] in ("copy", "cut"):  # cut, too, is only read
        del lines[0]
    urls = [_url_of(path) for line in lines for path in paths_in_line(line)]
    return [] if len(text) > LONGEST_TEXT or None in urls else [url for url in urls if url is not None]


def _url_of(line: str) -> QUrl | None:
    if line.startswith(("file:", "http://", "https://", "data:image/")) or is_network_url(line):
        return QUrl(line)
    path = place_of(line)
    return QUrl.fromLocalFile(str(path)) if path.is_absolute() else None


def _is_local(url: QUrl) -> bool:
    """Whether it may be opened as a file: here, or where the file manager has connected another machine."""
    if url.isLocalFile():  # nearly all are, and ten thousand may hover
        return True
    scheme = url.scheme()
    if not scheme:
        return url.path().startswith("/")  # some forget the scheme
    return scheme in NETWORK_SCHEMES and is_network_url(url.toString())  # asked last: an image within may be large


def _local_path(url: QUrl) -> Path:
    """The file behind a URL, whatever bytes its name has, and whether or not the machine's own name stands before."""
    if os.name == "nt":
        return Path(_whole(url).toLocalFile())
    if not url.isLocalFile() and is_network_url(url.toString()):
        return Path(bytes(url.toEncoded().data()).decode("ascii", "replace"))  # found when it is opened
    encoded = _whole(url).path(QUrl.ComponentFormattingOption.FullyEncoded)
    return Path(os.fsdecode(unquote_to_bytes(encoded)))  # Qt takes all names for UTF-8


def _whole(url: QUrl) -> QUrl:
    """The URL of a file whose path goes on behind "?" and "#": files have no query and no fragment."""
    if not (url.hasQuery() or url.hasFragment()):
        return url
    text = bytes(url.toEncoded().data()).replace(b"?", b"%3F").replace(b"#", b"%23")
    return QUrl.fromEncoded(text)


def _is_inline_image(url: QUrl) -> bool:
    return url.scheme() == "data" and url.path().startswith("image/")


def _encoded_format(mime: QMimeData) -> str:
    return next((name for name in _ENCODED if mime.hasFormat(name)), "")


def _decoded(inline_image: str) -> bytes:
    header, _, body = inline_image.partition(",")
    try:
        return b64decode(unquote_to_bytes(body)) if header.endswith(";base64") else unquote_to_bytes(body)
    except binascii.Error:
        return b""


def encoded(payload: Payload, name: str) -> bytes:
    """The image of a payload as a file; b"" if there is none after all. May be called on any thread, and takes long.

    Raises PictureError, with this name, for one of a size that is not opened.
    """
    image = payload.image
    if image is None:
        return _decoded(payload.inline_image) if payload.inline_image else payload.image_bytes
    if image.isNull():
        return b""
    check_size(name, image.width(), image.height(), smallest_edge=1)
    buffer = QBuffer()
    buffer.open(_WRITING)
    writer = QImageWriter(buffer, b"png")
    writer.setQuality(_PNG_QUALITY)
    writer.write(image)
    return bytes(buffer.data().data())


def accept_copy(event: QDropEvent) -> None:
    """Accept a drag or drop as a copy: a move would have the file manager delete the file."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
