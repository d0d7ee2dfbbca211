"""Promises of steps to pictures that rest on the disk: in order, read off the GUI thread, and each on its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.errors import PictureError
from studio.core.picture import Picture
from studio.ui.app import Studio
from studio.ui.session.recall import Recall
from tests.support.fakes import GUARD_SECONDS


@pytest.fixture
def recall(qapp: object) -> Iterator[Recall]:
    recall = Recall()
    yield recall
    recall.close()


def picture(shade: int, name: str = "photo.png") -> Picture:
    return Picture(np.full((8, 8, 3), shade, np.uint8), name)


class Resting:
    """A picture at rest, and where it was read. gate: reading waits for it."""

    def __init__(self, of: Picture, gate: threading.Event | None = None) -> None:
        self.of, self.threads = of, list[int]()
        pixels, self._gate = of.pixels, gate
        of.release(lambda: self._read(Picture(pixels, of.name)))

    def _read(self, found: Picture) -> Picture:
        self.threads.append(threading.get_ident())
        assert self._gate is None or self._gate.wait(GUARD_SECONDS)
        return found


def showing(of: Picture) -> Callable[[], list[ArtworkState]]:
    return lambda: [ArtworkState(content=of)]


def refuse() -> Picture:
    raise PictureError("Gone.")


def test_steps_are_done_in_order_and_a_picture_that_is_gone_leaves_its_own_out(qtbot: QtBot, recall: Recall) -> None:
    done, told = list[str](), list[str]()
    recall.failed.connect(lambda error: told.append(str(error)))
    gone = picture(2)
    gone.release(refuse)
    recall.run(showing(Resting(picture(1)).of), lambda: done.append("first"))
    recall.run(showing(gone), lambda: done.append("second"))
    recall.run(showing(picture(3)), lambda: done.append("third"))
    qtbot.waitUntil(lambda: done == ["first", "third"])
    assert told == ["Gone."]


def test_a_step_that_fails_takes_no_other_with_it(qtbot: QtBot, recall: Recall) -> None:
    done = list[str]()

    def fail() -> None:
        raise PictureError("No.")

    recall.run(showing(Resting(picture(1)).of), fail)
    recall.run(showing(picture(2)), lambda: done.append("second"))
    with qtbot.waitSignal(recall.failed):
        pass
    assert done == ["second"]


def test_each_of_two_quick_undos_has_its_pictures_read_off_the_gui_thread(qtbot: QtBot, loaded: Studio) -> None:
    session, gate = loaded.session, threading.Event()
    first, second, third = (picture(shade, f"{shade}.png") for shade in (10, 20, 30))
    for content in (first, second, third):
        session.change(content=content)
        session.commit()
    oldest, newer = Resting(first), Resting(second, gate)
    session.undo()
    session.undo()
    gate.set()
    qtbot.waitUntil(lambda: session.artwork.state.content is first)
    assert len(newer.threads) == len(oldest.threads) == 1
    assert threading.get_ident() not in newer.threads + oldest.threads
    assert not Resting(third).threads
