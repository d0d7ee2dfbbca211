"""Every kind of drop and paste, from the drag to the artwork, or to the sentence that says why not."""

from __future__ import annotations

import base64
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.image_io import open_picture
from studio.core.styles.learned_style_file import write_learned
from studio.core.styles.style_library import StyleLibrary
from studio.ui.app import Studio
from studio.ui.importing.drop_zones import ZONES
from studio.ui.importing.importer import MOST_MIXED
from studio.ui.importing.mime_payload import encoded, read_payload
from studio.ui.session.message import Message
from tests.support.dragging import HELD, drop_on, files, gallery_style, image, text, uri_list
from tests.support.fakes import make_card, make_learned
from tests.support.network_share import NEEDS_SHARES, connect_share
from tests.ui.conftest import card_named

SavePhoto = Callable[..., Path]
WIDE = 1280, 800  # px of a window in which zones stand side by side


def news(studio: Studio) -> str:
    message = studio.window.messages.message
    return "" if message is None else message.text


def problem(studio: Studio) -> str:
    message = studio.window.messages.message
    return message.text if message is not None and message.is_problem else ""


def content_name(studio: Studio) -> str:
    content = studio.session.artwork.content
    return "" if content is None else content.name


def style_titles(studio: Studio) -> list[str]:
    return [style.card.title for style in studio.session.artwork.styles]


def data_url(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


# What is dropped, and what the photo is called afterwards.
OPENED: dict[str, tuple[Callable[[Path], QMimeData], str]] = {
    "a file": (lambda folder: files(folder / "a.png"), "a.png"),
    "percent signs, umlauts and blanks": (
        lambda folder: uri_list(f"file://{quote(str(folder / 'Käse & 50% #1.png'))}\r\n"),
        "Käse & 50% #1.png",
    ),
    "with the name of the machine": (lambda folder: uri_list(f"file://localhost{folder / 'a.png'}\r\n"), "a.png"),
    "without a scheme": (lambda folder: uri_list(f"{folder / 'a.png'}\r\n"), "a.png"),
    "several files, the first broken": (lambda folder: files(folder / "notes.jpg", folder / "b.png"), "b.png"),
    "a folder": (lambda folder: files(folder / "holiday"), "1.png"),
    "a folder with its pictures one below": (lambda folder: files(folder / "year"), "june.png"),
    "a picture with a wrong ending": (lambda folder: files(folder / "picture.txt"), "picture.txt"),
    "a link to a file": (lambda folder: files(folder / "link.png"), "link.png"),
    "an image of a page": (lambda folder: image(), "cat.png"),
    "an image without a name": (lambda folder: image("https://example.org/?id=7"), "Pasted picture"),
    "an image within an address": (lambda folder: uri_list(data_url(folder / "a.png")), "Pasted picture"),
    "the path of a file as text": (lambda folder: text(f"{folder / 'a.png'}\n"), "a.png"),
    "quoted paths as text": (lambda folder: text(f"'{folder / 'b.png'}'\n'{folder / 'a.png'}'"), "b.png"),
    "an address of a file as text, not encoded": (
        lambda folder: text(f"file://{folder / 'what? c#d.png'}"),
        "what? c#d.png",
    ),
    "an address of a file as text": (lambda folder: text(f"file://{folder / 'a.png'}"), "a.png"),
}
# What is dropped, and how the sentence begins that says why nothing happens.
REFUSED: dict[str, tuple[Callable[[Path], QMimeData], str]] = {
    "a dead link": (lambda folder: files(folder / "dead.png"), "dead.png is a link to a file that is gone."),
    "a file that was moved": (lambda folder: files(folder / "moved.png"), "moved.png is not there any more."),
    "0 bytes": (lambda folder: files(folder / "empty.png"), "empty.png is empty: it has 0 bytes."),
    "no picture": (lambda folder: files(folder / "notes.jpg"), "notes.jpg is not a picture the studio knows."),
    "a document": (lambda folder: files(folder / "letter.pdf"), "letter.pdf is a PDF document"),
    "several, none a picture": (
        lambda folder: files(folder / "letter.pdf", folder / "empty.png"),
        "letter.pdf is a PDF document",
    ),
    "an empty folder": (lambda folder: files(folder / "nothing"), "There are no pictures in nothing."),
    "pictures two folders down": (lambda folder: files(folder / "deep"), "There are no pictures in deep."),
    "a shortcut of Windows": (lambda folder: files(folder / "a.lnk"), "a.lnk is a shortcut and not the picture"),
    "a shortcut of a desktop": (lambda folder: files(folder / "a.desktop"), "a.desktop is a shortcut and not"),
    "a shortcut to a page": (lambda folder: files(folder / "a.url"), "a.url is a shortcut and not"),
    "a link": (lambda folder: uri_list("https://example.org/cat.png"), "That is a link, and the studio opens nothing"),
    "a link as text": (lambda folder: text("https://example.org/cat.png"), "That is a link, and the studio opens"),
    "an image of nothing": (lambda folder: uri_list("data:image/png;base64,a"), "Pasted picture is empty"),
    "a path too long for the system": (lambda folder: text("/" + 300 * "x"), "xxx"),
}


@pytest.fixture
def folder(tmp_path: Path, save_photo: SavePhoto) -> Path:
    """A folder with everything in it that people drop."""
    for name in ("holiday", "year/june", "deep/er/still", "nothing"):
        (tmp_path / name).mkdir(parents=True)
    names = (
        "a.png",
        "b.png",
        "Käse & 50% #1.png",
        "what? c#d.png",
        "holiday/2.png",
        "holiday/1.png",
        "year/june/june.png",
    )
    for seed, name in enumerate((*names, "deep/er/still/x.png", "holiday/.hidden.png")):
        save_photo(name, seed=seed)
    shutil.copy(tmp_path / "a.png", tmp_path / "picture.txt")
    (tmp_path / "link.png").symlink_to(tmp_path / "b.png")
    (tmp_path / "dead.png").symlink_to(tmp_path / "gone.png")
    (tmp_path / "empty.png").touch()
    (tmp_path / "notes.jpg").write_text("Buy bread", encoding="utf-8")
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "a.lnk").write_bytes(b"L\0\0\0\x01\x14\x02\0" + bytes(70))
    (tmp_path / "a.desktop").write_text("[Desktop Entry]\nType=Link\nURL=https://example.org\n", encoding="utf-8")
    (tmp_path / "a.url").write_text("[InternetShortcut]\r\nURL=https://example.org\r\n", encoding="utf-8")
    return tmp_path


