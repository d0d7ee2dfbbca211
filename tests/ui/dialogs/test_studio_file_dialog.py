"""The file dialog where the system has none: thumbnails, endings in sight, and words that can be read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QFileDialog, QHeaderView, QLineEdit, QListView, QToolButton, QTreeView
from pytestqt.qtbot import QtBot

import studio
from studio.jobs.decoding.answering import OpensHere
from studio.ui.app import Studio
from studio.ui.dialogs.studio_file_dialog import THUMBNAIL, StudioFileDialog, quoted
from studio.ui.theme.theme import ThemeName, apply_theme, color

SavePhoto = Callable[..., Path]


@pytest.fixture
def dialog(qtbot: QtBot, save_photo: SavePhoto, tmp_path: Path, thumbnail_folder: Path) -> StudioFileDialog:
    """Open on a folder with a photo, a damaged one, a text and a folder."""
    save_photo("a long name of a photo of the harbour at dusk.png")
    (tmp_path / "damaged.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("no picture either")
    (tmp_path / "folder.png").mkdir()
    dialog = StudioFileDialog(
        None, "Open a picture", str(tmp_path), opener=OpensHere(), thumbnail_folder=thumbnail_folder
    )
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: view_of(dialog).model().rowCount(view_of(dialog).rootIndex()) == 4)
    return dialog


def view_of(dialog: StudioFileDialog) -> QListView:
    view = dialog.findChild(QListView, "listView")
    assert view is not None and view.isVisible()
    return view


def sign_of(dialog: StudioFileDialog, name: str) -> QPixmap:
    view = view_of(dialog)
    icon: QIcon = index_of(dialog, name).data(Qt.ItemDataRole.DecorationRole)
    return icon.pixmap(view.iconSize(), 1.0)


def index_of(dialog: StudioFileDialog, name: str) -> QModelIndex:
    view = view_of(dialog)
    rows = view.model().rowCount(view.rootIndex())
    found = (view.model().index(row, 0, view.rootIndex()) for row in range(rows))
    return next(index for index in found if index.data() == name)


def test_pictures_are_shown_as_thumbnails_and_nothing_else_is_opened(qtbot: QtBot, dialog: StudioFileDialog) -> None:
    name = "a long name of a photo of the harbour at dusk.png"
    qtbot.waitUntil(lambda: dialog.thumbnails.pixmap(Path(dialog.directory().filePath(name))) is not None)
    assert sign_of(dialog, name).size() == THUMBNAIL
    assert len({sign_of(dialog, name).toImage().pixel(x, 20) for x in range(40)}) > 10  # noise, and no sign
    damaged = Path(dialog.directory().filePath("damaged.jpg"))
    sign_of(dialog, "damaged.jpg")
    qtbot.waitUntil(lambda: dialog.thumbnails.is_unreadable(damaged))
    assert not sign_of(dialog, "damaged.jpg").isNull()
    for other in ("notes.txt", "folder.png"):
        assert not sign_of(dialog, other).isNull()
        assert not dialog.thumbnails._tasks.is_waiting(Path(dialog.directory().filePath(other)))


def test_a_dialog_that_is_given_no_opener_opens_nothing(
    qtbot: QtBot, save_photo: SavePhoto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_photo("boat.png")
    opened: list[Path] = []
    monkeypatch.setattr(OpensHere, "open_thumbnail", lambda _, path, *size: opened.append(path))
    dialog = StudioFileDialog(None, "Save", str(tmp_path))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: view_of(dialog).model().rowCount(view_of(dialog).rootIndex()) == 1)
    assert not sign_of(dialog, "boat.png").isNull()
    assert dialog.thumbnails is None and opened == []


def test_the_pictures_of_a_dialog_are_opened_where_all_others_are(qtbot: QtBot, studio: Studio) -> None:
    studio.actions["open"].trigger()
    qtbot.waitUntil(lambda: studio.window.findChild(StudioFileDialog) is not None)
    dialog = studio.window.findChild(StudioFileDialog)
    assert dialog.thumbnails._opener is studio.opener
    dialog.close()


def test_a_long_name_keeps_its_ending_and_the_list_scrolls_down_only(dialog: StudioFileDialog) -> None:
    view = view_of(dialog)
    assert view.textElideMode() == Qt.TextElideMode.ElideMiddle
    cell = view.visualRect(index_of(dialog, "notes.txt"))
    assert cell.size().boundedTo(QSize(view.viewport().width(), 56)) == cell.size()
    assert view.horizontalScrollBar().maximum() == 0


def test_the_endings_of_the_kinds_do_not_fill_the_list_of_kinds(dialog: StudioFileDialog) -> None:
    dialog.setNameFilters(["Pictures (*.png *.jpg *.tiff)"])
    assert dialog.testOption(QFileDialog.Option.HideNameFilterDetails)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_headings_and_signs_are_readable_in_both_themes(
    qapp: QApplication, dialog: StudioFileDialog, theme: ThemeName
) -> None:
    apply_theme(qapp, theme)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    rows = dialog.findChild(QTreeView, "treeView")
    header: QHeaderView = rows.header()
    ground = header.grab().toImage().pixelColor(header.width() - 4, 3)
    assert ground.lightnessF() > 0.7 if theme == "light" else ground.lightnessF() < 0.4
    assert ground != QColor("black")
    button = dialog.findChild(QToolButton, "toParentButton")
    up = dialog.grab(button.geometry()).toImage()  # with what is behind it
    shades = {up.pixelColor(x, y).lightness() for x in range(up.width()) for y in range(up.height())}
    assert max(shades) - min(shades) > 90


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_names_that_are_proposed_while_one_types_lie_on_a_ground_of_their_own(
    qapp: QApplication, dialog: StudioFileDialog, theme: ThemeName
) -> None:
    apply_theme(qapp, theme)
    popup = dialog.findChild(QLineEdit, "fileNameEdit").completer().popup()
    popup.resize(200, 100)
    assert popup.viewport().grab().toImage().pixelColor(100, 90) == color("raised")


@pytest.mark.parametrize("mode", [QFileDialog.FileMode.ExistingFile, QFileDialog.FileMode.ExistingFiles])
@pytest.mark.parametrize(
    "written",
    [
        '"{0}/one.png" "{0}/two of them.png" "{0}/below/three.png"',
        '"one.png" "two of them.png" "below/three.png"',
        "'{0}/one.png' '{0}/two of them.png' '{0}/below/three.png'",
        "{0}/one.png {0}/two\\ of\\ them.png {0}/below/three.png",
        "file://{0}/one.png file://{0}/two%20of%20them.png file://{0}/below/three.png",
    ],
)
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise the list of names
@pytest.mark.skipif(os.name == "nt", reason="a backslash is no escape there")
def test_several_typed_paths_are_all_taken(
    qtbot: QtBot,
    save_photo: SavePhoto,
    tmp_path: Path,
    thumbnail_folder: Path,
    mode: QFileDialog.FileMode,
    written: str,
) -> None:
    (tmp_path / "below").mkdir()
    wanted = [str(save_photo(name)) for name in ("one.png", "two of them.png", "below/three.png")]
    dialog = StudioFileDialog(None, "Open", str(tmp_path), opener=OpensHere(), thumbnail_folder=thumbnail_folder)
    dialog.setFileMode(mode)
    qtbot.addWidget(dialog)
    dialog.open()
    edit = dialog.findChild(QLineEdit, "fileNameEdit")
    qtbot.waitUntil(edit.hasFocus)
    qtbot.keyClicks(edit, written.format(tmp_path))
    with qtbot.waitSignal(dialog.filesSelected) as taken:
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert sorted(taken.args[0]) == sorted(wanted)


def test_what_is_no_list_of_paths_is_taken_as_it_is_typed(tmp_path: Path) -> None:
    for name in ("boat 9.png", "it's mine.png", "a.png b.png", "~/boat.png", "/home/ann/it's.png", "'open"):
        assert quoted(name) == name
    assert quoted("'boat 9.png' 'it.png'") == '"boat 9.png" "it.png"'
    assert quoted("file:///home/ann/boat%209.png") == '"/home/ann/boat 9.png"'
    odd = tmp_path / "a\\b.png"
    if os.name != "nt":
        odd.write_bytes(b"")
        assert quoted(str(odd)) == str(odd)


@pytest.mark.parametrize(
    ("typed", "saved"),
    [("Evening", "Evening.studio"), ("Evening 2.0", "Evening 2.0.studio"), ("Evening.png", "Evening.png.studio"),
     ("Evening 2.STUDIO", "Evening 2.STUDIO"), ("below/Evening 2.0", "below/Evening 2.0.studio")],
)  # fmt: skip
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen: to raise the list of names
def test_what_is_saved_ends_as_its_kind_whatever_dots_its_name_has(
    qtbot: QtBot, tmp_path: Path, typed: str, saved: str
) -> None:
    (tmp_path / "below").mkdir()
    dialog = StudioFileDialog(None, "Save", str(tmp_path), "Projects (*.studio)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("studio")
    qtbot.addWidget(dialog)
    dialog.open()
    edit = dialog.findChild(QLineEdit, "fileNameEdit")
    qtbot.waitUntil(edit.hasFocus)
    qtbot.keyClicks(edit, typed)
    with qtbot.waitSignal(dialog.fileSelected) as taken:
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert taken.args == [str(tmp_path / saved)]


def test_every_dialog_for_files_is_the_studios() -> None:
    made = re.compile(r"\b(?:Plain|Q)FileDialog(?:\(|\.get)")
    modules = Path(studio.__file__).parent.rglob("*.py")
    assert [path.name for path in modules if made.search(path.read_text(encoding="utf-8"))] == ["plain_text.py"]


def test_another_screen_has_thumbnails_of_its_own(
    qtbot: QtBot, dialog: StudioFileDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(dialog.directory().filePath("a long name of a photo of the harbour at dusk.png"))
    qtbot.waitUntil(lambda: dialog.thumbnails.pixmap(path) is not None)
    monkeypatch.setattr(dialog, "devicePixelRatioF", lambda: 2.0)
    QApplication.sendEvent(dialog, QEvent(QEvent.Type.DevicePixelRatioChange))
    qtbot.waitUntil(lambda: dialog.thumbnails.pixmap(path) is not None)
    pixmap = dialog.thumbnails.pixmap(path)
    assert pixmap is not None and pixmap.size() == 2 * THUMBNAIL
