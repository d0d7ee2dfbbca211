"""Promises of dropping: every kind of payload lands in the zone under the cursor, or is not taken at all."""

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication

from studio.core.errors import PictureError
from studio.ui.canvas.canvas import Canvas
from studio.ui.importing.drop_zones import ZONES, Drop
from studio.ui.importing.mime_payload import Payload, encoded, payload_kind, read_payload
from studio.ui.theme.theme import apply_theme
from tests.support.dragging import HELD, files, gallery_style, image, uri_list

LEFT, RIGHT = QPoint(30, 40), QPoint(570, 290)


@pytest.fixture
def canvas(qtbot, qapp, tmp_path):
    apply_theme(qapp, "dark")  # whatever a test before has chosen
    canvas = Canvas((), thumbnail_folder=tmp_path)
    qtbot.addWidget(canvas)
    canvas.resize(600, 300)
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


@pytest.fixture
def painted(canvas):
    """A canvas with a photo and a style on it."""
    canvas.zones.has_photo = canvas.zones.has_styles = True
    return canvas


def enter(canvas, mime, place=LEFT) -> bool:
    event = QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, *HELD)
    event.ignore()
    QApplication.sendEvent(canvas, event)
    return event.isAccepted()


def drop(canvas, mime, place) -> list[Drop]:
    landed = []
    canvas.dropped.connect(landed.append)
    assert enter(canvas, mime, place)
    QApplication.sendEvent(canvas, QDragMoveEvent(place, Qt.DropAction.CopyAction, mime, *HELD))
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    event = QDropEvent(place, actions, mime, *HELD)
    QApplication.sendEvent(canvas, event)
    assert event.isAccepted()
    assert event.dropAction() == Qt.DropAction.CopyAction  # a move would delete the artist's file
    assert canvas.zones.isHidden()
    return landed


def test_files_come_before_what_else_a_file_manager_offers():
    mime = files("/pictures/a.jpg", "/pictures/b.png")
    mime.setImageData(QImage(3, 2, QImage.Format.Format_RGB32))
    mime.setText("/pictures/a.jpg")
    assert read_payload(mime) == Payload("files", paths=(Path("/pictures/a.jpg"), Path("/pictures/b.png")))


def test_of_a_browser_the_image_is_taken_and_its_link_kept():
    payload = read_payload(image())
    assert payload.kind == "image"
    assert payload.links == ("https://example.org/cat.png",)
    picture = QImage.fromData(encoded(payload, "cat"))
    assert (picture.width(), picture.height(), picture.pixelColor(0, 0).name()) == (40, 30, "#123456")


def test_an_encoded_image_is_taken_as_it_is():
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    buffer.write(b"\xff\xd8 with its metadata")
    mime = image()
    mime.setData("image/jpeg", buffer.data())
    assert read_payload(mime).image_bytes == b"\xff\xd8 with its metadata"


def test_an_image_that_was_promised_and_never_came_is_an_empty_one():
    mime = QMimeData()
    mime.setData("application/x-qt-image", b"as of a program that has ended")
    assert mime.hasImage()
    assert encoded(read_payload(mime), "Pasted picture") == b""


def test_an_image_of_a_size_that_is_not_opened_is_not_encoded_first():
    mime = QMimeData()
    mime.setImageData(QImage(20_000, 10_001, QImage.Format.Format_Mono))
    with pytest.raises(PictureError, match=r"Pasted picture claims to be .* the limit is 200 megapixels"):
        encoded(read_payload(mime), "Pasted picture")


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        (files("/a.jpg"), "files"),
        (image(), "image"),
        (uri_list("https://example.org/gallery"), "link"),
        (gallery_style("café-terrace"), "style"),
    ],
)
def test_the_kind_is_known_before_the_payload_is_read(mime, kind):
    assert payload_kind(mime) == kind == read_payload(mime).kind


