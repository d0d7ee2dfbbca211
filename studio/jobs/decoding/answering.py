"""What a question for a picture is answered with, in whichever process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from studio.core.image_io.opening.opener import Cancellation
from studio.core.image_io.opening.thumbnail import cropped, for_thumbnail, shrunk
from studio.core.image_io.opening.wanted import Wanted
from studio.core.image_io.picture_reader import decode_wanted, open_wanted, shown_name
from studio.core.picture import Picture
from studio.core.styles.load_style import is_style_file, open_style_picture
from studio.jobs.decoding.messages import Question


def answer(question: Question, on_size: Callable[[int, int], None]) -> Picture:
    """The picture that was asked for. Raises StudioError."""
    wanted = Wanted(on_size=on_size)
    if question.fill is not None:
        wanted = for_thumbnail(wanted, *question.fill)
    elif question.short_edge is not None:
        wanted = replace(wanted, smallest_edge=1, at_least=(question.short_edge, question.short_edge))
    if question.part:
        wanted = replace(wanted, smallest_edge=1, keep_hidden=question.part == "packed")
    if question.path is None:
        picture = decode_wanted(BytesIO(question.data), question.name, None, wanted)
    elif question.fill is not None and is_style_file(question.path):
        picture = open_style_picture(question.path)
    else:
        picture = open_wanted(question.path, wanted)
    if question.fill is not None:
        return cropped(picture, *question.fill)
    return picture if question.short_edge is None else shrunk(picture, question.short_edge)


class OpensHere:
    """A PictureOpener in this very process, for tests and for where no second one can be: nothing bounds its time."""

    def open_picture(self, path: Path, cancellation: Cancellation | None = None) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(shown_name(path), path), cancellation)

    def decode_picture(self, data: bytes, name: str, cancellation: Cancellation | None = None) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(name, data=data), cancellation)

    def unpack_picture(
        self, data: bytes, name: str, is_original: bool, cancellation: Cancellation | None = None
    ) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(name, data=data, part="original" if is_original else "packed"), cancellation)

    def open_thumbnail(self, path: Path, width: int, height: int) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(shown_name(path), path, fill=(width, height)), None)

    def open_small(self, path: Path, short_edge: int) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(shown_name(path), path, short_edge=short_edge), None)

    def start(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""

    def _opened(self, question: Question, cancellation: Cancellation | None) -> Picture:
        if cancellation is not None:
            cancellation.check()
        return answer(question, lambda width, height: None)
