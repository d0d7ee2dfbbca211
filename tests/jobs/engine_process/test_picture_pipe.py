"""The pipe for pictures: everything arrives as it was, and the same pixels cross only once."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.core.picture import Metadata, Picture
from studio.jobs.engine_process.picture_pipe import PicturePipe
from tests.support.fakes import make_picture, make_request

PIXEL_BYTES = 24 * 32 * 3  # of make_picture
ENVELOPE_BYTES = 1500  # more than a request without its pixels takes, less than a picture


class CountingConnection:
    """A connection that counts the bytes it is given."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sent = 0

    def send_bytes(self, data: bytes | memoryview) -> None:
        self.sent += memoryview(data).nbytes
        self._connection.send_bytes(data)


class Pair:
    """A sender and a receiver that keeps `kept` bytes."""

    def __init__(self, kept: int) -> None:
        self.ends = Pipe()
        self.counter = CountingConnection(self.ends[0])
        self.sender = PicturePipe(self.counter, sent=kept)
        self.receiver = PicturePipe(self.ends[1], kept=kept)

    def carry(self, item: object) -> tuple[Any, int]:
        """What arrives of `item`, and how many bytes that took."""
        before = self.counter.sent
        self.sender.send(item)
        return self.receiver.receive(), self.counter.sent - before


@pytest.fixture
def connect() -> Iterator[Callable[[int], Pair]]:
    """Make Pairs whose ends are closed when the test ends."""
    pairs: list[Pair] = []

    def connect(kept: int) -> Pair:
        pairs.append(Pair(kept))
        return pairs[-1]

    yield connect
    for pair in pairs:
        for end in pair.ends:
            end.close()


@pytest.fixture
def pair(connect: Callable[[int], Pair]) -> Pair:
    return connect(1 << 20)


def assert_same(one: object, other: object) -> None:
    assert isinstance(one, Picture) and isinstance(other, Picture)
    assert np.array_equal(one.pixels, other.pixels)
    assert (one.alpha is None) == (other.alpha is None)
    assert one.alpha is None or other.alpha is None or np.array_equal(one.alpha, other.alpha)
    assert (one.name, one.source, one.metadata) == (other.name, other.source, other.metadata)
    assert not one.pixels.flags.writeable and not other.pixels.flags.writeable


@pytest.mark.parametrize("kept", [0, 1 << 20], ids=["as it is", "with memory"])
def test_a_picture_arrives_with_all_it_has(connect: Callable[[int], Pair], kept: int) -> None:
    pixels = make_picture().pixels
    alpha = np.arange(24 * 32, dtype=np.uint8).reshape(24, 32)
    picture = Picture(pixels, "Taj.jpg", alpha, Path("Taj.jpg"), Metadata(b"Exif", 300.0))

    pair = connect(kept)
    arrived, _ = pair.carry(picture)

    assert_same(arrived, picture)


def test_a_picture_that_was_sent_before_costs_no_bytes(pair: Pair) -> None:
    first = make_request()
    second = replace(first, recipe=first.recipe.change(strength=0.2), id=first.id + 1)

    _, first_bytes = pair.carry(first)
    arrived, second_bytes = pair.carry(second)

    assert first_bytes > PIXEL_BYTES
    assert second_bytes < ENVELOPE_BYTES
    assert arrived.recipe == second.recipe
    assert_same(arrived.content, first.content)


def test_a_repeated_picture_arrives_as_the_same_object(pair: Pair) -> None:
    picture = make_picture()

    assert pair.carry(picture)[0] is pair.carry(picture)[0]


def test_equal_pixels_under_another_name_cross_once_and_keep_their_names(pair: Pair) -> None:
    monday, tuesday = make_picture(name="monday"), make_picture(name="tuesday")
    pair.carry(monday)

    arrived, size = pair.carry(tuesday)

    assert size < ENVELOPE_BYTES
    assert_same(arrived, tuesday)


def test_one_item_may_hold_a_picture_twice(pair: Pair) -> None:
    picture = make_picture()

    (one, two), size = pair.carry((picture, picture))

    assert one is two
    assert size < 2 * PIXEL_BYTES


def test_what_the_receiver_had_no_room_for_is_sent_again(connect: Callable[[int], Pair]) -> None:
    pair = connect(2 * PIXEL_BYTES)
    red, green, blue = (make_picture(seed=seed) for seed in range(3))
    for picture in (red, green, red, blue):  # green is the one unused for longest
        pair.carry(picture)

    assert pair.carry(red)[1] < ENVELOPE_BYTES
    arrived, size = pair.carry(green)
    assert size > PIXEL_BYTES
    assert_same(arrived, green)


def test_a_picture_larger_than_all_the_room_crosses_every_time(connect: Callable[[int], Pair]) -> None:
    pair = connect(PIXEL_BYTES - 1)
    picture = make_picture()

    for _ in range(2):
        arrived, size = pair.carry((picture, picture))
        assert size > PIXEL_BYTES
        assert_same(arrived[0], picture)


def test_an_item_that_cannot_be_pickled_leaves_both_ends_agreeing(pair: Pair) -> None:
    picture = make_picture()
    with pytest.raises(TypeError, match="pickle"):
        pair.sender.send((picture, threading.Lock()))

    arrived, size = pair.carry(picture)

    assert size > PIXEL_BYTES
    assert_same(arrived, picture)


def test_a_receiver_whose_sender_is_gone_is_told(pair: Pair) -> None:
    pair.ends[0].close()

    with pytest.raises(EOFError):
        pair.receiver.receive()


@pytest.mark.skipif(sys.platform == "win32", reason="writes into the socket by its number")
@pytest.mark.parametrize(
    "rubbish",
    [
        b"\xff" * 12,
        b"\xff" * 4 + (1 << 62).to_bytes(8, "big"),
        (0x7FFF_FFFF).to_bytes(4, "big"),
        b"\0\0\0\4" + b"\xff" * 4,
    ],
)
def test_what_is_no_item_is_refused_before_there_is_room_for_it(rubbish: bytes) -> None:
    ours, theirs = Pipe()
    with ours, theirs:
        os.write(theirs.fileno(), rubbish)
        with pytest.raises(ValueError, match=r"a part of more than 1,073,741,824 bytes|4,294,967,295 arrays"):
            PicturePipe(ours).receive()
