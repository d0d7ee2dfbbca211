"""What crosses between the studio and its decode process: questions one way, plain facts the other, never a pickle.

The process that decodes has seen files of strangers: one of them may have taken it over. So what it says is JSON of a
few fields, each of which is checked, and what it hands over is bytes in a file whose length has to be the right one.
"""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError, StudioError, WriteError
from studio.core.image_io.header_checks import LARGEST_EDGE, LARGEST_PIXELS
from studio.core.picture import Metadata, Picture
from studio.jobs.channel import Parts

_LONGEST_QUESTION = 2**16  # bytes; a path has 4,096 at most
_LONGEST_ANSWER = 2**20
_LARGEST_DATA = 2**31  # bytes of a picture that comes from the clipboard or through a pipe
_LARGEST_FILE = 2**34  # bytes; a larger one has no more time
_LARGEST_EXIF = 2**26
_MOST_NOTES = 20
_LONGEST_NOTE = 500  # characters
_LONGEST_TRACE = 20_000


@dataclass(frozen=True)
class Question:
    """Open a file, or the picture in `data`; cropped to fill (width, height) px where that is given.

    name: what messages call it. part: for one out of a project, whether it is as it came or as a project packs it.
    short_edge: px that are enough of the shorter edge, None for all there are.
    """

    name: str
    path: Path | None = None
    data: bytes = b""
    fill: tuple[int, int] | None = None
    part: Literal["", "original", "packed"] = ""
    short_edge: int | None = None


@dataclass(frozen=True)
class Ready:
    """The process has begun."""


@dataclass(frozen=True)
class Begun:
    """A picture in so many bytes is being opened."""

    size: int


@dataclass(frozen=True)
class Sized:
    """How large the picture will be, in px; it is decoded now."""

    width: int
    height: int


@dataclass(frozen=True)
class Opened:
    """What lies in the file between the two, one behind the other: pixels, alpha, finer values, EXIF, profile.

    exif, icc: bytes.
    """

    width: int
    height: int
    has_alpha: bool
    has_fine: bool
    exif: int
    icc: int
    dpi: float | None
    notes: tuple[str, ...]


Answer = Ready | Begun | Sized | Opened | StudioError


class NoRoom(WriteError):  # noqa: N818 - it says what happened
    """The file between the two has no room for a picture."""


_ERRORS: dict[str, type[StudioError]] = {
    kind.__name__: kind for kind in (PictureError, WriteError, StudioError, NoRoom)
}  # others are PictureErrors


