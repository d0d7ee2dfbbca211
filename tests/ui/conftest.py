"""The whole studio on a fake engine, painted and warm, and pictures for it to open."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui.actions.message_bar import MessageBar
from studio.ui.app import Studio
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import apply_theme
from tests.support.fakes import FakeEngine, make_picture


@pytest.fixture(autouse=True)
def own_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the library of this test's artist is kept; never the real one's."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("STYLE_STUDIO_CACHE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_motion(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the system asks for less: what fades is there or gone at once."""
    monkeypatch.setattr("studio.ui.widgets.fade.LONGEST", 0)


@pytest.fixture(autouse=True)
def no_rest_for_the_larger_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nobody ever rested long enough for it to take over; tests of that change it."""
    monkeypatch.setattr("studio.ui.session.live_preview.FINE_REST", 3_600_000)


@pytest.fixture(autouse=True)
def no_message_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow a machine is just now: opening is not said to take long, and news stays; tests of that change it."""
    monkeypatch.setattr("studio.ui.importing.opening.SOON", 3_600_000)
    monkeypatch.setitem(MessageBar.__init__.__kwdefaults__, "news_seconds", 3600.0)


@pytest.fixture(autouse=True)
def patient_file_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """They wait until the disk has said where they begin; a test of a disk that never does changes it."""
    monkeypatch.setattr("studio.ui.dialogs.file_dialogs.PATIENCE", 3_600_000)


@pytest.fixture(autouse=True)
def no_fault_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which a task met a fault of ours; one that means to clears the log."""
    yield
    faults = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not faults, faults[0].exc_text


@pytest.fixture
def engine() -> FakeEngine:
    """The engine of `studio`; tests change its attributes, or override the fixture, to script it."""
    return FakeEngine()


@pytest.fixture
def settings(qapp: QApplication, tmp_path: Path) -> Iterator[Settings]:
    """Of a studio without Live, whose tests want to know each request; those of Live itself switch it on."""
    settings = Settings(tmp_path / "settings.json")
    settings.set("preferences/is_live", False)
    yield settings
    settings.close()


@pytest.fixture(scope="session")
def thumbnail_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests: the thumbnails of the bundled styles are made once."""
    return tmp_path_factory.mktemp("thumbnails")


@pytest.fixture
def studio(
    qtbot: QtBot, qapp: QApplication, engine: FakeEngine, settings: Settings, thumbnail_folder: Path
) -> Iterator[Studio]:
    """The program in its window, empty, its engine ready."""
    apply_theme(qapp, "dark")
    studio = Studio(lambda: engine, settings, thumbnail_folder)
    with qtbot.waitActive(studio.window):  # keys go to the active window
        studio.window.show()
        studio.window.activateWindow()
    qtbot.waitUntil(lambda: studio.session.engine.info is not None)
    yield studio
    for gate in filter(None, (engine.gate, engine.fine_gate)):
        gate.open()
    studio.close()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def save_photo(tmp_path: Path) -> Callable[..., Path]:
    """Writes a picture file and returns its path."""

    def save(name: str = "harbour.png", width: int = 64, height: int = 48, seed: int = 0) -> Path:
        path = tmp_path / name
        Image.fromarray(make_picture(width, height, seed=seed).pixels).save(path)
        return path

    return save


@pytest.fixture
def loaded(qtbot: QtBot, studio: Studio, save_photo: Callable[..., Path]) -> Studio:
    """The studio with a photo and a style, ready to finish."""
    studio.importer.open_picture(save_photo())
    studio.importer.use_style(card_named(studio, "The Great Wave off Kanagawa"))
    qtbot.waitUntil(lambda: studio.session.finishing.missing == "")
    return studio


def card_named(studio: Studio, title: str):
    return next(card for card in studio.importer.cards if card.title == title)
