"""What a question for a picture is answered with, in whichever process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from studio.core.image_io.opening.opener import Cancellation
from studio.core.image_io.opening.thumbnail import cropped, for_thumbnail, shrunk
from studio.core.image_io.opening.wanted import Wanted
from studio.core.image_io.picture_reader import decode_wanted, open_wanted
from studio.core.picture import Picture
from studio.core.styles.load_style import is_style_file, open_style_picture
from studio.jobs.decoding.asking import Asking
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


class OpensHere(Asking):
    """A PictureOpener in this very process, for tests and for where no second one can be: nothing bounds its time."""

    def start(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""

    def _opened(self, question: Question, cancellation: Cancellation | None) -> Picture:
        if cancellation is not None:
            cancellation.check()
        return answer(question, lambda width, height: None)
