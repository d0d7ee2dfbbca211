"""The dialogs that ask for pictures and folders, and where they begin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.dialogs.file_dialogs import ask_for_files
from studio.ui.session.settings import Settings


def opened(qtbot: QtBot, parent: QWidget) -> QFileDialog:
    qtbot.waitUntil(lambda: parent.findChild(QFileDialog) is not None)
    dialog = parent.findChild(QFileDialog)
    assert dialog is not None
    return dialog


def test_what_was_chosen_is_taken_and_the_next_dialog_begins_there(
    qtbot: QtBot, settings: Settings, tmp_path: Path
) -> None:
    parent, taken = QWidget(), list[list[Path]]()
    qtbot.addWidget(parent)
    folder = tmp_path / "works"
    folder.mkdir()
    mode = QFileDialog.FileMode.ExistingFiles
    ask_for_files(parent, settings, "works", "Choose works", mode, taken.append, "Styles (*.style)", opener=None)
    dialog = opened(qtbot, parent)
    assert dialog.fileMode() == mode and dialog.windowTitle() == "Choose works"
    assert len(dialog.nameFilters()) == 2 and dialog.nameFilters()[1] == "Styles (*.style)"
    files = [folder / "a.png", folder / "b.png"]
    dialog.filesSelected.emit([str(file) for file in files])
    dialog.close()
    qtbot.waitUntil(lambda: parent.findChild(QFileDialog) is None)
    assert taken == [files]
    ask_for_files(parent, settings, "works", "Again", mode, taken.append, opener=None)
    again = opened(qtbot, parent)
    assert Path(again.directory().absolutePath()) == folder and len(again.nameFilters()) == 1
    again.reject()
    qtbot.waitUntil(lambda: parent.findChild(QFileDialog) is None)
    assert len(taken) == 1
