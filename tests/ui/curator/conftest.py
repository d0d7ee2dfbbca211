"""Labelled pictures, an engine that can be held while it trains, and a classifier that has been trained on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import ClassifierRequest, DescribeRequest, Event, Request
from studio.core.errors import EngineDied
from studio.ui.app import Studio
from studio.ui.curator.curator_window import CuratorWindow
from tests.support.fakes import GUARD_SECONDS, FakeEngine, Gate

CLASSES = {"ember": (200, 40, 30), "meadow": (60, 160, 50), "ocean": (30, 90, 170)}
WORKS = 6


class TrainingEngine(FakeEngine):
    """Stands before `training` at each event of a training, and before `describing` at each picture; `dies` once."""

    def __init__(self) -> None:
        super().__init__()
        self.training, self.describing = Gate(), Gate()
        self.training.open()
        self.describing.open()
        self.dies = False

    def run(self, request: Request) -> Iterator[Event]:
        if isinstance(request, DescribeRequest):
            self.describing.wait(GUARD_SECONDS)
        for event in super().run(request):
            yield event
            if isinstance(request, ClassifierRequest):
                self.training.wait(GUARD_SECONDS)
                if self.dies:
                    self.dies = False
                    raise EngineDied("The painting engine ended unexpectedly.", "Try again.")

    @property
    def requests_to_train(self) -> list[ClassifierRequest]:
        return [request for request in self.started if isinstance(request, ClassifierRequest)]


@pytest.fixture
def engine() -> Iterator[TrainingEngine]:
    engine = TrainingEngine()
    yield engine
    engine.training.open()
    engine.describing.open()


@pytest.fixture(autouse=True)
def without_styles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the real artist's, and no bundled styles in the library: each takes a moment to open."""
    monkeypatch.setattr("studio.ui.library.library.Library._style_files", lambda self: ())
    monkeypatch.setenv("STYLE_STUDIO_DATA", str(tmp_path / "data"))


def save(path: Path, colour: tuple[int, int, int], seed: int = 0) -> None:
    noise = np.random.default_rng(seed).integers(-20, 21, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 48), tuple(int(value) for value in np.clip(np.array(colour) + noise, 0, 255))).save(path)


@pytest.fixture
def artists(tmp_path: Path) -> Path:
    """Three classes of six works, and one of a single work."""
    folder = tmp_path / "artists"
    for name, colour in CLASSES.items():
        for number in range(WORKS):
            save(folder / name / f"{name} {number}.png", colour, seed=number + sum(colour))
    save(folder / "lonely" / "lonely.png", (250, 250, 250))
    return folder.resolve()


@pytest.fixture
def window(qtbot: QtBot, studio: Studio) -> Iterator[CuratorWindow]:
    """The window of the curator, empty."""
    studio.actions["train_classifier"].trigger()
    yield studio.curator.window
    studio.curator.window.hide()


@pytest.fixture
def chosen(qtbot: QtBot, studio: Studio, window: CuratorWindow, artists: Path) -> CuratorWindow:
    """The same with the folder of artists in it."""
    window.source.folder_chosen.emit([artists])
    qtbot.waitUntil(lambda: studio.curator.controller.can_train)
    return window


def press(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[arg-type]


@pytest.fixture
def trained(qtbot: QtBot, studio: Studio, chosen: CuratorWindow) -> CuratorWindow:
    """The same with a classifier of them."""
    press(qtbot, chosen.main)
    qtbot.waitUntil(lambda: studio.curator.controller.trained is not None, timeout=60000)
    return chosen


@pytest.fixture
def kept(qtbot: QtBot, studio: Studio, trained: CuratorWindow) -> Path:
    """The file of that classifier."""
    press(qtbot, trained.keep)
    qtbot.waitUntil(lambda: studio.curator.controller.kept is not None)
    assert studio.curator.controller.kept is not None
    return studio.curator.controller.kept