def test_text_is_nothing_the_studio_can_use(canvas):
    mime = QMimeData()
    mime.setText("hello")
    assert read_payload(mime) is None
    assert not enter(canvas, mime)
    assert canvas.zones.isHidden()


def test_long_text_is_fetched_once_and_not_read(canvas):
    class Text(QMimeData):
        fetched = 0

        def data(self, name):
            self.fetched += 1
            return super().data(name)

        def text(self):
            raise AssertionError("that takes as long as all of it is")

    mime = Text()
    mime.setText("/pictures/a.jpg\n" * 10_000)
    assert not enter(canvas, mime) and mime.fetched == 1
    assert read_payload(mime) is None


@pytest.mark.parametrize("mime", [files("/a.jpg"), image(), uri_list("https://example.org/gallery")])
def test_an_empty_canvas_takes_the_photo_and_asks_nothing(canvas, mime):
    canvas.zones.has_styles = True
    assert enter(canvas, mime)
    assert list(canvas.zones.places()) == ["picture"]


def test_styles_are_mixed_in_only_where_there_is_one(canvas):
    canvas.zones.has_photo = True
    assert enter(canvas, files("/a.jpg"))
    assert list(canvas.zones.places()) == ["picture", "blend", "style"]
    assert enter(canvas, gallery_style("café-terrace"))
    assert list(canvas.zones.places()) == ["style"]


@pytest.mark.parametrize("mime", [files("/a.jpg"), image(), uri_list("https://example.org/gallery")])
def test_where_there_are_photo_and_style_all_zones_are_offered(painted, mime):
    assert enter(painted, mime)
    assert list(painted.zones.places()) == ["picture", "blend", "style", "mix"]


def test_two_files_can_be_blended_with_each_other(canvas):
    assert enter(canvas, files("/a.jpg", "/b.jpg"))
    assert list(canvas.zones.places()) == ["picture", "blend"]


def test_four_zones_stand_in_a_square_photos_above_styles(painted):
    canvas = painted
    enter(canvas, files("/a.jpg"))
    places = canvas.zones.places()
    assert places["picture"].top() == places["blend"].top() < places["style"].top() == places["mix"].top()
    assert places["picture"].left() == places["style"].left() < places["blend"].left() == places["mix"].left()
    assert drop(canvas, files("/a.jpg"), QPoint(560, 40))[0].zone == "blend"


def test_a_gallery_style_is_offered_the_style_zones_only_photo_or_not(canvas):
    canvas.zones.has_styles = True
    assert enter(canvas, gallery_style("café-terrace"))
    assert list(canvas.zones.places()) == ["style", "mix"]


def test_the_zone_under_the_cursor_lights_up_and_leaving_hides_all(painted):
    canvas = painted
    enter(canvas, files("/a.jpg"))
    assert canvas.zones.lit == "picture"
    QApplication.sendEvent(canvas, QDragMoveEvent(RIGHT, Qt.DropAction.CopyAction, files("/a.jpg"), *HELD))
    assert canvas.zones.lit == "mix"
    QApplication.sendEvent(canvas, QDragLeaveEvent())
    assert canvas.zones.isHidden()


def test_there_is_no_dead_ground_between_zones(painted):
    canvas = painted
    enter(canvas, files("/a.jpg"))
    assert all(canvas.zones.light(QPoint(x, y)) for x in range(0, 600, 7) for y in (0, 150, 299))


def test_zones_are_stacked_on_a_narrow_canvas(painted):
    canvas = painted
    canvas.resize(300, 600)
    enter(canvas, files("/a.jpg"))
    places = list(canvas.zones.places().values())
    assert len({place.left() for place in places}) == 1
    assert all(canvas.zones.rect().contains(place) for place in places)


