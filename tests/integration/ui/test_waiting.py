"""What takes long keeps the artist from nothing else: each purpose has a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.styles.style_library import StyleLibrary
from studio.ui.app import Studio
from tests.support.fakes import FakeEngine, make_picture


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What is held by it goes on when the test opens it, at the latest in the end."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def hold(gate: threading.Event, monkeypatch: pytest.MonkeyPatch) -> Callable[..., threading.Event]:
    """Makes a function wait for the gate; returns what tells that it does."""

    def hold(name: str) -> threading.Event:
        original, is_held = resolve_name(name), threading.Event()

        def wait_and_act(*arguments: object, **options: object) -> object:
            is_held.set()
            gate.wait(60)
            return original(*arguments, **options)

        monkeypatch.setattr(name.replace(":", "."), wait_and_act)
        return is_held

    return hold


def open_photo(qtbot: QtBot, studio: Studio, path: Path) -> None:
    studio.importer.open_picture(path)
    qtbot.waitUntil(lambda: getattr(studio.session.artwork.content, "name", "") == path.name)


def test_a_photo_opens_while_ten_thousand_styles_are_read_and_a_style_begun_is_looked_for(
    qtbot: QtBot,
    settings: QSettings,
    thumbnail_folder: Path,
    save_photo: Callable[..., Path],
    hold: Callable[..., threading.Event],
    gate: threading.Event,
) -> None:
    StyleLibrary().add(make_picture(32, 32, "wall.png"))
    reading = hold("studio.core.styles.style_library:StyleLibrary.read")
    looking = hold("studio.ui.finetune.tune_controller:find_unfinished")
    studio = Studio(FakeEngine, settings, thumbnail_folder)
    qtbot.waitUntil(lambda: reading.is_set() and looking.is_set())
    open_photo(qtbot, studio, save_photo())
    studio.importer.user_styles.use(lambda _: make_picture(32, 32, "sea.png", seed=7), studio.session.use_style)
    qtbot.waitUntil(lambda: bool(studio.session.artwork.styles))
    gate.set()
    qtbot.waitUntil(lambda: [card.title for card in studio.importer.user_styles.cards] == ["sea", "wall"])
    studio.close()


def test_a_photo_opens_while_many_pictures_become_styles(
    qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path], hold: Callable[..., threading.Event]
) -> None:
    is_held = hold("studio.core.styles.style_library:StyleLibrary.add")
    (folder := save_photo().parent / "many").mkdir()
    save_photo("many/a.png", seed=1)
    studio.importer.add_styles([folder])
    qtbot.waitUntil(is_held.is_set)
    open_photo(qtbot, studio, save_photo("photo.png", seed=2))


def test_a_photo_opens_while_what_is_learnt_from_is_written(
    qtbot: QtBot,
    studio: Studio,
    save_photo: Callable[..., Path],
    hold: Callable[..., threading.Event],
    gate: threading.Event,
) -> None:
    is_held = hold("studio.ui.finetune.tune_controller:write_request")
    studio.tune_controller.references.add([save_photo("work.png", seed=1)])
    qtbot.waitUntil(lambda: bool(studio.tune_controller.references.pictures))
    studio.tune_controller.learn("My hand", "", "", TuneSettings())
    qtbot.waitUntil(is_held.is_set)
    open_photo(qtbot, studio, save_photo("photo.png", seed=2))
    studio.tune_controller.stop()
    gate.set()
    qtbot.waitUntil(lambda: not studio.tune_controller.is_learning)


def test_a_photo_opens_while_tiles_are_made_for_the_one_before(
    qtbot: QtBot, loaded: Studio, save_photo: Callable[..., Path], hold: Callable[..., threading.Event]
) -> None:
    is_held = hold("studio.ui.gallery.style_previews:open_style")
    previews = loaded.window.gallery.grid.delegate.previews
    assert previews.pixmap(loaded.importer.cards[0]) is None
    qtbot.waitUntil(is_held.is_set)
    open_photo(qtbot, loaded, save_photo("photo.png", seed=2))


def test_a_style_is_put_right_while_many_pictures_become_styles(
    qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path], hold: Callable[..., threading.Event]
) -> None:
    studio.importer.add_styles([save_photo("wall.png", seed=3)])
    qtbot.waitUntil(lambda: len(studio.importer.user_styles.cards) == 1)
    is_held = hold("studio.core.styles.style_library:StyleLibrary.add")
    (folder := save_photo().parent / "many").mkdir()
    save_photo("many/a.png", seed=1)
    studio.importer.add_styles([folder])
    qtbot.waitUntil(is_held.is_set)
    (card,) = studio.importer.user_styles.cards
    with qtbot.waitSignal(studio.importer.user_styles.edited):
        studio.importer.user_styles.edit(replace(card, title="The wall"))
