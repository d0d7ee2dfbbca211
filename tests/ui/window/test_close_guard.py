"""Promises of closing: what is asked is asked once, and what was agreed to holds for this one try."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from studio.core.image_io import ExportOptions, save_picture
from studio.ui.app import Studio
from tests.support.fakes import GUARD_SECONDS


class UnsavedClassifier:
    """A classifier that closing would lose."""

    is_training = False
    is_unsaved = True


@pytest.fixture
def export_slowly(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Callable[[], None]]:
    """Begins an export, and returns what ends it."""
    gate = threading.Event()

    def save_slowly(*arguments: Any, **options: Any) -> int:
        assert gate.wait(GUARD_SECONDS)
        return save_picture(*arguments, **options)

    def end() -> None:
        gate.set()
        qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)

    def begin() -> Callable[[], None]:
        monkeypatch.setattr("studio.ui.export.exporter.save_picture", save_slowly)
        loaded.exporter.export(tmp_path / "art.png", ExportOptions(), "Art")
        return end

    return begin


def questions(studio: Studio) -> list[str]:
    """What is asked now."""
    return [box.text() for box in studio.window.findChildren(QMessageBox) if box.isVisible()]


def agree(studio: Studio) -> None:
    """Take the answer that loses something."""
    (box,) = (box for box in studio.window.findChildren(QMessageBox) if box.isVisible())
    losing = (one for one in box.buttons() if box.buttonRole(one) == QMessageBox.ButtonRole.DestructiveRole)
    next(losing).click()


def stay(studio: Studio) -> None:
    """Take the answer that closes nothing."""
    (box,) = (box for box in studio.window.findChildren(QMessageBox) if box.isVisible())
    box.reject()


def finish(qtbot: QtBot, studio: Studio) -> None:
    studio.actions["finish"].trigger()
    qtbot.waitUntil(lambda: studio.session.finishing.run is None)


def test_when_the_file_is_written_it_is_asked_once_and_news_are_no_second_try(
    loaded: Studio, export_slowly: Callable[[], Callable[[], None]]
) -> None:
    end = export_slowly()
    loaded.session.activities.begin("batching")
    assert not loaded.window.close()
    assert questions(loaded) == [], "it waits for the file"
    end()
    assert questions(loaded) == ["Many pictures are being painted."]
    loaded.session.state_changed.emit()  # such as another picture of the batch
    assert loaded.window.isVisible(), "the artist has not answered yet"
    stay(loaded)
    loaded.session.state_changed.emit()
    assert questions(loaded) == [] and loaded.window.isVisible()
    loaded.session.activities.end("batching")


def test_a_classifier_is_asked_about_once_after_an_export(
    loaded: Studio, export_slowly: Callable[[], Callable[[], None]]
) -> None:
    end = export_slowly()
    loaded.window.close_guard.classifier = UnsavedClassifier()
    assert not loaded.window.close()
    end()
    for _ in range(3):
        loaded.session.state_changed.emit()
    assert questions(loaded) == ["The classifier has not been kept."]


def test_who_stays_after_all_is_asked_again_the_next_time(qtbot: QtBot, loaded: Studio) -> None:
    loaded.window.close_guard.classifier = UnsavedClassifier()
    finish(qtbot, loaded)
    assert not loaded.window.close()
    agree(loaded)
    assert questions(loaded) == ["The artwork has not been exported."]
    stay(loaded)
    assert not loaded.window.close()
    assert questions(loaded) == ["The classifier has not been kept."], "another may have been trained since"


def test_a_batch_that_goes_on_is_asked_about_again(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    loaded.session.activities.begin("batching")
    assert not loaded.window.close()
    agree(loaded)
    assert questions(loaded) == ["The artwork has not been exported."]
    stay(loaded)
    assert not loaded.window.close()
    assert questions(loaded) == ["Many pictures are being painted."]
    loaded.session.activities.end("batching")


def test_where_the_project_is_not_saved_after_all_it_is_asked_again(
    qtbot: QtBot, loaded: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded.projects, "save_then", lambda then, otherwise: otherwise())
    loaded.window.close_guard.classifier = UnsavedClassifier()
    finish(qtbot, loaded)
    assert not loaded.window.close()
    agree(loaded)
    (box,) = (box for box in loaded.window.findChildren(QMessageBox) if box.isVisible())
    next(one for one in box.buttons() if one.text() == "Save project").click()
    assert not loaded.window.close()
    assert questions(loaded) == ["The classifier has not been kept."]


def test_all_that_is_lost_was_agreed_to(qtbot: QtBot, loaded: Studio) -> None:
    loaded.window.close_guard.classifier = UnsavedClassifier()
    finish(qtbot, loaded)
    loaded.session.activities.begin("batching")
    assert not loaded.window.close()
    asked = []
    while loaded.window.isVisible():
        asked += questions(loaded)
        agree(loaded)
    assert len(asked) == 3
    loaded.session.activities.end("batching")