@pytest.mark.parametrize(
    ("mime", "place", "landed"),
    [
        (files("/a.jpg"), LEFT, Drop("picture", Payload("files", paths=(Path("/a.jpg"),)))),
        (files("/a.jpg"), QPoint(30, 290), Drop("style", Payload("files", paths=(Path("/a.jpg"),)))),
        (files("/a.jpg"), QPoint(570, 290), Drop("mix", Payload("files", paths=(Path("/a.jpg"),)))),
        (gallery_style("café-terrace"), LEFT, Drop("style", Payload("style", style_id="café-terrace"))),
        (gallery_style("café-terrace"), RIGHT, Drop("mix", Payload("style", style_id="café-terrace"))),
        (
            uri_list("https://example.org/gallery"),
            LEFT,
            Drop("picture", Payload("link", links=("https://example.org/gallery",))),
        ),
    ],
)
def test_a_drop_is_told_with_its_zone(painted, mime, place, landed):
    assert drop(painted, mime, place) == [landed]


def test_an_image_on_the_picture_zone_is_told_with_its_pixels(canvas):
    (landed,) = drop(canvas, image(), LEFT)
    assert landed.zone == "picture"
    assert QImage.fromData(encoded(landed.payload, "a")).width() == 40


def test_the_hovering_canvas_is_dimmed(canvas):
    before = canvas.grab().toImage().pixelColor(3, 3)
    enter(canvas, files("/a.jpg"))
    after = canvas.grab().toImage().pixelColor(3, 3)
    assert after.lightness() < before.lightness()


def test_zones_fade_in_and_out(canvas, qtbot, monkeypatch):
    monkeypatch.setattr("studio.ui.widgets.fade.LONGEST", 40)
    before, fade = canvas.grab().toImage(), canvas.zones.fade
    enter(canvas, files("/a.jpg"))
    assert canvas.zones.isVisible() and fade.opacity == 0
    assert canvas.grab().toImage() == before
    qtbot.waitUntil(lambda: fade.opacity == 1)
    QApplication.sendEvent(canvas, QDragLeaveEvent())
    assert canvas.zones.isVisible() and fade.opacity == 1
    qtbot.waitUntil(canvas.zones.isHidden)


def test_zones_that_were_just_left_do_not_flicker(canvas, qtbot, monkeypatch):
    monkeypatch.setattr("studio.ui.widgets.fade.LONGEST", 40)
    enter(canvas, files("/a.jpg"))
    qtbot.waitUntil(lambda: canvas.zones.fade.opacity == 1)
    QApplication.sendEvent(canvas, QDragLeaveEvent())
    enter(canvas, files("/a.jpg"))
    assert canvas.zones.fade.opacity == 1


def test_every_zone_has_icon_name_and_line():
    assert all(zone.icon and zone.label and zone.line and zone.takes for zone in ZONES)
    assert len({zone.name for zone in ZONES}) == len(ZONES)


@pytest.mark.parametrize(
    ("format_name", "text", "paths"),
    [
        ("x-special/gnome-copied-files", "copy\nfile:///a/b%20c.png\nfile:///d.png", ("/a/b c.png", "/d.png")),
        ("x-special/mate-copied-files", "cut\nfile:///a.png", ("/a.png",)),
        ("text/plain", "x-special/nautilus-clipboard\ncopy\nfile:///a.png\n", ("/a.png",)),
        ("text/plain", "copy\nfile:///a.png", ("/a.png",)),
        ("text/plain", r"/a/my\ photo.png", ("/a/my photo.png",)),
        ("text/plain", "'/a/my photo.png' '/b.png'", ("/a/my photo.png", "/b.png")),
        ("text/uri-list", "file://host/a%FC.png\r\n", ("/a\udcfc.png",)),
        ("text/uri-list", "smb://nas/photos/a%20b.png\r\n", ("smb:/nas/photos/a%20b.png",)),
    ],
)
def test_clipboards_of_file_managers_and_terminals_are_files(
    format_name: str, text: str, paths: tuple[str, ...]
) -> None:
    mime = QMimeData()
    mime.setData(format_name, text.encode("utf-8"))
    assert payload_kind(mime) == "files"
    assert tuple(map(str, read_payload(mime).paths)) == paths
