"""A studio that is started and started again, as `run` does; and the file of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.project.project_file import save_project
from studio.ui.app import Studio
from studio.ui.session.settings import Settings
from tests.core.project.projects import make_project
from tests.support.fakes import FakeEngine, Gate

Start = Callable[[], Studio]


@pytest.fixture
def start(
    qtbot: QtBot, qapp: QApplication, engine: FakeEngine, settings: Settings, thumbnail_folder: Path
) -> Iterator[Start]:
    """Starts the program as `run` does, after closing it."""
    studios: list[Studio] = []

    def close() -> None:
        if engine.gate is not None:
            engine.gate.open()
        for studio in studios:
            studio.close()
        studios.clear()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def start() -> Studio:
        close()
        studio = Studio(lambda: engine, settings, thumbnail_folder)
        studios.append(studio)
        with qtbot.waitSignal(studio.autosave.began):
            studio.autosave.start()
        return studio

    yield start
    close()


@pytest.fixture
def evening(tmp_path: Path) -> Path:
    """A project's file."""
    path = tmp_path / "evening.studio"
    save_project(path, make_project())
    return path


@pytest.fixture
def saving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """What every save of a project waits for."""
    gate = Gate()

    def save_slowly(*arguments: object, **options: object) -> object:
        gate.wait()
        return save_project(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("studio.ui.project.project_controller.save_project", save_slowly)
    yield gate
    gate.open()
