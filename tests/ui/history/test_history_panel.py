"""The shelf of results by mouse and keyboard: look, restore, compare, pin, note, throw away, and back again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QLocale, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QWidgetAction
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork_state import Result
from studio.core.picture import Picture
from studio.core.project.project import HistoryEntry
from studio.core.recipe import StyleRecipe
from studio.ui.app import Studio
from studio.ui.history.shelf_delegate import TILE, ShelfDelegate, label_frame
from studio.ui.history.shelf_model import DETAIL_ROLE, ENTRY_ROLE, GROUP_ROLE, IS_PRESENT_ROLE, STATE_ROLE
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import color
from tests.support.fakes import FakeEngine, Gate, make_picture


def finish(qtbot: QtBot, studio: Studio, **fields: object) -> HistoryEntry:
    """Paint with other settings; the entry of what was painted."""
    studio.session.change(**fields)
    studio.actions["finish"].trigger()
    qtbot.waitUntil(lambda: studio.session.finishing.run is None)
    return studio.shelf.entries[-1]


@pytest.fixture(autouse=True)
def no_popup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Menus are filled and not shown: the offscreen screen knows no keyboard to be grabbed."""
    monkeypatch.setattr("studio.ui.history.history_panel.QMenu.popup", lambda *_: None)


@pytest.fixture
def painted(qtbot: QtBot, loaded: Studio) -> Studio:
    """With two results of one photo, the second on the canvas."""
    finish(qtbot, loaded)
    finish(qtbot, loaded, strength=0.9)
    return loaded


def place_of(studio: Studio, row: int) -> QPoint:
    view = studio.window.history.view
    view.scrollTo(view.model().index(row, 0))
    return view.visualRect(view.model().index(row, 0)).center()


def click(qtbot: QtBot, studio: Studio, row: int) -> None:
    qtbot.mouseClick(studio.window.history.view.viewport(), Qt.MouseButton.LeftButton, pos=place_of(studio, row))


def menu_of(studio: Studio, row: int) -> dict[str, object]:
    """The actions of a tile's menu, by their texts."""
    panel = studio.window.history
    panel.view.menu_requested.emit(studio.shelf.shown[row], panel.mapToGlobal(QPoint(0, 0)))
    assert panel._menu is not None
    return {action.text(): action for action in panel._menu.actions()}


def test_each_result_has_a_tile_that_says_what_it_is(painted: Studio) -> None:
    model = painted.window.history.model
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    assert [row.data() for row in rows] == ["The Great Wave off Kanagawa"] * 2
    assert [row.data(GROUP_ROLE) for row in rows] == ["harbour.png", ""]
    assert [row.data(IS_PRESENT_ROLE) for row in rows] == [False, True]
    assert "\N{MULTIPLICATION SIGN}" in rows[0].data(DETAIL_ROLE)
    assert "harbour.png" in rows[0].data(Qt.ItemDataRole.ToolTipRole)
    assert "on the canvas" in rows[1].data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_click_looks_and_leaves_the_settings_alone(qtbot: QtBot, painted: Studio) -> None:
    first, session = painted.shelf.shown[0].result, painted.session
    click(qtbot, painted, 0)
    assert session.on_canvas.picture is first.picture and session.artwork.recipe.strength == 0.9
    assert session.on_canvas.shown is not None and session.on_canvas.shown.result is first, (
        "what is seen is what is exported"
    )
    assert painted.window.canvas.badge.text() == "From the history"
    painted.window.history.view.setFocus()
    qtbot.keyClick(painted.window.history.view, Qt.Key.Key_Escape)
    assert session.on_canvas.looked_at is None and session.on_canvas.picture is session.artwork.result.picture
    click(qtbot, painted, 0)
    session.change(strength=0.8)
    assert session.on_canvas.looked_at is None, "whoever changes something wants to see that"


