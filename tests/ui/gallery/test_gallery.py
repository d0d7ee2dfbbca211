"""Promises of the gallery: find, choose and mix in styles by mouse, keyboard and drag; 10,000 of them too."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QThreadPool, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDropEvent,
    QFont,
    QFontMetrics,
    QImage,
    QMouseEvent,
)
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget

from studio.core.card import LICENCES, Card, licence_is_unknown
from studio.ui.gallery.gallery import Gallery
from studio.ui.gallery.gallery_delegate import title_lines
from studio.ui.gallery.gallery_model import CARD_ROLE, GalleryModel
from studio.ui.gallery.style_details import StyleDetails
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import STYLE_MIME_TYPE, Payload, read_payload
from studio.ui.theme.theme import PALETTES, apply_theme
from studio.ui.widgets.flow_layout import FlowLayout

NOTHING_HELD = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def style(card_id, title, author="", year="", category="painting", file=Path("missing.webp")) -> Card:
    return Card(card_id, "style", title, author, year, "Public domain", "a museum", file, category=category)


CARDS = (
    style("wave", "The Great Wave", "Katsushika Hokusai", "1831", "print"),
    style("terrace", "Café Terrace at Night", "Vincent van Gogh", "1888"),
    style("church", "The Church at Auvers", "Vincent van Gogh", "1890"),
    style("dots", "Halftone", "Style Studio", "2026", "pattern"),
)


@pytest.fixture
def gallery(qtbot, tmp_path):
    gallery = Gallery(CARDS, thumbnail_folder=tmp_path / "thumbnails")
    qtbot.addWidget(gallery)
    gallery.resize(260, 700)
    with qtbot.waitExposed(gallery):
        gallery.show()
    yield gallery
    QThreadPool.globalInstance().waitForDone()


def shown(gallery) -> list[str]:
    model = gallery.model
    return [model.index(row).data(CARD_ROLE).id for row in range(model.rowCount())]


def tile(gallery, card_id) -> QPoint:
    return gallery.grid.visualRect(gallery.model.index(gallery.model.row_of(card_id))).center()


def chips(gallery) -> dict[str, QToolButton]:
    return {chip.text(): chip for chip in gallery.findChildren(QToolButton) if chip.property("role") == "chip"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["wave", "terrace", "church", "dots"]),
        ("gogh", ["terrace", "church"]),
        ("GOGH 1890", ["church"]),
        ("great wave", ["wave"]),
        ("CAFÉ", ["terrace"]),
        ("18", ["wave", "terrace", "church"]),
        ("unicorn", []),
    ],
)
def test_the_search_takes_title_artist_and_year(gallery, words, found):
    gallery.search.setText(words)
    assert shown(gallery) == found


def test_chips_are_the_categories_there_are_and_filter(gallery, qtbot):
    assert list(chips(gallery)) == ["All", "Painting", "Print", "Pattern", "Mine"]
    qtbot.mouseClick(chips(gallery)["Painting"], Qt.MouseButton.LeftButton)
    assert shown(gallery) == ["terrace", "church"]
    gallery.search.setText("church")
    assert shown(gallery) == ["church"]
    qtbot.mouseClick(chips(gallery)["All"], Qt.MouseButton.LeftButton)
    gallery.search.clear()
    assert len(shown(gallery)) == 4


def test_an_empty_search_says_so_and_offers_a_way_back(gallery, qtbot):
    qtbot.mouseClick(chips(gallery)["Print"], Qt.MouseButton.LeftButton)
    gallery.search.setText("unicorn")
    assert not gallery.grid.isVisible()
    assert any("unicorn" in label.text() for label in gallery.findChildren(QLabel) if label.isVisible())
    (back,) = [button for button in gallery.findChildren(QPushButton) if button.text() == "Show all styles"]
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert gallery.grid.isVisible()
    assert len(shown(gallery)) == 4


def test_new_cards_keep_the_search_and_bring_their_category(gallery):
    gallery.search.setText("gogh")
    print_ = style("etching", "After van Gogh", category="etching")
    gallery.set_cards((*CARDS, print_))
    assert shown(gallery) == ["terrace", "church", "etching"]
    assert list(chips(gallery)) == ["All", "Painting", "Print", "Pattern", "Mine", "Etching"]


@pytest.mark.parametrize("missing", [0, 2, 3])
def test_other_cards_leave_the_current_one_and_the_rows_around_alone(gallery, qtbot, missing):
    gallery.grid.setCurrentIndex(gallery.model.index(1))
    fewer = CARDS[:missing] + CARDS[missing + 1 :]
    with qtbot.assertNotEmitted(gallery.model.modelReset), qtbot.waitSignal(gallery.model.rowsRemoved) as told:
        gallery.set_cards(fewer)
    assert told.args[1:] == [missing, missing]
    with qtbot.assertNotEmitted(gallery.model.modelReset), qtbot.waitSignal(gallery.model.rowsInserted) as told:
        gallery.set_cards(CARDS)
    assert told.args[1:] == [missing, missing]
    assert shown(gallery) == [card.id for card in CARDS]
    assert gallery.grid.currentIndex().data(CARD_ROLE).id == "terrace"


def test_a_corrected_card_changes_its_tile_in_its_place(gallery, qtbot):
    gallery.grid.setCurrentIndex(gallery.model.index(1))
    corrected = replace(CARDS[1], author="Vincent Willem van Gogh")
    with qtbot.assertNotEmitted(gallery.model.rowsRemoved), qtbot.waitSignal(gallery.model.dataChanged) as told:
        gallery.set_cards((CARDS[0], corrected, *CARDS[2:]))
    assert [index.row() for index in told.args[:2]] == [1, 1]
    assert gallery.grid.currentIndex().data(CARD_ROLE) == corrected


def test_an_empty_mine_tells_how_to_fill_it(gallery, qtbot):
    qtbot.mouseClick(chips(gallery)["Mine"], Qt.MouseButton.LeftButton)
    assert not gallery.grid.isVisible()
    assert any("Drop pictures" in label.text() for label in gallery.findChildren(QLabel) if label.isVisible())


def test_a_category_that_is_gone_shows_everything(gallery, qtbot):
    qtbot.mouseClick(chips(gallery)["Pattern"], Qt.MouseButton.LeftButton)
    gallery.set_cards(CARDS[:2])
    assert shown(gallery) == ["wave", "terrace"]
    assert chips(gallery)["All"].isChecked()


def test_a_click_uses_a_style_and_with_control_mixes_it_in(gallery, qtbot):
    with qtbot.waitSignal(gallery.style_chosen) as told, qtbot.assertNotEmitted(gallery.style_mixed_in):
        qtbot.mouseClick(gallery.grid.viewport(), Qt.MouseButton.LeftButton, NOTHING_HELD, tile(gallery, "terrace"))
    assert told.args == [CARDS[1]]
    with qtbot.waitSignal(gallery.style_mixed_in) as told, qtbot.assertNotEmitted(gallery.style_chosen):
        qtbot.mouseClick(gallery.grid.viewport(), Qt.MouseButton.LeftButton, CONTROL, tile(gallery, "wave"))
    assert told.args == [CARDS[0]]


def test_enter_uses_the_current_style_and_shift_enter_mixes_it_in(gallery, qtbot):
    gallery.grid.setCurrentIndex(gallery.model.index(0))
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Right)
    with qtbot.waitSignal(gallery.style_chosen) as told:
        qtbot.keyClick(gallery.grid, Qt.Key.Key_Return)
    assert told.args == [CARDS[1]]
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Down)  # two columns
    with qtbot.waitSignal(gallery.style_mixed_in) as told:
        qtbot.keyClick(gallery.grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert told.args == [CARDS[3]]


def test_enter_goes_from_the_search_to_what_it_found_and_then_uses_it(gallery, qtbot):
    with qtbot.waitActive(gallery):
        gallery.activateWindow()
    gallery.search.setFocus()
    qtbot.keyClicks(gallery.search, "auvers")
    with qtbot.assertNotEmitted(gallery.style_chosen):
        qtbot.keyClick(gallery.search, Qt.Key.Key_Return)
    assert gallery.grid.hasFocus()
    with qtbot.waitSignal(gallery.style_chosen) as told:
        qtbot.keyClick(gallery.grid, Qt.Key.Key_Return)
    assert told.args == [CARDS[2]]


def test_the_current_style_stays_current_through_a_search(gallery):
    gallery.grid.setCurrentIndex(gallery.model.index(2))
    gallery.search.setText("gogh")
    assert gallery.grid.currentIndex().data(CARD_ROLE).id == "church"


def test_a_dragged_tile_carries_its_style(gallery):
    index = gallery.model.index(1)
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled
    mime = gallery.model.mimeData([index])
    assert bytes(mime.data(STYLE_MIME_TYPE).data()) == b"terrace"
    assert not mime.hasUrls()  # else it would land as a file


def test_a_tile_can_be_dragged_whatever_its_card_file_is_called(qtbot, tmp_path):
    gallery = Gallery([style("caf\udce9-0", "Café")], thumbnail_folder=tmp_path)
    qtbot.addWidget(gallery)
    mime = gallery.model.mimeData([gallery.model.index(0)])
    assert read_payload(mime) == Payload("style", style_id="caf\udce9-0")


def test_a_drag_begins_at_the_tile_that_was_pressed(gallery, qtbot, monkeypatch):
    dragged = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, actions: dragged.append(drag.mimeData().data(STYLE_MIME_TYPE)))
    view, start = gallery.grid.viewport(), tile(gallery, "terrace")
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 5):
        place = QPointF(start + QPoint(0, 40 * step))
        held = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, NOTHING_HELD
        QApplication.sendEvent(view, QMouseEvent(QEvent.Type.MouseMove, place, view.mapToGlobal(place), *held))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start)
    assert [bytes(data.data()) for data in dragged] == [b"terrace"]


def test_the_menu_offers_use_mix_in_and_details(gallery, qtbot):
    menu = gallery.menu_for(CARDS[0])
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions) == ["Use", "Mix in", "Details", "Show file"]
    with qtbot.waitSignal(gallery.style_chosen) as told:
        actions["Use"].trigger()
    assert told.args == [CARDS[0]]
    with qtbot.waitSignal(gallery.style_mixed_in) as told:
        actions["Mix in"].trigger()
    assert told.args == [CARDS[0]]


def test_the_menu_of_an_own_style_removes_it(gallery, qtbot):
    mine = style("mine", "My wall", category="mine")
    remove = gallery.menu_for(mine).actions()[-1]
    assert remove.text() == "Remove"
    with qtbot.waitSignal(gallery.card_removed) as told:
        remove.trigger()
    assert told.args == [mine]


def test_delete_removes_an_own_style_and_no_other(gallery, qtbot):
    mine = style("mine", "My wall", category="mine")
    gallery.set_cards((*CARDS, mine))
    gallery.grid.setCurrentIndex(gallery.model.index(4))
    with qtbot.waitSignal(gallery.card_removed) as told:
        qtbot.keyClick(gallery.grid, Qt.Key.Key_Delete)
    assert told.args == [mine]
    gallery.grid.setCurrentIndex(gallery.model.index(0))
    with qtbot.assertNotEmitted(gallery.card_removed):
        qtbot.keyClick(gallery.grid, Qt.Key.Key_Delete)


def test_a_right_click_asks_for_the_menu_of_the_tile_under_it(gallery, qtbot):
    asked = []
    gallery.grid.menu_requested.disconnect()
    gallery.grid.menu_requested.connect(lambda card, place: asked.append(card.id))
    place = tile(gallery, "church")
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        gallery.grid.setCurrentIndex(gallery.model.index(3))
        event = QContextMenuEvent(reason, place, gallery.grid.viewport().mapToGlobal(place))
        QApplication.sendEvent(gallery.grid.viewport(), event)
    assert asked == ["church", "dots"]


def test_details_show_the_whole_card_and_its_picture_when_it_is_made(qtbot, save_photo, tmp_path):
    details = StyleDetails(replace(CARDS[0], file=save_photo()), thumbnail_folder=tmp_path / "thumbnails")
    qtbot.addWidget(details)
    qtbot.waitUntil(lambda: not details.picture.pixmap().isNull())
    words = [label.text() for label in details.findChildren(QLabel)]
    assert {"The Great Wave", "Katsushika Hokusai", "1831", "Public domain", "a museum"} <= set(words)
    assert not details.isModal()


@pytest.fixture
def editor(qtbot, tmp_path):
    card = style("mine", "IMG 1234", category="mine")
    details = StyleDetails(replace(card, licence="unknown"), is_editable=True, thumbnail_folder=tmp_path)
    details.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(details)
    return details


def test_the_card_of_an_own_style_is_edited(editor, qtbot):
    for field, text in zip(editor.fields, (" My wall ", "Me", "2026", "The kitchen"), strict=True):
        field.setText(text)
    assert [editor.licence.itemText(row) for row in range(editor.licence.count())] == [*LICENCES[:-1], "Unknown"]
    editor.licence.setCurrentText("CC BY 4.0")
    with qtbot.waitSignal(editor.edited) as told:
        press(editor, "Save")
    (card,) = told.args
    assert (card.id, card.title, card.author, card.year, card.licence) == ("mine", "My wall", "Me", "2026", "CC BY 4.0")
    assert card.source == "The kitchen"


def test_a_card_left_as_it_is_or_cancelled_is_not_written(editor, qtbot):
    assert editor.licence.currentText() == "Unknown"
    editor.fields[0].setText("  ")  # no title is no title, so the old one stays
    with qtbot.assertNotEmitted(editor.edited):
        press(editor, "Save")
        editor.fields[0].setText("Another")
        press(editor, "Cancel")


def test_any_words_are_a_licence_and_none_is_unknown(editor):
    editor.licence.setCurrentText("ask the museum")
    assert editor.card.licence == "ask the museum"
    for text in ("", "Unknown"):
        editor.licence.setCurrentText(text)
        assert licence_is_unknown(editor.card)


def test_a_licence_nobody_knows_is_called_unknown(qtbot, tmp_path):
    card = Card("x", "style", "Mine", "", "", "", "", Path("missing.png"))
    details = StyleDetails(card, thumbnail_folder=tmp_path)
    qtbot.addWidget(details)
    assert "unknown" in [label.text() for label in details.findChildren(QLabel)]


def test_dropped_files_become_styles_where_the_gallery_says_so(gallery, qtbot):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/pictures/a.png"), QUrl("https://example.org/b.png")])
    held = Qt.MouseButton.LeftButton, NOTHING_HELD
    enter = QDragEnterEvent(QPoint(50, 300), Qt.DropAction.CopyAction, mime, *held)
    QApplication.sendEvent(gallery, enter)
    assert enter.isAccepted() and gallery.zones.isVisible()
    with qtbot.waitSignal(gallery.dropped) as told:
        QApplication.sendEvent(gallery, QDropEvent(QPoint(50, 300), Qt.DropAction.CopyAction, mime, *held))
    assert told.args == [Drop("gallery", Payload("files", paths=(Path("/pictures/a.png"),)))]
    assert not gallery.zones.isVisible()
    assert not gallery.search.acceptDrops()


def test_a_tile_dropped_back_on_the_gallery_is_not_taken(gallery):
    mime = gallery.model.mimeData([gallery.model.index(0)])
    event = QDragEnterEvent(QPoint(50, 300), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, NOTHING_HELD)
    event.ignore()
    QApplication.sendEvent(gallery, event)
    assert not event.isAccepted() and not gallery.zones.isVisible()


def test_add_style_asks_for_files(gallery, qtbot):
    (add,) = [button for button in gallery.findChildren(QPushButton) if button.text() == "Add style"]
    with qtbot.waitSignal(gallery.add_requested):
        qtbot.mouseClick(add, Qt.MouseButton.LeftButton)


def test_a_style_in_use_has_a_ring_and_says_so_to_screen_readers(gallery, qapp):
    apply_theme(qapp, "dark")
    try:
        assert not has_accent(gallery, "church")
        gallery.set_selected(["church"])
        assert has_accent(gallery, "church")
        assert not has_accent(gallery, "wave")
        index = gallery.model.index(gallery.model.row_of("church"))
        assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "The Church at Auvers, Vincent van Gogh, 1890, in use"
        gallery.set_selected([])
        assert not has_accent(gallery, "church")
    finally:
        qapp.setStyleSheet("")
        qapp.setProperty("studio_theme", None)


def test_the_tooltip_has_what_the_tile_has_no_room_for(gallery):
    tip = gallery.model.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "Café Terrace at Night\nVincent van Gogh, 1888"


def test_tiles_stand_in_two_columns_at_the_usual_width_and_more_when_wider(gallery):
    def columns():
        return len({gallery.grid.visualRect(gallery.model.index(row)).left() for row in range(4)})

    assert columns() == 2
    gallery.resize(380, 700)
    assert columns() == 3


def test_thumbnails_arrive_on_the_tiles(qtbot, tmp_path):
    path = tmp_path / "green.png"
    picture = QImage(300, 150, QImage.Format.Format_RGB32)
    picture.fill(0x00FF00)
    assert picture.save(str(path))
    gallery = Gallery([style("green", "Green", file=path)], thumbnail_folder=tmp_path / "thumbnails")
    qtbot.addWidget(gallery)
    gallery.resize(260, 400)
    with qtbot.waitSignal(gallery._thumbnails.arrived):
        gallery.show()
    middle = gallery.grid.visualRect(gallery.model.index(0)).center() - QPoint(0, 20)
    assert gallery.grid.viewport().grab().toImage().pixelColor(middle).getRgb()[:3] == pytest.approx((0, 255, 0), abs=3)


def test_10000_cards_ask_for_the_thumbnails_in_sight_alone(qtbot, tmp_path, monkeypatch):
    many = [style(f"s{number}", f"Style {number}", file=Path(f"missing{number}.png")) for number in range(10_000)]
    gallery = Gallery(many, thumbnail_folder=tmp_path)
    qtbot.addWidget(gallery)
    gallery.resize(260, 700)
    asked = set()
    monkeypatch.setattr(gallery._thumbnails, "pixmap", lambda path: asked.add(path))
    gallery.grab()
    assert 0 < len(asked) <= 12
    asked.clear()
    gallery.grid.scrollToBottom()
    gallery.grab()
    assert Path("missing9999.png") in asked
    assert len(asked) <= 12


def test_10000_cards_arrive_and_are_filtered_in_one_step_each(qtbot):
    model = GalleryModel(CARDS)
    many = [style(f"s{number}", f"Style {number}", category="mine") for number in range(10_000)]
    steps = []
    for name in ("rowsInserted", "rowsRemoved", "modelReset", "dataChanged", "layoutChanged"):
        getattr(model, name).connect(lambda *about, name=name: steps.append((name, *about[1:])))
    model.set_cards((*CARDS, *many))
    assert steps == [("rowsInserted", 4, 10_003)]
    model.filter("", "mine")
    assert [model.index(row).data(CARD_ROLE).id for row in (0, 9_999)] == ["s0", "s9999"]
    model.filter("77 style", "")
    assert model.rowCount() == sum("77" in card.title for card in many)
    assert steps == [("rowsInserted", 4, 10_003), ("modelReset",), ("modelReset",)]


def test_a_search_in_10000_cards_finds_the_one(qtbot):
    model = GalleryModel([style(f"s{number}", f"Style {number}") for number in range(10_000)])
    model.filter("style 9876", "")
    assert model.rowCount() == 1
    assert model.row_of("s9876") == 0
    assert model.row_of("s1") == -1


def test_everything_the_keyboard_reaches_has_a_name(gallery):
    reached = [
        widget
        for widget in (gallery.search, gallery.grid, *chips(gallery).values(), *gallery.findChildren(QPushButton))
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert len(reached) >= 4
    assert all(widget.accessibleName() or widget.text() for widget in reached)


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_chips_wrap_where_the_width_ends(qtbot, direction):
    row = QWidget()
    row.setLayoutDirection(direction)
    qtbot.addWidget(row)
    layout = FlowLayout(4, row)
    for _ in range(5):
        chip = QWidget()
        chip.setFixedSize(60, 20)
        layout.addWidget(chip)
    assert layout.heightForWidth(400) == 20
    assert layout.heightForWidth(200) == 44
    row.resize(200, 44)
    layout.setGeometry(QRect(0, 0, 200, 44))
    places = [layout.itemAt(number).geometry() for number in range(5)]
    lefts = [place.left() for place in places]
    expected = [0, 64, 128, 0, 64]
    mirrored = direction == Qt.LayoutDirection.RightToLeft
    assert lefts == ([140 - left for left in expected] if mirrored else expected)
    assert [place.top() for place in places] == [0, 0, 0, 24, 24]


def press(dialog, text) -> None:
    next(button for button in dialog.findChildren(QPushButton) if button.text() == text).click()


def has_accent(gallery, card_id) -> bool:
    rect = gallery.grid.visualRect(gallery.model.index(gallery.model.row_of(card_id)))
    image = gallery.grid.viewport().grab(rect).toImage()
    accent = PALETTES["dark"]["accent"]
    return any(
        image.pixelColor(x, y).name() == accent for x in range(image.width()) for y in range(0, image.height(), 3)
    )


def test_a_long_title_takes_two_lines_and_a_short_one(qapp: QApplication) -> None:
    metrics = QFontMetrics(QFont(qapp.font()))
    width = metrics.horizontalAdvance("The Great Wave of")
    assert title_lines("The Great Wave off Kanagawa", metrics, width) == ["The Great Wave", "off Kanagawa"]
    assert title_lines("Lion", metrics, width) == ["Lion"]
    assert title_lines("Donaudampfschifffahrtsgesellschaft", metrics, width) == ["Donaudampfschifffahrtsgesellschaft"]
    first, rest = title_lines("Donaudampfschifffahrtsgesellschaft at dusk", metrics, width)
    assert (first, rest) == ("Donaudampfschifffahrtsgesellschaft", "at dusk")
    assert title_lines("word " * 9999, metrics, width)[0].startswith("word")