def test_what_holds_a_picture_is_opened(qtbot: QtBot, studio: Studio, folder: Path) -> None:
    opened = {}
    for kind, (make, _name) in OPENED.items():
        with qtbot.waitSignal(studio.session.content_changed):
            drop_on(studio.window.canvas, make(folder), "picture")
        opened[kind] = content_name(studio)
        assert not problem(studio)
    assert opened == {kind: name for kind, (_make, name) in OPENED.items()}


def test_an_image_within_an_address_is_decoded_off_the_gui_thread(folder: Path) -> None:
    payload = read_payload(uri_list(data_url(folder / "a.png")))
    assert payload is not None and payload.image_bytes == b"" and payload.image is None
    assert encoded(payload, "a") == (folder / "a.png").read_bytes()


@pytest.mark.parametrize("zone", [zone.name for zone in ZONES])
def test_what_holds_none_is_told_in_a_sentence_in_every_zone_and_changes_nothing(
    qtbot: QtBot, loaded: Studio, folder: Path, zone: str
) -> None:
    before, told = loaded.session.artwork.state, {}
    for kind, (make, sentence) in REFUSED.items():
        loaded.window.messages.clear()
        drop_on(loaded.window.canvas, make(folder), zone)
        qtbot.waitUntil(lambda: bool(problem(loaded)))
        told[kind] = problem(loaded)[: len(sentence)]
    assert told == {kind: sentence for kind, (_make, sentence) in REFUSED.items()}
    assert loaded.session.artwork.state == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have names of text alone")
def test_a_name_that_is_no_utf_8_is_opened_and_can_be_shown(qtbot: QtBot, studio: Studio, folder: Path) -> None:
    path = os.fsencode(folder) + b"/caf\xe9.png"
    shutil.copy(os.fsencode(folder / "a.png"), path)
    with qtbot.waitSignal(studio.session.content_changed):
        drop_on(studio.window.canvas, uri_list(f"file://{quote(path)}\r\n"), "picture")
    assert content_name(studio) == "caf\N{REPLACEMENT CHARACTER}.png"
    assert studio.window.windowTitle().startswith("caf\N{REPLACEMENT CHARACTER}.png")


