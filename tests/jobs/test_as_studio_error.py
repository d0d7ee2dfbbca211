"""Any error as a sentence."""

from __future__ import annotations

import errno
import os

import pytest

from studio.core.errors import PictureError
from studio.jobs.as_studio_error import as_studio_error


class Speechless(Exception):  # noqa: N818 - it says what it is
    def __str__(self) -> str:
        raise ValueError("no words")


def refusal(number: int, name: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), name)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PictureError("No picture."), "No picture."),
        (MemoryError(), "There is not enough memory for this picture."),
        (refusal(errno.EIO, "/photos/boat.png"), "The system refuses boat.png: Input/output error."),
        (refusal(errno.EIO), "The system refuses: Input/output error."),
        (TypeError("a bug"), "The saw met an error it does not know (TypeError: a bug)."),
        (Speechless(), "The saw met an error it does not know (Speechless: without words)."),
        (SystemExit(3), "The saw met an error it does not know (SystemExit: 3)."),
    ],
)
def test_whatever_was_raised_is_a_sentence_and_its_traceback_a_note(error: BaseException, sentence: str) -> None:
    try:
        raise error
    except BaseException as raised:  # noqa: BLE001 - as at the end of a thread
        failure = as_studio_error(raised, "The saw")
    assert failure.message == sentence
    assert type(error).__name__ in failure.__notes__[0] and __file__ in failure.__notes__[0]
    assert failure.__traceback__ is failure.__cause__ is failure.__context__ is None


def test_a_name_that_is_too_long_for_the_disk_does_not_fill_the_window() -> None:
    failure = as_studio_error(refusal(errno.ENAMETOOLONG, "x" * 5000))
    assert failure.message.endswith(": File name too long.") and len(failure.message) < 120


def test_an_error_of_many_pages_is_a_sentence() -> None:
    failure = as_studio_error(RuntimeError("<b>line</b>\n" * 10_000))
    assert len(failure.message) == 500 and "\n" not in failure.message
    assert failure.message.startswith("The painting engine met an error") and failure.message.endswith(").")
