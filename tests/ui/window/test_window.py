"""The window: opening, dropping, exporting, closing, keys and names."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from studio.core.image_io import ExportOptions, save_picture
from studio.core.image_io.xmp import read_recipe
from studio.core.styles.style import Style
from studio.ui.actions.actions import ACTIONS
from studio.ui.actions.message_bar import MessageBar
from studio.ui.app import Studio
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.importing.drop_zones import Drop, Payload
from studio.ui.session.artwork_name import artwork_name
from studio.ui.session.message import Message
from studio.ui.session.settings import Settings
from tests.support.fakes import GUARD_SECONDS, FakeEngine, Gate, make_picture, make_unmakeable_engine
from tests.ui.conftest import card_named

SavePhoto = Callable[..., Path]


def screen(studio: Studio) -> tuple[object, ...]:
    """Everything the artist sees of the artwork."""
    artwork = studio.session.artwork
    return (
        artwork.state,
        studio.session.on_canvas.picture,
        studio.window.windowTitle(),
        studio.window.tool_bar.title.text(),
    )


def finish(qtbot: QtBot, studio: Studio) -> None:
    studio.actions["finish"].trigger()
    qtbot.waitUntil(lambda: studio.session.finishing.run is None)


def problem(studio: Studio) -> str:
    message = studio.window.messages.message
    return message.text if message is not None and message.is_problem else ""


def test_a_photo_is_opened_and_named_in_the_title(qtbot: QtBot, studio: Studio, save_photo: SavePhoto) -> None:
    with qtbot.waitSignal(studio.session.content_changed):
        studio.importer.open_picture(save_photo("harbour.png"))
    assert studio.window.windowTitle() == "harbour.png \N{EN DASH} Style Studio"
    assert studio.window.canvas.has_picture


def test_several_files_chosen_open_the_first_and_offer_to_paint_all(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto
) -> None:
    paths = [save_photo(f"{name}.png") for name in ("harbour", "meadow", "night")]
    studio.actions["open"].trigger()
    qtbot.waitUntil(lambda: studio.window.findChild(QFileDialog) is not None)
    dialog = studio.window.findChild(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.ExistingFiles  # the system's own lets one choose several then
    with qtbot.waitSignal(studio.session.content_changed):
        dialog.filesSelected.emit([str(path) for path in paths])
    dialog.close()
    assert artwork_name(studio.session.artwork) == "harbour.png"
    message = studio.window.messages.message
    assert message is not None and message.action == "render_many"
    assert studio.importer.take_remaining_paths() == tuple(paths)


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "folder"])
def test_a_file_that_cannot_be_opened_changes_nothing_and_is_told(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "broken.jpg"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(b"" if kind == "empty" else b"This is no picture.")
    before = screen(loaded)
    loaded.importer.open_picture(path)
    qtbot.waitUntil(lambda: bool(problem(loaded)))
    assert screen(loaded) == before
    assert "broken.jpg" in problem(loaded)
    assert loaded.window.messages.button.text() == "Open"


def test_a_broken_style_changes_nothing_and_is_told(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(b"no picture")
    before, cards = screen(loaded), loaded.importer.cards
    loaded.importer.add_styles([path])
    qtbot.waitUntil(lambda: bool(problem(loaded)))
    assert screen(loaded) == before
    assert loaded.importer.cards == cards


def test_a_problem_goes_when_the_next_picture_opens(
    qtbot: QtBot, studio: Studio, tmp_path: Path, save_photo: SavePhoto
) -> None:
    studio.importer.open_picture(tmp_path / "missing.png")
    qtbot.waitUntil(lambda: bool(problem(studio)))
    studio.importer.open_picture(save_photo())
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    assert studio.window.messages.message is None


def test_of_several_dropped_files_the_first_is_painted_and_the_rest_is_told(
    qtbot: QtBot, studio: Studio, save_photo: SavePhoto
) -> None:
    paths = (save_photo("a.png"), save_photo("b.png"))
    studio.window.canvas.dropped.emit(Drop("picture", Payload("files", paths=paths)))
    qtbot.waitUntil(lambda: studio.window.messages.message is not None)
    assert studio.session.artwork.content.name == "a.png"
    assert "a.png" in studio.window.messages.message.text


def test_drops_land_as_their_zone_says(qtbot: QtBot, loaded: Studio, save_photo: SavePhoto) -> None:
    drop, artwork = loaded.window.canvas.dropped.emit, loaded.session.artwork
    data = save_photo("web.png", seed=8).read_bytes()
    drop(Drop("mix", Payload("style", style_id=card_named(loaded, "Poppies").id)))
    qtbot.waitUntil(lambda: len(artwork.styles) == 2)
    drop(Drop("mix", Payload("files", paths=(save_photo("mine.png", seed=5),))))
    qtbot.waitUntil(lambda: len(artwork.styles) == 3)
    qtbot.waitUntil(lambda: loaded.importer.cards[-1].title == "mine")
    drop(Drop("mix", Payload("image", image_bytes=data)))
    qtbot.waitUntil(lambda: len(artwork.styles) == 4)
    drop(Drop("style", Payload("style", style_id=card_named(loaded, "Lion").id)))
    qtbot.waitUntil(lambda: [style.card.title for style in artwork.styles] == ["Lion"])
    drop(Drop("style", Payload("files", paths=(save_photo("mine.png", seed=5),))))
    qtbot.waitUntil(lambda: [style.card.title for style in artwork.styles] == ["mine"])
    drop(Drop("picture", Payload("image", image_bytes=data)))
    qtbot.waitUntil(lambda: artwork.content.name == "Pasted picture")
    drop(Drop("picture", Payload("link", links=("https://example.org/cat.jpg",))))
    assert "link" in problem(loaded)


def test_files_and_pictures_are_pasted(qtbot: QtBot, studio: Studio, save_photo: SavePhoto) -> None:
    clipboard, data = QGuiApplication.clipboard(), QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(save_photo("copied.png")))])
    clipboard.setMimeData(data)
    studio.actions["paste"].trigger()
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    assert studio.session.artwork.content.name == "copied.png"
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    clipboard.setImage(image)
    studio.actions["paste"].trigger()
    qtbot.waitUntil(lambda: studio.session.artwork.content.name == "Pasted picture")
    assert (studio.session.artwork.content.pixels == (255, 0, 0)).all()
    clipboard.clear()
    studio.actions["paste"].trigger()
    assert studio.window.messages.message.text == "There is no picture in the clipboard."


def test_the_gallery_uses_and_mixes_by_keyboard_and_ctrl_enter_finishes_wherever_the_focus_is(
    qtbot: QtBot, loaded: Studio
) -> None:
    styles = loaded.window.gallery.grid
    styles.setFocus()
    for card, count in ((card_named(loaded, "Poppies"), 2), (card_named(loaded, "Lion"), 3)):
        styles.setCurrentIndex(styles.model().index(loaded.window.gallery.model.row_of(card.id)))
        qtbot.keyClick(styles, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil(lambda count=count: len(loaded.session.artwork.styles) == count)
    assert loaded.session.finishing.run is None
    unused = card_named(loaded, "Spring")
    styles.setCurrentIndex(styles.model().index(loaded.window.gallery.model.row_of(unused.id)))
    qtbot.keyClick(styles, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    assert len(loaded.session.artwork.styles) == 3
    styles.setCurrentIndex(styles.model().index(loaded.window.gallery.model.row_of(card_named(loaded, "Lion").id)))
    qtbot.keyClick(styles, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [style.card.title for style in loaded.session.artwork.styles] == ["Lion"])


def test_a_message_hides_neither_the_picture_nor_a_drop_zone(qtbot: QtBot, loaded: Studio) -> None:
    canvas, messages = loaded.window.canvas, loaded.window.messages
    before = canvas.geometry()
    messages.show_message(Message("No disk.", is_problem=True, action="export"))
    qtbot.waitUntil(lambda: canvas.geometry() != before)
    assert messages.isVisible() and messages.width() == canvas.width()
    assert not messages.geometry().intersects(canvas.geometry())
    canvas.zones.show_for("files")
    assert canvas.zones.geometry() == canvas.rect()
    messages.clear()
    qtbot.waitUntil(lambda: canvas.geometry() == before)


def test_a_maximized_window_is_maximized_again_after_a_full_screen(qtbot: QtBot, studio: Studio) -> None:
    window = studio.window
    window.showMaximized()
    qtbot.waitUntil(window.isMaximized)
    studio.actions["full_screen"].trigger()
    qtbot.waitUntil(window.isFullScreen)
    studio.actions["full_screen"].trigger()
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert window.isMaximized()


def test_the_name_of_the_picture_stands_in_one_place(qtbot: QtBot, loaded: Studio) -> None:
    assert "harbour.png" in loaded.window.windowTitle() and loaded.window.tool_bar.title.isHidden()
    loaded.actions["full_screen"].trigger()  # where no title is seen
    qtbot.waitUntil(loaded.window.isFullScreen)
    assert loaded.window.tool_bar.title.isVisible() and loaded.window.tool_bar.title.text() == "harbour.png"


def test_hiding_the_panels_and_showing_them_again_leaves_everything_as_it_was(qtbot: QtBot, loaded: Studio) -> None:
    window = loaded.window
    window.resize(1000, 600)
    window.splitter.setSizes([300, 380, 320])
    loaded.actions["history"].trigger()
    parts = (window.gallery, window.canvas, window.panel, window.tool_bar, window.history, window.status_bar)

    def places() -> list[object]:
        return [(part.isVisible(), part.geometry()) for part in parts]

    qtbot.waitUntil(lambda: window.canvas.width() == 378 and window.history.height() < 40)  # all is laid out
    before = places()
    for name in ("hide_panels", "full_screen"):
        loaded.actions[name].trigger()
        qtbot.waitUntil(lambda: places() != before)
        loaded.actions[name].trigger()
        qtbot.waitUntil(lambda: places() == before)


def test_closing_during_a_run_is_clean(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    engine.gate = gate = Gate()
    loaded.actions["finish"].trigger()
    gate.let_pass()
    qtbot.waitUntil(lambda: loaded.session.on_canvas.picture is not None)
    gate.wait_until_reached()
    assert not loaded.window.close(), "the disk has not kept it"
    loaded.window.findChild(QMessageBox).reject()
    loaded.session.is_kept = True
    assert loaded.window.close()
    gate.open()
    loaded.close()
    assert engine.is_closed
    assert not loaded.window.isVisible()


def test_closing_during_an_export_waits_for_the_file(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(qtbot, loaded)
    gate = threading.Event()

    def save_slowly(*arguments: Any, **options: Any) -> int:
        assert gate.wait(GUARD_SECONDS)
        return save_picture(*arguments, **options)

    monkeypatch.setattr("studio.ui.export.exporter.save_picture", save_slowly)
    loaded.exporter.export(tmp_path / "art.png", ExportOptions(), "Art")
    assert not loaded.window.close()
    assert loaded.window.findChild(QMessageBox) is None
    gate.set()
    qtbot.waitUntil(lambda: not loaded.window.isVisible())
    assert read_recipe(tmp_path / "art.png") == loaded.session.artwork.recipe


def test_an_export_that_fails_while_closing_keeps_the_window_open(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    finish(qtbot, loaded)
    loaded.exporter.export(tmp_path / "gone" / "art.png", ExportOptions(), "Art")
    assert not loaded.window.close()
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    assert problem(loaded) and loaded.window.isVisible()


def test_closing_asks_only_when_an_artwork_would_be_lost(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    assert not loaded.window.close()
    question = loaded.window.findChild(QMessageBox)
    discard = next(b for b in question.buttons() if question.buttonRole(b) == QMessageBox.ButtonRole.DestructiveRole)
    discard.click()
    assert not loaded.window.isVisible()


def test_the_window_is_painted_before_the_engine_is_made(
    qtbot: QtBot, qapp: QApplication, settings: Settings, thumbnail_folder: Path
) -> None:
    order: list[str] = []

    def make_engine() -> FakeEngine:
        order.append("engine")
        return FakeEngine()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                order.append("painted")
            return False

    studio, watch = Studio(make_engine, settings, thumbnail_folder), Watch()
    studio.window.status_bar.installEventFilter(watch)  # the last part from the top
    studio.window.show()
    qtbot.waitUntil(lambda: studio.session.engine.info is not None)
    assert "Fake brush" in studio.window.status_bar.device.text()
    studio.close()
    assert order[0] == "painted" and "engine" in order


def test_an_engine_that_cannot_be_made_is_told_and_the_rest_goes_on(
    qtbot: QtBot, settings: Settings, thumbnail_folder: Path, save_photo: SavePhoto
) -> None:
    studio = Studio(lambda: make_unmakeable_engine(None), settings, thumbnail_folder)
    studio.window.show()
    qtbot.waitUntil(lambda: bool(problem(studio)))
    assert problem(studio) == "fake.safetensors is missing."
    studio.importer.open_picture(save_photo())
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    studio.close()


def test_the_layout_is_remembered(qtbot: QtBot, studio: Studio, settings: Settings, thumbnail_folder: Path) -> None:
    studio.window.resize(780, 700)
    studio.window.splitter.setSizes([200, 500, 300])
    sizes = studio.window.splitter.sizes()
    studio.actions["background"].trigger()
    studio.window.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    again.window.show()
    qtbot.waitUntil(lambda: again.session.engine.info is not None)
    assert (again.window.width(), again.window.height()) == (780, 700)
    assert again.window.splitter.sizes() == sizes
    assert again.window.canvas.background == "black"
    again.close()


def test_a_full_screen_is_remembered_and_left_by_its_key(
    qtbot: QtBot, studio: Studio, settings: Settings, thumbnail_folder: Path
) -> None:
    qtbot.keyClick(studio.window, Qt.Key.Key_F11)
    qtbot.waitUntil(studio.window.isFullScreen)
    studio.window.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    again.window.show()
    qtbot.waitUntil(lambda: again.session.engine.info is not None)
    assert again.window.isFullScreen() and again.actions["full_screen"].isChecked()
    again.actions["full_screen"].trigger()
    assert not again.window.isFullScreen()
    again.close()


def test_the_pace_of_the_engine_is_remembered(
    qtbot: QtBot, loaded: Studio, settings: Settings, thumbnail_folder: Path
) -> None:
    finish(qtbot, loaded)
    runs = loaded.session.estimate.runs
    assert runs
    loaded.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    again.window.show()
    qtbot.waitUntil(lambda: again.session.engine.info is not None)
    assert again.session.estimate.runs == runs
    again.close()


def test_holding_the_backslash_shows_the_photo(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    window = loaded.window
    artwork_pixels = window.canvas.grab().toImage()
    qtbot.keyPress(window.canvas, Qt.Key.Key_Backslash)
    assert window.canvas.grab().toImage() != artwork_pixels
    qtbot.keyRelease(window.canvas, Qt.Key.Key_Backslash)
    assert window.canvas.grab().toImage() == artwork_pixels


def test_keys_work_where_the_picture_has_the_focus(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    window, canvas = loaded.window, loaded.window.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_1)
    assert canvas.zoom == 1.0 and window.status_bar.zoom_label.text() == "zoom 100 %"
    qtbot.keyClick(canvas, Qt.Key.Key_F)
    assert canvas.zoom != 1.0
    qtbot.keyClick(canvas, Qt.Key.Key_C)
    assert loaded.actions["compare"].isChecked()
    qtbot.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert loaded.session.artwork.recipe.strength == pytest.approx(0.62)
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert loaded.session.artwork.recipe.strength == 0.6
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert not window.panel.isVisible() and not window.tool_bar.isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert window.panel.isVisible() and window.tool_bar.isVisible()


def test_letters_typed_into_a_field_are_no_shortcuts(qtbot: QtBot, loaded: Studio) -> None:
    finish(qtbot, loaded)
    zoom, search = loaded.window.canvas.zoom, loaded.window.gallery.search
    search.setFocus()
    qtbot.keyClicks(search, "cf1")
    assert search.text() == "cf1"
    assert not loaded.actions["compare"].isChecked() and loaded.window.canvas.zoom == zoom


def test_every_control_that_takes_the_focus_has_a_name(qtbot: QtBot, loaded: Studio) -> None:
    loaded.importer.mix_in(card_named(loaded, "Poppies"))
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 2)
    finish(qtbot, loaded)
    loaded.actions["export"].trigger()
    dialog = loaded.window.findChild(ExportDialog)
    loaded.window.messages.show_message(Message("No disk.", is_problem=True, action="export"))
    widgets = [w for root in (loaded.window, dialog) for w in root.findChildren(QWidget) if w.window() is root]
    focusable = [w for w in widgets if w.focusPolicy() & Qt.FocusPolicy.TabFocus and not _is_inner(w)]
    assert len(focusable) > 30
    nameless = [w for w in focusable if not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))]
    assert nameless == []


def test_tab_meets_the_controls_in_the_order_they_are_seen(qtbot: QtBot, loaded: Studio) -> None:
    loaded.importer.mix_in(card_named(loaded, "Poppies"))
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 2)
    for seed in (1, 2):
        loaded.session.change(seed=seed)
        finish(qtbot, loaded)
    panel, history = loaded.window.panel, loaded.window.history
    rows = [widget for row in panel.styles.rows for widget in (row.track, row.field, row.remove)]
    strength = panel.knobs["strength"]
    assert not history.keep.isEnabled()  # as there is no Live picture
    presets = [loaded.preset_bar.box, loaded.preset_bar.menu_button]
    expected = [history.fold, history.usage, history.view, *rows, *presets, strength.track, strength.field]
    history.fold.setFocus()
    met: list[QWidget] = [history.fold]
    while met[-1] is not expected[-1] and len(met) < 50:
        qtbot.keyClick(met[-1], Qt.Key.Key_Tab)
        met.append(QApplication.focusWidget())
    assert met == expected


def test_no_two_actions_share_a_key() -> None:
    keys = [key for spec in ACTIONS for key in spec.keys]
    assert len(keys) == len(set(keys))


def test_news_goes_by_itself_and_a_problem_stays(qtbot: QtBot, studio: Studio) -> None:
    bar = MessageBar(studio.actions, news_seconds=0.0)
    qtbot.addWidget(bar)
    bar.show_message(Message("Exported."))
    qtbot.waitUntil(lambda: bar.message is None)
    bar.show_message(Message("No disk.", is_problem=True))
    QApplication.processEvents()
    assert bar.message is not None
    bar.close_button.click()
    assert bar.message is None and bar.isHidden()


def _is_inner(widget: QWidget) -> bool:
    """Parts that Qt puts inside named widgets, such as the line of a spin box."""
    return widget.objectName().startswith("qt_") or widget.focusProxy() is not None


def test_tab_meets_regions_and_presets_where_they_are_seen(qtbot: QtBot, loaded: Studio) -> None:
    window, panel = loaded.window, loaded.window.panel
    qtbot.waitUntil(lambda: len(loaded.session.selection.choices) == 3)
    loaded.session.mix_in(Style(make_picture(24, 24, "other", seed=7), card_named(loaded, "Poppies")))
    order, widget = [], window.nextInFocusChain()
    while widget is not window:
        order.append(widget)
        widget = widget.nextInFocusChain()
    seen = [
        window.canvas, *window.regions.bar.chips.values(), window.history.view,
        panel.styles.rows[0].track, panel.styles.rows[1].remove, loaded.preset_bar.box, loaded.preset_bar.menu_button,
        panel.knobs["strength"].focusProxy(),
    ]  # fmt: skip
    places = [order.index(widget) for widget in seen]
    assert places == sorted(places)
