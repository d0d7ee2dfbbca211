"""Promises of thumbnails: filled, never stretched, off the GUI thread, and kept between starts."""

import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize, QThreadPool

from studio.jobs.decoding.answering import OpensHere
from studio.ui.images import thumbnails as module
from studio.ui.images.thumbnails import Thumbnails, load_thumbnail, make_thumbnail

SIZE = QSize(64, 64)
HERE = OpensHere()


def save_discs(path, width, height, **options):
    """White discs of 100 px on black: stretched, they would be ellipses."""
    y, x = np.indices((height, width))
    disc = ((x - width / 2) ** 2 + (y - height / 2) ** 2 < 50**2) * np.uint8(255)
    Image.fromarray(np.dstack([disc] * 3)).save(path, **options)
    return path


def extents(image):
    """(width, height) of what is bright."""
    bright = np.array(
        [[image.pixelColor(x, y).value() > 127 for x in range(image.width())] for y in range(image.height())]
    )
    return int(bright.any(axis=0).sum()), int(bright.any(axis=1).sum())


@pytest.fixture
def thumbnails(qtbot, tmp_path):
    thumbnails = Thumbnails(SIZE, 1.0, tmp_path / "cache")
    yield thumbnails
    QThreadPool.globalInstance().waitForDone()


@pytest.mark.parametrize(("width", "height"), [(200, 200), (1000, 200), (150, 700), (120, 110), (3000, 150)])
@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "avif"])
def test_a_picture_is_cropped_to_fill_and_never_stretched(qapp, tmp_path, width, height, kind):
    image = make_thumbnail(save_discs(tmp_path / f"disc.{kind}", width, height), SIZE, HERE)
    assert image.size() == SIZE
    across, down = extents(image)
    if height < 300:  # the disc is in sight
        assert across == pytest.approx(min(64, 100 * 64 / min(width, height)), abs=2)
        assert down == pytest.approx(across, abs=1)


def test_a_photo_taken_upright_is_shown_upright(qapp, tmp_path):
    sideways = np.zeros((300, 600, 3), np.uint8)
    sideways[:, :300] = 255  # bright on the left; turned clockwise: on the top
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(sideways).save(tmp_path / "turned.jpg", exif=exif)
    image = make_thumbnail(tmp_path / "turned.jpg", SIZE, HERE)
    assert image.size() == SIZE
    assert image.pixelColor(5, 5).value() > 200
    assert image.pixelColor(58, 5).value() > 200


def test_what_is_no_picture_has_no_thumbnail(qapp, tmp_path):
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "empty.png").touch()
    for name in ("text.png", "empty.png", "missing.png"):
        assert load_thumbnail(tmp_path / name, SIZE, tmp_path / "cache", HERE).isNull()


def test_it_is_made_on_another_thread_and_arrives(qtbot, tmp_path, thumbnails, monkeypatch):
    path = save_discs(tmp_path / "disc.png", 200, 200)
    makers = []
    original = module.make_thumbnail
    monkeypatch.setattr(module, "make_thumbnail", lambda *args: makers.append(threading.get_ident()) or original(*args))
    with qtbot.waitSignal(thumbnails.arrived) as told:
        assert thumbnails.pixmap(path) is None
        assert thumbnails.pixmap(path) is None  # asked again while it is made
    assert told.args == [path]
    assert thumbnails.pixmap(path).size() == SIZE
    assert len(makers) == 1
    assert makers[0] != threading.get_ident()


def test_a_second_start_takes_it_from_the_disk_and_a_changed_file_is_made_anew(qapp, tmp_path, monkeypatch):
    path = save_discs(tmp_path / "disc.png", 200, 200)
    made = []
    original = module.make_thumbnail
    monkeypatch.setattr(module, "make_thumbnail", lambda *args: made.append(args) or original(*args))
    first = load_thumbnail(path, SIZE, tmp_path / "cache", HERE)
    assert extents(load_thumbnail(path, SIZE, tmp_path / "cache", HERE)) == extents(first)
    assert len(made) == 1
    os.utime(path, ns=(1, 1))
    load_thumbnail(path, SIZE, tmp_path / "cache", HERE)
    assert len(made) == 2
    load_thumbnail(path, SIZE * 2, tmp_path / "cache", HERE)
    assert len(made) == 3


def test_a_damaged_cache_entry_is_made_anew(qapp, tmp_path):
    path = save_discs(tmp_path / "disc.png", 200, 200)
    load_thumbnail(path, SIZE, tmp_path / "cache", HERE)
    (entry,) = (tmp_path / "cache").iterdir()
    entry.write_bytes(b"")
    assert load_thumbnail(path, SIZE, tmp_path / "cache", HERE).size() == SIZE


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(qapp, tmp_path):
    path = save_discs(tmp_path / "disc.png", 200, 200)
    (tmp_path / "file").touch()
    assert load_thumbnail(path, SIZE, tmp_path / "file" / "cache", HERE).size() == SIZE


def test_an_unreadable_file_is_tried_once(qtbot, tmp_path, thumbnails):
    path = tmp_path / "missing.png"
    with qtbot.waitSignal(thumbnails.arrived):
        assert thumbnails.pixmap(path) is None
    assert thumbnails.is_unreadable(path)
    with qtbot.assertNotEmitted(thumbnails.arrived):
        assert thumbnails.pixmap(path) is None
        QThreadPool.globalInstance().waitForDone()


def test_a_hi_dpi_screen_gets_all_its_pixels(qtbot, tmp_path, thumbnails):
    path = save_discs(tmp_path / "disc.png", 300, 300)
    thumbnails.set_pixel_ratio(2.0)
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.pixmap(path)
    pixmap = thumbnails.pixmap(path)
    assert pixmap.size() == QSize(128, 128)
    assert pixmap.deviceIndependentSize().toSize() == SIZE


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names in Unicode")
def test_a_picture_whose_name_is_no_unicode_has_a_thumbnail(qapp, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    save_discs(path, 200, 200)
    assert load_thumbnail(path, SIZE, tmp_path / "cache", HERE).size() == SIZE
