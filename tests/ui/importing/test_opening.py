"""Promises of opening: what takes long says so and can be cancelled, and the window is the same afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.image_io.opening.opener import Cancellation
from studio.core.picture import Picture
from studio.jobs.decoding.answering import OpensHere
from studio.ui.app import Studio
from tests.support.fakes import Gate

SavePhoto = Callable[..., Path]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Before each picture; who cancels is let through."""
    gate, opened = Gate(), OpensHere.open_picture

    def open_picture(self: OpensHere, path: Path, cancellation: Cancellation | None = None) -> Picture:
        assert cancellation is not None
        gate.wait()
        return opened(self, path, cancellation)

    monkeypatch.setattr(OpensHere, "open_picture", open_picture)
    return gate


def is_offered(studio: Studio) -> bool:
    message = studio.window.messages.message
    return message is not None and message.action == "cancel_opening"


@pytest.fixture
def slow(gate: Gate, studio: Studio) -> Studio:
    """A studio in which no picture opens before the gate does, and half a second is one millisecond."""
    studio.importer.opening._timer.setInterval(1)
    return studio


def test_a_picture_that_takes_long_says_so_until_it_is_there(
    qtbot: QtBot, slow: Studio, gate: Gate, save_photo: SavePhoto
) -> None:
    slow.importer.open_picture(save_photo())
    qtbot.waitUntil(lambda: is_offered(slow))
    assert slow.window.messages.button.text() == "Cancel"
    assert not slow.window.messages._timer.isActive()  # as long as it takes
    gate.open()
    qtbot.waitUntil(lambda: slow.session.artwork.content is not None)
    assert slow.window.messages.message is None


def test_cancel_leaves_everything_as_it_was_and_the_next_picture_opens(
    qtbot: QtBot, slow: Studio, gate: Gate, save_photo: SavePhoto
) -> None:
    slow.importer.open_picture(save_photo("first.png"))
    slow.importer.open_files([save_photo("second.png", seed=1)])
    qtbot.waitUntil(lambda: is_offered(slow))
    slow.window.messages.button.click()
    gate.open()
    qtbot.waitUntil(lambda: slow.importer.opening._waiting == 0)
    assert slow.session.artwork.content is None
    assert slow.window.messages.message is None
    slow.importer.open_picture(save_photo("third.png", seed=2))
    qtbot.waitUntil(lambda: slow.session.artwork.content is not None)
    assert slow.session.artwork.content.name == "third.png"


def test_what_opens_soon_says_nothing(qtbot: QtBot, studio: Studio, save_photo: SavePhoto) -> None:
    said: list[object] = []
    studio.session.message_posted.connect(said.append)
    studio.importer.open_picture(save_photo())
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    assert said == [None]
    assert not studio.importer.opening._timer.isActive()


def test_a_picture_that_cannot_be_opened_takes_the_place_of_the_notice(
    qtbot: QtBot, slow: Studio, gate: Gate, tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_text("hello")
    slow.importer.open_picture(tmp_path / "text.png")
    qtbot.waitUntil(lambda: is_offered(slow))
    gate.open()
    qtbot.waitUntil(lambda: not is_offered(slow))
    assert slow.window.messages.message is not None
    assert slow.window.messages.message.is_problem