def test_a_double_click_and_enter_bring_back_the_settings_as_one_step(qtbot: QtBot, painted: Studio) -> None:
    view, session = painted.window.history.view, painted.session
    place = place_of(painted, 0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (
        session.artwork.recipe.strength == 0.6 and session.artwork.is_finished and session.on_canvas.looked_at is None
    )
    painted.actions["undo"].trigger()
    assert session.artwork.recipe.strength == 0.9
    view.setFocus()
    view.setCurrentIndex(view.model().index(1, 0))
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert session.on_canvas.looked_at is painted.shelf.shown[0].result
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert session.artwork.recipe.strength == 0.6


def test_what_is_thrown_away_is_undone_like_everything_else(qtbot: QtBot, painted: Studio) -> None:
    view, first = painted.window.history.view, painted.shelf.shown[0]
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert view.model().rowCount() == 1 and first in painted.shelf.entries
    assert painted.actions["undo"].text() == "Undo Deletion"
    painted.window.messages.button.click()
    assert painted.shelf.shown[0].id == first.id
    assert painted.session.artwork.recipe.strength == 0.9, "nothing else is undone"
    painted.actions["redo"].trigger()
    assert view.model().rowCount() == 1


def test_a_picture_is_pinned_and_noted(qtbot: QtBot, painted: Studio) -> None:
    view = painted.window.history.view
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_P)
    assert painted.shelf.shown[0].is_pinned
    menu_of(painted, 0)["Note\N{HORIZONTAL ELLIPSIS}"].trigger()
    (field,) = [
        field for field in painted.window.findChildren(QLineEdit) if field.accessibleName().startswith("A note")
    ]
    field.setText("for Anna")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert painted.shelf.shown[0].note == "for Anna" and painted.shelf.shown[0].is_pinned
    assert "for Anna" in view.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_two_pictures_are_compared_split_or_side_by_side(qtbot: QtBot, painted: Studio) -> None:
    panel, canvas, first = painted.window.history, painted.window.canvas, painted.shelf.shown[0]
    menu_of(painted, 0)["Compare with what is on the canvas"].trigger()
    assert painted.session.on_canvas.photo is first.result.picture and painted.actions["compare"].isChecked()
    assert panel.compared.text().startswith("Compared with The Great Wave") and canvas.split.isVisible()
    zoom = canvas.zoom
    panel.beside.click()
    assert not canvas.split.isVisible() and canvas.zoom <= zoom
    panel.end_comparing.click()
    assert painted.session.on_canvas.beside is None and not painted.actions["compare"].isChecked()
    assert painted.session.on_canvas.photo is painted.session.artwork.content and canvas.zoom == zoom


def test_one_of_the_history_is_exported(qtbot: QtBot, painted: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Picture | None] = []
    painted.actions["export"].triggered.disconnect()
    painted.actions["export"].triggered.connect(lambda: asked.append(painted.exporter.exportable.picture))
    menu_of(painted, 0)["Export\N{HORIZONTAL ELLIPSIS}"].trigger()
    assert asked == [painted.shelf.shown[0].result.picture]


def test_pictures_are_grouped_by_photo_and_those_of_another_come_after(
    qtbot: QtBot, painted: Studio, save_photo: Callable[..., Path]
) -> None:
    first = painted.session.artwork.content
    painted.importer.open_picture(save_photo("boat.png", seed=4))
    qtbot.waitUntil(lambda: painted.session.artwork.content is not first)
    finish(qtbot, painted)
    painted.session.change(content=first)
    finish(qtbot, painted, strength=0.1)
    model = painted.window.history.model
    assert [model.index(row, 0).data(GROUP_ROLE) for row in range(4)] == ["harbour.png", "", "", "boat.png"]


@pytest.mark.parametrize("change", ["method", "slider", "photo", "close"])
def test_whatever_ends_a_finish_what_it_has_painted_is_in_the_history_as_it_was(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, change: str
) -> None:
    engine.gate = gate = Gate()
    loaded.actions["finish"].trigger()
    gate.let_pass(engine.frames - 1)
    qtbot.waitUntil(
        lambda: loaded.session.finishing.run is not None and loaded.session.finishing.run.step == engine.frames - 1
    )
    seen, recipe = loaded.session.on_canvas.picture, loaded.session.artwork.recipe
    match change:
        case "method":
            loaded.session.change(method="pattern")
        case "slider":
            loaded.session.change(strength=0.1)
        case "photo":
            loaded.session.change(content=make_picture(seed=8))
        case "close":
            loaded.session.finishing.leave()
    loaded.session.commit()
    (entry,) = loaded.shelf.shown
    assert entry.result.picture is seen and entry.result.recipe == recipe and not entry.result.is_complete
    if change != "close":
        loaded.session.undo()
        assert loaded.session.artwork.result is entry.result, "undo brings it back with its settings"
    gate.open()