def test_of_several_pictures_one_is_painted_and_that_is_said(qtbot: QtBot, studio: Studio, folder: Path) -> None:
    drop_on(studio.window.canvas, files(folder / "a.png", folder / "holiday"), "picture")
    qtbot.waitUntil(lambda: bool(news(studio)))
    assert news(studio) == "An artwork is painted from one picture: a.png was taken."


def test_what_is_missing_of_a_photo_is_said_and_it_is_opened(qtbot: QtBot, studio: Studio, folder: Path) -> None:
    data = (folder / "a.png").read_bytes()
    (folder / "half.png").write_bytes(data[: len(data) // 2] + bytes(len(data) // 2))
    with qtbot.waitSignal(studio.session.content_changed):
        drop_on(studio.window.canvas, files(folder / "half.png"), "picture")
    qtbot.waitUntil(lambda: bool(problem(studio)))
    assert problem(studio) == "half.png: Part of this file is missing or damaged."
    assert content_name(studio) == "half.png"


def test_two_files_on_an_empty_canvas_are_blended_with_each_other(qtbot: QtBot, studio: Studio, folder: Path) -> None:
    drop_on(studio.window.canvas, files(folder / "a.png", folder / "b.png"), "blend")
    qtbot.waitUntil(lambda: studio.session.artwork.blend is not None)
    blend = studio.session.artwork.blend
    assert blend is not None and [picture.name for picture in blend.pictures] == ["a.png", "b.png"]
    assert not news(studio)
    studio.actions["undo"].trigger()
    assert studio.session.artwork.content is None  # one step


def test_of_a_folder_the_first_two_are_blended_and_that_is_said(qtbot: QtBot, loaded: Studio, folder: Path) -> None:
    shutil.copy(folder / "a.png", folder / "holiday" / "3.png")
    drop_on(loaded.window.canvas, files(folder / "holiday"), "blend")
    qtbot.waitUntil(lambda: bool(news(loaded)))
    assert news(loaded) == "Two pictures are blended: 1.png and 2.png were taken."
    assert loaded.session.artwork.blend is not None


def test_of_a_folder_on_the_style_zone_one_is_used_and_the_others_wait_to_be_agreed(
    qtbot: QtBot, loaded: Studio, folder: Path
) -> None:
    shutil.copy(folder / "a.png", folder / "holiday" / "3.png")
    drop_on(loaded.window.canvas, files(folder / "holiday"), "style")
    qtbot.waitUntil(lambda: style_titles(loaded) == ["1"] and len(loaded.importer.user_styles.cards) == 1)
    assert news(loaded).startswith("1.png is the style. 2 others were dropped with it")
    loaded.window.messages.button.click()
    qtbot.waitUntil(lambda: len(loaded.importer.user_styles.cards) == 3)
    assert style_titles(loaded) == ["1"]


def test_files_on_the_mix_zone_join_the_mix(qtbot: QtBot, loaded: Studio, folder: Path) -> None:
    drop_on(loaded.window.canvas, files(folder / "a.png", folder / "b.png"), "mix")
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 3)
    assert style_titles(loaded)[1:] == ["a", "b"]


@pytest.mark.parametrize("zone", ["style", "mix"])
def test_of_several_files_those_that_are_no_pictures_do_no_harm(
    qtbot: QtBot, loaded: Studio, folder: Path, zone: str
) -> None:
    drop_on(loaded.window.canvas, files(folder / "notes.jpg", folder / "a.png"), zone)
    qtbot.waitUntil(lambda: style_titles(loaded)[-1:] == ["a"] and bool(news(loaded)))
    if zone == "mix":
        assert news(loaded).startswith("1 of 2 files were mixed in.")
        return
    assert news(loaded).startswith("a.png is the style. One other was dropped with it")
    loaded.window.messages.button.click()
    qtbot.waitUntil(lambda: news(loaded).startswith("One file was left out."))


def test_of_a_full_folder_only_so_many_are_mixed_in_as_make_sense(
    qtbot: QtBot, loaded: Studio, folder: Path, save_photo: SavePhoto
) -> None:
    for number in range(3, 10):
        save_photo(f"holiday/{number}.png", seed=100 + number)
    drop_on(loaded.window.canvas, files(folder / "holiday"), "mix")
    qtbot.waitUntil(lambda: len(loaded.session.artwork.styles) == 1 + MOST_MIXED)
    asked = "4 styles are new in your gallery. Whose work are they?"
    qtbot.waitUntil(lambda: news(loaded) == f"4 of 9 files were mixed in. {asked}")


def test_a_learned_style_on_an_empty_canvas_is_used_as_a_style(qtbot: QtBot, studio: Studio, folder: Path) -> None:
    write_learned(folder / "Provence.safetensors", make_card("Provence"), make_learned())
    drop_on(studio.window.canvas, files(folder / "Provence.safetensors"), "picture")
    qtbot.waitUntil(lambda: style_titles(studio) == ["Title of Provence"])


@NEEDS_SHARES
def test_a_learned_style_on_a_network_place_is_used_where_it_is_connected(
    qtbot: QtBot, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_learned(connect_share(tmp_path, monkeypatch) / "Provence.safetensors", make_card("Provence"), make_learned())
    drop_on(studio.window.canvas, uri_list("smb://nas/art/Provence.safetensors"), "picture")
    qtbot.waitUntil(lambda: style_titles(studio) == ["Title of Provence"])


def test_a_message_over_the_canvas_is_no_hole_in_the_zones(qtbot: QtBot, loaded: Studio, folder: Path) -> None:
    window, zones = loaded.window, loaded.window.canvas.zones
    window.resize(*WIDE)
    window.messages.show_message(Message("No disk.", is_problem=True))
    QApplication.processEvents()
    mime, place = files(folder / "a.png"), QPoint(window.messages.width() - 20, 5)
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, *HELD)
    QApplication.sendEvent(window.messages, enter)
    assert enter.isAccepted() and zones.isVisible() and zones.lit == "blend"
    QApplication.sendEvent(window.messages, QDropEvent(place, Qt.DropAction.CopyAction, mime, *HELD))
    qtbot.waitUntil(lambda: loaded.session.artwork.blend is not None)
    assert zones.isHidden()


@pytest.mark.parametrize(
    ("first", "later"), [("tool_bar", "tool_bar"), ("status_bar", "status_bar"), ("tool_bar", "below")]
)
def test_beside_the_canvas_a_first_picture_becomes_the_photo_and_later_ones_land_in_the_nearest_zone(
    qtbot: QtBot, studio: Studio, folder: Path, first: str, later: str
) -> None:
    zones = studio.window.canvas.zones
    studio.window.resize(*WIDE)

    def drop(part: str, mime: QMimeData) -> str:
        QApplication.processEvents()
        beside = getattr(studio.window, part)
        place = beside.rect().bottomRight() - QPoint(4, 4)
        enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, *HELD)
        QApplication.sendEvent(beside, enter)
        assert enter.isAccepted() and zones.isVisible()
        QApplication.sendEvent(beside, QDropEvent(place, Qt.DropAction.CopyAction, mime, *HELD))
        assert zones.isHidden()
        return zones.lit

    assert drop(first, files(folder / "a.png")) == "picture"
    qtbot.waitUntil(lambda: studio.session.artwork.content is not None)
    assert drop(later, files(folder / "b.png")) == "style"  # that is the one on the right
    qtbot.waitUntil(lambda: style_titles(studio) == ["b"])