class QuestionPipe:
    """The studio's end of the connection, for a Channel: questions out, answers in. What is no answer: ValueError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pack(self, item: Question) -> Parts:
        """A question, then its data."""
        path = None if item.path is None else str(item.path)  # in ASCII, JSON can spell whatever a name has
        head = {"name": item.name, "path": path, "fill": item.fill, "data": len(item.data), "part": item.part}
        head["short_edge"] = item.short_edge
        return [json.dumps(head).encode(), *([item.data] if item.data else [])]

    def write(self, parts: Parts) -> None:
        """Send what was packed."""
        for part in parts:
            self._connection.send_bytes(part)

    def receive(self) -> Answer:
        """The next answer, checked."""
        return _answer(json.loads(self._connection.recv_bytes(_LONGEST_ANSWER)))


def receive_question(connection: Connection) -> Question:
    """The next question; EOFError where the studio has gone."""
    head = json.loads(connection.recv_bytes(_LONGEST_QUESTION))
    data = connection.recv_bytes(_LARGEST_DATA) if head["data"] else b""
    path = None if head["path"] is None else Path(head["path"])
    fill = tuple(head["fill"]) if head["fill"] else None
    return Question(head["name"], path, data, fill, head["part"], head["short_edge"])


def send_answer(connection: Connection, answer: Answer) -> None:
    """Tell the studio something."""
    match answer:
        case Ready():
            values: dict[str, Any] = {"says": "ready"}
        case Begun(size):
            values = {"says": "begun", "size": size}
        case Sized(width, height):
            values = {"says": "sized", "width": width, "height": height}
        case Opened():
            values = {"says": "opened", **answer.__dict__}
        case StudioError():
            kind = type(answer).__name__
            values = {"says": "error", "kind": kind, "message": answer.message, "remedy": answer.remedy}
            values["trace"] = "\n".join(getattr(answer, "__notes__", ()))[-_LONGEST_TRACE:]
    connection.send_bytes(json.dumps(values).encode())


def lay_down(picture: Picture, file: IO[bytes]) -> Opened:
    """Write a picture into the file between the two, in place of what was there. OSError where there is no room."""
    exif, icc = (data if len(data) <= _LARGEST_EXIF else b"" for data in (picture.metadata.exif, picture.metadata.icc))
    file.seek(0)
    file.truncate()
    for array in (picture.pixels, picture.alpha, picture.fine):
        if array is not None:
            _write_all(file, array.data)
    _write_all(file, exif)
    _write_all(file, icc)
    file.flush()
    notes = tuple(note[:_LONGEST_NOTE] for note in picture.notes[:_MOST_NOTES])
    has_alpha, has_fine = picture.alpha is not None, picture.fine is not None
    dpi = picture.metadata.dpi
    return Opened(picture.width, picture.height, has_alpha, has_fine, len(exif), len(icc), dpi, notes)


def take_up(opened: Opened, file: IO[bytes], name: str, source: Path | None) -> Picture:
    """The picture in the file between the two, which is emptied. Raises ValueError where it holds another one."""
    try:
        file.seek(0)
        pixels = _filled(file, (opened.height, opened.width, 3))
        alpha = _filled(file, (opened.height, opened.width)) if opened.has_alpha else None
        fine = _filled(file, (opened.height, opened.width, 3)).view(np.int8) if opened.has_fine else None
        exif, icc = file.read(opened.exif), file.read(opened.icc)
    finally:
        file.seek(0)
        file.truncate()
    if len(exif) != opened.exif or len(icc) != opened.icc:
        raise ValueError("less than was said")
    return Picture(pixels, name, alpha, source, Metadata(exif, opened.dpi, icc), opened.notes, fine)


def _write_all(file: IO[bytes], data: bytes | memoryview) -> None:
    left = memoryview(data).cast("B")
    while left:
        count = file.write(left)  # without a buffer, a disk that gets full takes a part and says nothing
        if not count:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left = left[count:]


def _filled(file: IO[bytes], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    # Read, and not mapped: what was mapped could be changed, or cut off, by the other process at any time.
    array = np.empty(shape, np.uint8)
    left = array.data.cast("B")
    while left:
        count = file.readinto(left)  # type: ignore[attr-defined]
        if not count:
            raise ValueError("less than was said")
        left = left[count:]
    return array


def _answer(values: Any) -> Answer:
    get: Callable[[str], Any] = values.get
    match get("says"):
        case "ready":
            return Ready()
        case "begun":
            return Begun(min(max(0, int(get("size"))), _LARGEST_FILE))
        case "sized":
            return Sized(*_size(get("width"), get("height")))
        case "error":
            kind = _ERRORS.get(str(get("kind")), PictureError)
            error = kind(str(get("message")), str(get("remedy")))
            if get("trace"):
                error.add_note(str(get("trace"))[-_LONGEST_TRACE:])
            return error
        case "opened":
            notes = tuple(str(note)[:_LONGEST_NOTE] for note in get("notes")[:_MOST_NOTES])
            dpi = None if get("dpi") is None else float(get("dpi"))
            exif, icc = int(get("exif")), int(get("icc"))
            are_sizes = 0 <= exif <= _LARGEST_EXIF and 0 <= icc <= _LARGEST_EXIF
            if not are_sizes or (dpi is not None and not (math.isfinite(dpi) and dpi > 0)):
                raise ValueError("numbers that cannot be")
            has_alpha, has_fine = get("has_alpha") is True, get("has_fine") is True
            return Opened(*_size(get("width"), get("height")), has_alpha, has_fine, exif, icc, dpi, notes)
    raise ValueError("no answer of a decode process")


def _size(width: Any, height: Any) -> tuple[int, int]:
    width, height = int(width), int(height)
    if min(width, height) < 1 or max(width, height) > LARGEST_EDGE or width * height > LARGEST_PIXELS:
        raise ValueError("a size that cannot be")
    return width, height