def test_a_change_right_after_the_beginning_leaves_no_entry(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    engine.gate, engine.frames = Gate(), 40
    loaded.actions["finish"].trigger()
    engine.gate.let_pass(1)
    qtbot.waitUntil(lambda: loaded.session.finishing.run is not None and loaded.session.finishing.run.step == 1)
    loaded.session.change(strength=0.1)
    loaded.session.commit()
    assert loaded.shelf.shown == ()
    engine.gate.open()


def test_what_the_history_takes_is_not_said_before_it_is_known(painted: Studio) -> None:
    assert painted.shelf.recorded is None and painted.window.history.usage.text() == "up to 4 GB"


def test_the_oldest_go_when_the_history_is_full_and_that_is_said(qtbot: QtBot, painted: Studio) -> None:
    with qtbot.waitSignal(painted.autosave.began):
        painted.autosave.start()
    qtbot.waitUntil(lambda: painted.shelf.recorded is not None)
    assert painted.window.history.usage.text() == "uses 1 MB of 4 GB"
    assert painted.autosave.recorder.store is not None
    painted.autosave.recorder.store.cap = 1
    finish(qtbot, painted, strength=0.2)
    qtbot.waitUntil(lambda: len(painted.shelf.shown) == 1)
    message = painted.window.messages.message
    assert message is not None and message.text.startswith("The history is full")


def test_the_cap_is_chosen_in_the_menu(painted: Studio) -> None:
    usage = painted.window.history.usage
    heading = usage.menu().actions()[0]
    assert isinstance(heading, QWidgetAction) and heading.defaultWidget().text() == "The history may take"
    next(action for action in usage.menu().actions() if action.text() == "16 GB").trigger()
    assert painted.preferences.history_gb == "16" and usage.text() == "up to 16 GB"
    usage.start_empty.trigger()
    assert painted.preferences.starts_empty
    offered = painted.window.tool_bar.menu.menus["View"].actions()[-1].menu()
    assert offered is usage.menu() and offered.title() == "History and start"


def test_who_starts_empty_does_and_finds_the_session_before_in_the_menu(
    qtbot: QtBot, painted: Studio, settings: Settings, thumbnail_folder: Path
) -> None:
    with qtbot.waitSignal(painted.autosave.began):
        painted.autosave.start()
    painted.preferences.starts_empty = True
    painted.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    with qtbot.waitSignal(again.autosave.began):
        again.autosave.start()
    assert again.session.artwork.content is None and again.shelf.shown == ()
    again.window.history.usage.menu().aboutToShow.emit()
    qtbot.waitUntil(lambda: again.window.history.usage.earlier.actions()[0].isEnabled())
    again.window.history.usage.earlier.actions()[0].trigger()
    qtbot.waitUntil(lambda: again.session.artwork.content is not None and len(again.shelf.shown) == 2)
    again.close()


def test_pictures_that_nobody_looks_at_leave_the_memory_and_come_back(qtbot: QtBot, painted: Studio) -> None:
    with qtbot.waitSignal(painted.autosave.began):
        painted.autosave.start()
    first = painted.shelf.shown[0].result
    painted.session.change(content=make_picture(seed=9))
    painted.session.commit()
    for seed in range(9):
        finish(qtbot, painted, seed=seed + 1)
    qtbot.waitUntil(lambda: not first.picture.is_in_memory)
    pixmaps = painted.window.history.thumbnails
    qtbot.waitUntil(lambda: pixmaps.pixmap(painted.shelf.shown[0]) is not None)
    assert not first.picture.is_in_memory, "its small copy is enough for the tile"
    click(qtbot, painted, 0)
    qtbot.waitUntil(lambda: painted.session.on_canvas.looked_at is first)
    assert first.picture.is_in_memory


def test_a_draft_of_live_is_kept_on_wish(qtbot: QtBot, loaded: Studio) -> None:
    assert not loaded.actions["keep_draft"].isEnabled()
    loaded.preferences.is_live = True
    qtbot.waitUntil(loaded.actions["keep_draft"].isEnabled)
    loaded.actions["keep_draft"].trigger()
    (entry,) = loaded.shelf.shown
    assert entry.result.is_draft and entry.result.picture is loaded.session.on_canvas.picture
    assert loaded.window.history.model.index(0, 0).data(STATE_ROLE) == "draft"


def test_the_newest_is_the_last_of_its_photo_also_where_the_clock_was_set_back(loaded: Studio) -> None:
    result = Result(make_picture(16, 16), None, loaded.session.artwork.styles, StyleRecipe())
    painted_at = {2e9: "harbour", 2e9 + 1: "boat", 1e9: "harbour", 1e9 + 1: "boat"}
    loaded.shelf.take([HistoryEntry(result, time, group=group) for time, group in painted_at.items()])
    assert [entry.time for entry in loaded.shelf.shown] == [2e9, 1e9, 2e9 + 1, 1e9 + 1]


@pytest.mark.parametrize(("language", "day"), [("en_GB", "09/09"), ("en_US", "9/9"), ("de", "09.09"), ("sv", "09-09")])
def test_another_day_is_told_in_the_order_of_the_language_and_without_its_year(
    loaded: Studio, language: str, day: str
) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(language))
    try:
        result = Result(make_picture(16, 16), None, loaded.session.artwork.styles, StyleRecipe())
        loaded.shelf.take([HistoryEntry(result, 1_000_036_800.0)])
        assert loaded.window.history.model.index(0, 0).data(DETAIL_ROLE) == f"16 \N{MULTIPLICATION SIGN} 16  {day}"
    finally:
        QLocale.setDefault(before)