def test_the_panel_takes_styles_and_settings_beside_its_sliders(qtbot: QtBot, studio: Studio, folder: Path) -> None:
    panel, zones = studio.window.panel, studio.window.panel_zones
    mimes = {name: files(folder / f"{name}.png") for name in "ab"}

    def shown(mime: QMimeData) -> list[str]:
        enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, *HELD)
        QApplication.sendEvent(panel, enter)
        assert enter.isAccepted() and zones.isVisible() and not studio.window.canvas.zones.isVisible()
        return list(zones.places())

    def drop(zone: str, mime: QMimeData) -> None:
        place = zones.places()[zone].center()
        QApplication.sendEvent(panel, QDropEvent(place, Qt.DropAction.CopyAction, mime, *HELD))

    assert shown(mimes["a"]) == ["picture"]
    drop("picture", mimes["a"])
    qtbot.waitUntil(lambda: content_name(studio) == "a.png")
    assert shown(mimes["b"]) == ["style", "settings"]
    drop("style", mimes["b"])
    qtbot.waitUntil(lambda: style_titles(studio) == ["b"])
    assert shown(gallery_style("any")) == ["style", "mix"]
    assert shown(mimes["a"]) == ["style", "mix", "settings"]
    drop("settings", mimes["a"])
    qtbot.waitUntil(lambda: problem(studio) == "a.png carries no recipe.")


