"""The buttons that ask for pictures and folders, and the drops beside them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QThreadPool
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.dialogs.file_dialogs import last_folders
from studio.ui.importing.source_picker import SourcePicker
from studio.ui.session.settings import Settings
from tests.support.dragging import HELD, files, text


@pytest.fixture
def picker(qtbot: QtBot, settings: Settings) -> Iterator[SourcePicker]:
    target = QWidget()
    qtbot.addWidget(target)
    yield SourcePicker(settings, "tests", "Pictures", "A folder", target, opener=None)


def enters(picker: SourcePicker, mime: object) -> bool:
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, *HELD)
    QApplication.sendEvent(picker.parentWidget(), enter)
    return enter.isAccepted()


def test_what_is_chosen_is_told_and_its_folder_remembered(
    qtbot: QtBot, picker: SourcePicker, settings: Settings, tmp_path: Path
) -> None:
    picker.pictures.click()
    qtbot.waitUntil(lambda: picker.findChild(QFileDialog) is not None)
    dialog = picker.findChild(QFileDialog)
    assert dialog.windowTitle() == "Pictures" and "*.png" in dialog.nameFilters()[0]
    with qtbot.waitSignal(picker.chosen) as chosen:
        dialog.filesSelected.emit([str(tmp_path / "a.png"), str(tmp_path / "b.png")])
    assert chosen.args == [[tmp_path / "a.png", tmp_path / "b.png"]]
    assert last_folders(settings, "tests")[0] == tmp_path


def test_files_are_dropped_as_copies(qtbot: QtBot, picker: SourcePicker, tmp_path: Path) -> None:
    mime = files(tmp_path)
    assert enters(picker, mime)
    drop = QDropEvent(QPointF(9, 9), Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, mime, *HELD)
    with qtbot.waitSignal(picker.chosen) as chosen:
        QApplication.sendEvent(picker.parentWidget(), drop)
    assert chosen.args == [[tmp_path]]
    assert drop.dropAction() == Qt.DropAction.CopyAction


def test_nothing_is_dropped_while_it_is_disabled_or_is_no_file(picker: SourcePicker, tmp_path: Path) -> None:
    assert not enters(picker, text("a word"))
    picker.setEnabled(False)
    assert not enters(picker, files(tmp_path))


@pytest.mark.parametrize(("remembered", "begins_in"), [("there", "there"), ("gone", "system")])
def test_a_dialog_begins_where_there_is_a_folder(
    qtbot: QtBot,
    picker: SourcePicker,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    remembered: str,
    begins_in: str,
) -> None:
    for name in ("there", "system"):
        (tmp_path / name).mkdir()
    settings.set("folders/tests", str(tmp_path / remembered))
    monkeypatch.setattr(
        "studio.ui.dialogs.file_dialogs.QStandardPaths.writableLocation", lambda _: str(tmp_path / "system")
    )
    picker.folder.click()
    picker.folder.click()  # one is on its way
    qtbot.waitUntil(lambda: picker.findChild(QFileDialog) is not None)
    (dialog,) = picker.findChildren(QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path / begins_in
    dialog.reject()


def test_a_disk_that_does_not_answer_keeps_no_dialog_from_opening(
    qtbot: QtBot, picker: SourcePicker, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr("studio.ui.dialogs.file_dialogs.is_folder", lambda _: gate.wait(60))
    monkeypatch.setattr("studio.ui.dialogs.file_dialogs.PATIENCE", 0)
    picker.folder.click()
    qtbot.waitUntil(lambda: picker.findChild(QFileDialog) is not None)
    gate.set()
    QThreadPool.globalInstance().waitForDone()
    (dialog,) = picker.findChildren(QFileDialog)
    assert Path(dialog.directory().absolutePath()) == Path.home()
    dialog.reject()
