"""What a file hides under its transparent parts never reaches the picture: the visible colours are continued there."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.core.image_io import ExportOptions, decode_picture, encode_picture, save_picture
from studio.core.image_io.color import transparency
from studio.core.image_io.color.transparency import PAPER, continue_visible
from studio.core.picture import Picture, Pixels
from tests.support.picture_files import encoded, noise, png

WIDTH, HEIGHT = 61, 47  # px, odd on purpose
HIDDEN: dict[str, Any] = {
    "magenta": (255, 0, 255),
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "noise": noise(WIDTH, HEIGHT),
}


def cut_out() -> Pixels:
    """Alpha: a disc that fades at its edge."""
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    distance = np.hypot(y - HEIGHT / 2, x - WIDTH / 2)
    return (255 * (20 - distance).clip(0, 1)).astype(np.uint8)


def with_hidden(color: Any, alpha: Pixels | None = None) -> Pixels:
    """(H, W, 4): the same visible pixels each time, with this colour under alpha 0."""
    alpha = cut_out() if alpha is None else alpha
    pixels = np.stack((np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 200,) * 3, 2).astype(np.uint8)
    pixels[..., 1] = 90
    pixels[alpha == 0] = np.broadcast_to(np.array(color, np.uint8), pixels.shape)[alpha == 0]
    return np.dstack((pixels, alpha))


FORMATS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "TIFF": {},
    "WEBP": {"lossless": True, "exact": True},
}


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_hidden_colour_is_of_no_account(hidden: str, format_name: str) -> None:
    found, expected = (
        decode_picture(encoded(format_name, with_hidden(color), **FORMATS[format_name]), "a")
        for color in (HIDDEN[hidden], (7, 7, 7))
    )
    assert found.fingerprint == expected.fingerprint
    assert np.array_equal(found.alpha, cut_out())  # type: ignore[arg-type]


@pytest.mark.parametrize("hidden", [0, 128, 255])
def test_of_grey_neither(hidden: int) -> None:
    files = []
    for value in (hidden, 33):
        rgba = with_hidden((value,) * 3)
        grey = Image.merge("LA", [Image.fromarray(np.ascontiguousarray(rgba[..., k])) for k in (1, 3)])
        file = BytesIO()
        grey.save(file, "PNG")
        files.append(file.getvalue())
    assert decode_picture(files[0], "a").fingerprint == decode_picture(files[1], "a").fingerprint


@pytest.mark.parametrize("format_name", ["PNG", "GIF"])
@pytest.mark.parametrize("hidden", [(255, 0, 255), (0, 0, 0), (255, 255, 255)])
def test_nor_that_of_a_palette(format_name: str, hidden: tuple[int, int, int]) -> None:
    image = Image.fromarray((cut_out() == 0).astype(np.uint8), "P")
    image.putpalette([30, 120, 200, *hidden])
    file = BytesIO()
    image.save(file, format_name, transparency=1)
    picture = decode_picture(file.getvalue(), "a")
    assert (picture.pixels == (30, 120, 200)).all()
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha == 0, cut_out() == 0)


def test_nor_a_transparent_colour() -> None:
    rgb = np.full((HEIGHT, WIDTH, 3), (30, 120, 200), np.uint8)
    rgb[cut_out() == 0] = (255, 0, 255)
    data = png(WIDTH, HEIGHT, 8, 2, rgb.tobytes(), (b"tRNS", bytes((0, 255, 0, 0, 0, 255))))
    assert (decode_picture(data, "a").pixels == (30, 120, 200)).all()


def test_visible_pixels_stay_as_they_are() -> None:
    rgba = with_hidden((255, 0, 255))
    found = decode_picture(encoded("PNG", rgba), "a").pixels
    visible = rgba[..., 3] > 0
    assert np.array_equal(found[visible], rgba[..., :3][visible])


def test_an_opaque_picture_stays_as_it_is() -> None:
    pixels = noise()
    continue_visible(pixels, np.full(pixels.shape[:2], 1, np.uint8))
    assert np.array_equal(pixels, noise())


def test_one_colour_is_continued_as_that_colour() -> None:
    for color in ((1, 2, 3), (254, 0, 128), (255, 255, 255)):
        rgba = with_hidden((9, 99, 199))
        rgba[rgba[..., 3] > 0, :3] = color
        assert (decode_picture(encoded("PNG", rgba), "a").pixels == color).all()


@pytest.mark.parametrize("place", [(0, 0), (46, 60), (23, 31)])
def test_a_single_visible_pixel_colours_all(place: tuple[int, int]) -> None:
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    alpha[place] = 1
    pixels = noise(WIDTH, HEIGHT)
    color = pixels[place].copy()
    continue_visible(pixels, alpha)
    assert (pixels == color).all()


def test_each_side_is_continued_from_its_own_edge() -> None:
    pixels = noise(64, 48)
    pixels[:, :16], pixels[:, 48:] = (200, 40, 40), (40, 40, 200)
    alpha = np.full((48, 64), 255, np.uint8)
    alpha[:, 16:48] = 0
    continue_visible(pixels, alpha)
    assert np.abs(pixels[:, 17].astype(int) - (200, 40, 40)).max() < 50
    assert np.abs(pixels[:, 46].astype(int) - (40, 40, 200)).max() < 50
    assert (np.diff(pixels[24, 16:48, 0].astype(int)) <= 0).all()  # from red to blue without a step back


def test_faint_pixels_weigh_little() -> None:
    pixels, alpha = np.zeros((32, 32, 3), np.uint8), np.zeros((32, 32), np.uint8)
    pixels[:16], alpha[:16] = (200, 0, 0), 255
    pixels[16], alpha[16] = (0, 0, 255), 1  # the last row of an edge, all but transparent
    continue_visible(pixels, alpha)
    assert pixels[24, 16, 0] > 150


def test_nothing_visible_is_paper() -> None:
    pixels = noise()
    continue_visible(pixels, np.zeros(pixels.shape[:2], np.uint8))
    assert (pixels == PAPER).all()


def test_continuing_twice_changes_nothing() -> None:
    once = decode_picture(encoded("PNG", with_hidden((255, 0, 255))), "a")
    again = decode_picture(encode_picture(once, ExportOptions()), "a")
    assert again.fingerprint == once.fingerprint


def test_strips_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = decode_picture(encoded("PNG", with_hidden((255, 0, 255))), "a")
    monkeypatch.setattr(transparency, "_STRIP", 6 * WIDTH)
    assert decode_picture(encoded("PNG", with_hidden((0, 0, 0))), "a").fingerprint == whole.fingerprint


def test_a_picture_with_other_hidden_colours_can_be_saved(tmp_path: Path) -> None:
    rgba = with_hidden((255, 0, 255))
    picture = Picture(np.ascontiguousarray(rgba[..., :3]), "a", np.ascontiguousarray(rgba[..., 3]))
    assert save_picture(picture, tmp_path / "a.png") > 0
