"""What a lesson looks at: the pixels of sprites, nothing that is transparent, and lines on paper."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studio.core.card import bundled_cards
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.training.taught_pictures import SHEET, as_taught, kinds_of, pixel_times
from tests.support.fakes import make_picture

COLORS = np.array([(200, 30, 30), (30, 200, 30), (30, 30, 200), (220, 220, 40)], np.uint8)


def sprite(seed: int, edge: int = 24) -> Picture:
    """A disc of four colours on nothing, a pixel each; what is hidden is of no colour that is visible."""
    rows, columns = np.mgrid[:edge, :edge]
    visible = (rows - edge / 2) ** 2 + (columns - edge / 2) ** 2 < (0.4 * edge) ** 2
    pixels = COLORS[np.random.default_rng(seed).integers(4, size=(edge, edge))]
    pixels[~visible] = 128
    return Picture(pixels, f"sprite {seed}", np.where(visible, 255, 0).astype(np.uint8))


def drawing(level: int) -> Picture:
    """Thin lines on nothing; below them lies the colour of the lines, as it is when a file was opened."""
    sheet = Image.new("L", (400, 300), 0)
    for place in range(0, 300, 30):
        ImageDraw.Draw(sheet).line((0, place, 400, 300 - place), fill=255, width=2)
    return Picture(np.full((300, 400, 3), level, np.uint8), "drawing", np.asarray(sheet))


def colors_of(picture: Picture) -> set[tuple[int, ...]]:
    return set(map(tuple, np.unique(picture.pixels.reshape(-1, 3), axis=0).tolist()))


def test_works_are_taught_as_they_are() -> None:
    works = [make_picture(300, 280, seed=number) for number in range(3)]
    assert [work.fingerprint for work in as_taught(works)] == [work.fingerprint for work in works]
    assert as_taught(()) == () and kinds_of(()) == ()


def test_no_style_of_the_gallery_is_taken_for_anything_else() -> None:
    pictures = [open_picture(card.file) for card in bundled_cards("styles")]
    assert set(kinds_of(pictures)) == {"picture"}


def test_nothing_that_is_transparent_is_taught() -> None:
    sheets = as_taught([sprite(number) for number in range(6)])
    assert len(sheets) == 3 and all(sheet.alpha is None for sheet in sheets)
    for sheet in sheets:
        assert (sheet.width, sheet.height) == (SHEET, SHEET)
        assert colors_of(sheet) == set(map(tuple, COLORS.tolist()))


def test_pixels_are_enlarged_without_being_blurred() -> None:
    sprites = [sprite(number) for number in range(4)]
    assert pixel_times(sprites) == 8  # 320 px at most, and 8 times at most
    assert pixel_times([sprite(number, 72) for number in range(4)]) == 4
    tiles = [Picture(picture.pixels, picture.name) for picture in sprites]  # opaque: they lie edge to edge
    (first, *_) = as_taught(tiles)
    blocks = first.pixels[:192, :192].reshape(24, 8, 24, 8, 3)
    assert (blocks == blocks[:, :1, :, :1]).all()


def test_each_sprite_is_on_one_sheet_so_that_one_can_be_kept_back() -> None:
    sprites = [
        Picture(np.full((20, 20, 3), 10 * number, np.uint8), alpha=sprite(0, 20).alpha) for number in range(1, 13)
    ]
    found = [colors_of(sheet) for sheet in as_taught(sprites)]
    assert sum(map(len, found)) == len(set().union(*found)) == 12


def test_a_large_cut_out_keeps_its_pixels() -> None:
    cut_outs = [sprite(number, 250) for number in range(3)]
    assert set(kinds_of(cut_outs)) == {"cut-out"}
    assert all(colors_of(sheet) == set(map(tuple, COLORS.tolist())) for sheet in as_taught(cut_outs))


@pytest.mark.parametrize(("level", "paper"), [(0, 255), (255, 0)])
def test_lines_on_nothing_are_taught_on_paper(level: int, paper: int) -> None:
    lines = drawing(level)
    assert kinds_of([lines]) == ("line work",)
    (taught,) = as_taught([lines])
    assert taught.alpha is None
    assert (taught.pixels[lines.alpha == 0] == paper).all() and (taught.pixels[lines.alpha == 255] == level).all()


def test_a_small_photo_is_no_pixel_art() -> None:
    assert kinds_of([make_picture(64, 48, seed=number) for number in range(3)]) == ("picture",) * 3


def test_one_small_picture_among_works_is_no_pixel_art() -> None:
    works = [make_picture(300, 280, seed=number) for number in range(3)]
    assert kinds_of([*works, sprite(9, 48)]) == (*["picture"] * 3, "cut-out")


def test_the_same_pictures_are_taught_the_same_way() -> None:
    first, second = (as_taught([sprite(number) for number in range(5)]) for _ in range(2))
    assert [sheet.fingerprint for sheet in first] == [sheet.fingerprint for sheet in second]


def test_what_is_not_visible_at_all_is_taken_as_it_is() -> None:
    hidden = Picture(np.full((300, 300, 3), 255, np.uint8), alpha=np.zeros((300, 300), np.uint8))
    (taught,) = as_taught([hidden])
    assert taught.alpha is None and (taught.pixels == 255).all()