def test_tiles_of_the_gallery_are_used_and_mixed_in(qtbot: QtBot, loaded: Studio) -> None:
    drop_on(loaded.window.canvas, gallery_style(card_named(loaded, "Poppies").id), "mix")
    qtbot.waitUntil(lambda: style_titles(loaded)[1:] == ["Poppies"])
    drop_on(loaded.window.canvas, gallery_style(card_named(loaded, "Lion").id), "style")
    qtbot.waitUntil(lambda: style_titles(loaded) == ["Lion"])


def test_a_style_that_another_studio_has_kept_meanwhile_is_taken_into_the_gallery(
    qtbot: QtBot, loaded: Studio, folder: Path
) -> None:
    card = StyleLibrary(loaded.importer.user_styles.folder).add(open_picture(folder / "b.png"))
    assert card not in loaded.importer.cards
    drop_on(loaded.window.canvas, gallery_style(card.id), "mix")
    qtbot.waitUntil(lambda: style_titles(loaded)[1:] == ["b"])
    assert card in loaded.importer.cards


@pytest.mark.parametrize("zone", ["style", "mix"])
def test_a_style_of_another_gallery_is_told_to_be_none_of_this_one(qtbot: QtBot, loaded: Studio, zone: str) -> None:
    before = style_titles(loaded)
    drop_on(loaded.window.canvas, gallery_style("of-somebody-else-0123456789ab"), zone)
    told = "The style that was dropped is not in the gallery of this window."
    qtbot.waitUntil(lambda: problem(loaded) == told)
    assert style_titles(loaded) == before


def test_what_can_be_dropped_can_be_pasted(qtbot: QtBot, studio: Studio, folder: Path) -> None:
    pasted = {}
    for kind, (make, _name) in OPENED.items():
        QGuiApplication.clipboard().setMimeData(make(folder))
        with qtbot.waitSignal(studio.session.content_changed):
            qtbot.keyClick(studio.window.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        pasted[kind] = content_name(studio)
    assert pasted == {kind: name for kind, (_make, name) in OPENED.items()}


def test_pasting_does_without_a_mouse_what_the_zones_do(qtbot: QtBot, loaded: Studio, folder: Path) -> None:
    clipboard, canvas = QGuiApplication.clipboard(), loaded.window.canvas
    ctrl_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    clipboard.setMimeData(files(folder / "a.png"))
    qtbot.keyClick(canvas, Qt.Key.Key_V, ctrl_shift)
    qtbot.waitUntil(lambda: style_titles(loaded) == ["a"])
    clipboard.setMimeData(files(folder / "b.png"))
    qtbot.keyClick(canvas, Qt.Key.Key_M, ctrl_shift)
    qtbot.waitUntil(lambda: style_titles(loaded) == ["a", "b"])
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    clipboard.setImage(picture)
    qtbot.keyClick(canvas, Qt.Key.Key_B, ctrl_shift)
    qtbot.waitUntil(lambda: loaded.session.artwork.blend is not None)
    assert loaded.session.artwork.blend.over.name == "Pasted picture"


def test_there_is_nothing_to_blend_with_before_the_first_photo(studio: Studio) -> None:
    assert not studio.actions["blend"].isEnabled() and not studio.actions["paste_blend"].isEnabled()


@pytest.mark.parametrize("text", ["Buy bread", "/pictures/a.jpg\n" * 10_000])
def test_a_clipboard_without_a_picture_is_told(qtbot: QtBot, studio: Studio, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    for name in ("paste", "paste_style", "paste_mix"):
        studio.window.messages.clear()
        studio.actions[name].trigger()
        assert news(studio) == "There is text in the clipboard, and no picture."
        assert "only paths of files are taken, up to 20,000 characters" in studio.window.messages.message.remedy