def test_thousands_of_results_come_and_go_as_one(loaded: Studio) -> None:
    model, shelf = loaded.window.history.model, loaded.shelf
    style, picture = loaded.session.artwork.styles, make_picture(16, 16)
    entries = [
        HistoryEntry(Result(picture, None, style, StyleRecipe(seed=n)), 1e9 + n, group=f"photo {n % 3}")
        for n in range(2000)
    ]
    told: list[str] = []
    model.rowsInserted.connect(lambda: told.append("inserted"))
    model.rowsRemoved.connect(lambda: told.append("removed"))
    model.modelReset.connect(lambda: told.append("reset"))
    shelf.take(entries)
    assert (told, model.rowCount()) == (["inserted"], 2000)
    shown = shelf.shown
    shelf.take([entry for entry in entries if entry not in shown[5:10]])
    assert [model.index(row, 0).data(ENTRY_ROLE) for row in range(model.rowCount())] == [*shown[:5], *shown[10:]]
    shelf.take(entries)
    assert [model.index(row, 0).data(ENTRY_ROLE) for row in range(model.rowCount())] == list(shown)
    shelf.take([])
    assert (told, model.rowCount()) == (["inserted", "removed", "inserted", "removed"], 0)


@pytest.mark.parametrize("width", [126, 80, 45])
def test_the_label_of_a_narrow_picture_is_not_cut(width: int) -> None:
    room = QRect(10, 20, 126, 80)
    seen = QRect(0, 0, width, 80)
    seen.moveCenter(room.center())
    frame = label_frame(seen, room, 92, 14)
    assert frame.width() == 92 and QRectF(room).contains(frame) and frame.bottom() < seen.bottom()


@pytest.mark.usefixtures("qapp")
def test_the_ring_of_a_narrow_picture_does_not_cross_its_label() -> None:
    entry, item = HistoryEntry(Result(make_picture(45, 80), None, (), StyleRecipe()), 1e9), QStandardItem("Spring")
    for role, value in {
        ENTRY_ROLE: entry,
        IS_PRESENT_ROLE: True,
        STATE_ROLE: "stopped at 35 %",
        DETAIL_ROLE: "",
    }.items():
        item.setData(value, role)
    model, option = QStandardItemModel(), QStyleOptionViewItem()
    model.appendRow(item)
    option.rect = QRect(QPoint(), TILE)
    tile, picture = QImage(TILE, QImage.Format.Format_RGB32), QPixmap(45, 80)
    tile.fill(Qt.GlobalColor.black)  # in memory that another test left there may be anything
    picture.fill(Qt.GlobalColor.black)
    painter = QPainter(tile)
    thumbnails = SimpleNamespace(pixmap=lambda _: picture)
    ShelfDelegate(thumbnails).paint(painter, option, model.index(0, 0))  # type: ignore[arg-type]
    painter.end()
    rows = {
        y for y in range(tile.height()) if any(tile.pixelColor(x, y) == color("accent") for x in range(TILE.width()))
    }
    assert 60 in rows and not rows & set(range(85, 95)), "beside the picture, and where the label is"
