"""Promises of the messages: what a process that was taken over says harms nobody."""

from __future__ import annotations

import json
import os
import pickle
from dataclasses import fields
from io import BytesIO
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.core.errors import EngineError, PictureError, WriteError
from studio.core.picture import Metadata, Picture
from studio.jobs.decoding.messages import (
    Begun,
    Opened,
    Question,
    QuestionPipe,
    Sized,
    lay_down,
    receive_question,
    send_answer,
    take_up,
)

OPENED = {
    "says": "opened", "width": 4, "height": 3, "has_alpha": False, "has_fine": False, "exif": 0, "icc": 0,
    "dpi": None, "notes": [],
}  # fmt: skip


def received(data: bytes) -> Any:
    ours, theirs = Pipe()
    with ours, theirs:
        theirs.send_bytes(data)
        return QuestionPipe(ours).receive()


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(os.getcwd),
        b"",
        b"{",
        b"null",
        b"[]",
        json.dumps({"says": "something"}).encode(),
        *(
            json.dumps(OPENED | change).encode()
            for change in (
                {"width": 0},
                {"width": -4},
                {"width": 100_001},
                {"width": 100_000, "height": 100_000},
                {"width": "x"},
                {"width": None},
                {"exif": -1},
                {"exif": 2**40},
                {"icc": -1},
                {"icc": 2**40},
                {"dpi": -1},
                {"dpi": float("inf")},
                {"dpi": "x"},
                {"notes": 7},
            )
        ),
    ],
    ids=range(20),
)
def test_what_cannot_be_is_no_answer(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        received(data)


def test_an_answer_longer_than_any_is_not_read() -> None:
    ours, theirs = Pipe()
    with ours, theirs:
        os.write(theirs.fileno(), (2**20 + 1).to_bytes(4))  # how a connection says how long a message is
        with pytest.raises(OSError, match="bad message length"):
            QuestionPipe(ours).receive()


def test_answers_come_as_they_were_sent() -> None:
    ours, theirs = Pipe()
    with ours, theirs:
        pipe = QuestionPipe(ours)
        send_answer(theirs, Sized(40, 30))
        assert pipe.receive() == Sized(40, 30)
        send_answer(theirs, Begun(10**400))  # no time without end
        assert pipe.receive() == Begun(2**34)
        opened = Opened(4, 3, True, True, 17, 19, 300.0, ("A note.",))
        send_answer(theirs, opened)
        assert pipe.receive() == opened
        for error, kind in ((WriteError("No.", "Try."), WriteError), (EngineError("No."), PictureError)):
            send_answer(theirs, error)
            found = pipe.receive()
            assert type(found) is kind
            assert (found.message, found.remedy) == (error.message, error.remedy)


def test_questions_come_as_they_were_sent() -> None:
    ours, theirs = Pipe()
    with ours, theirs:
        pipe = QuestionPipe(ours)
        for question in (
            Question("a", Path("/x/caf\udce9"), fill=(3, 4)),
            Question("b", Path("/\ud800")),
            Question("c", Path("/c"), short_edge=512),
            Question("Pasted", data=b"abc", part="packed"),
        ):
            pipe.write(pipe.pack(question))
            assert receive_question(theirs) == question


def test_a_picture_comes_with_all_that_it_has() -> None:
    random = np.random.default_rng(0)
    pixels, alpha = random.integers(0, 256, (3, 4, 3), np.uint8), random.integers(0, 256, (3, 4), np.uint8)
    fine = random.integers(-128, 128, (3, 4, 3), np.int8)
    picture = Picture(pixels, "a", alpha, Path("b"), Metadata(b"exif", 300.0, b"profile"), ("A note.",), fine)
    file = BytesIO()
    found = take_up(lay_down(picture, file), file, "a", Path("b"))
    for field in fields(Picture):
        one, other = getattr(found, field.name), getattr(picture, field.name)
        assert np.array_equal(one, other) and getattr(one, "dtype", None) == getattr(other, "dtype", None), field.name


def test_a_file_with_less_than_was_said_is_no_picture() -> None:
    picture = Picture(np.zeros((3, 4, 3), np.uint8), metadata=Metadata(b"exif"))
    file = BytesIO()
    opened = lay_down(picture, file)
    file.truncate(30)
    with pytest.raises(ValueError, match="less than was said"):
        take_up(opened, file, "a", None)
    lay_down(picture, file)
    file.truncate(38)
    with pytest.raises(ValueError, match="less than was said"):
        take_up(opened, file, "a", None)


class _FullDisk(BytesIO):
    """Takes a few bytes of each write, as files without a buffer may, and at some time none."""

    def write(self, data: Any) -> int:
        return super().write(memoryview(data)[: min(10, 60 - self.tell())])


def test_a_disk_that_gets_full_on_the_way_is_told() -> None:
    small, large = (Picture(np.zeros((3, edge, 3), np.uint8)) for edge in (6, 7))
    file = _FullDisk()
    assert take_up(lay_down(small, file), file, "a", None).fingerprint == small.fingerprint
    with pytest.raises(OSError, match="No space left"):
        lay_down(large, file)
