"""Before a style is learnt: what is doubtful is said, and what is fine is not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studio.core.card import bundled_cards
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.training.reference_checks import check_references
from tests.support.fakes import make_picture


def works(count: int) -> list[Picture]:
    return [make_picture(300, 280, f"work {number}", seed=number) for number in range(count)]


def said_of(*pictures: Picture) -> str:
    return " ".join(remark.text for remark in check_references(pictures))


def test_three_good_pictures_need_no_words() -> None:
    assert check_references(works(3)) == ()
    assert check_references(()) == ()


def test_few_pictures_are_few() -> None:
    assert "One picture teaches its own" in said_of(*works(1))
    assert "Two pictures say little" in said_of(*works(2))


def test_a_small_picture_is_named_with_its_size() -> None:
    (remark,) = check_references([*works(3), make_picture(120, 80, "stamp", seed=9)])
    assert "stamp is 120 x 80 px" in remark.text and remark.pictures == (3,)


def test_the_same_picture_in_another_size_is_seen() -> None:
    card = next(card for card in bundled_cards("styles") if card.id == "durer-lion")
    lion = open_picture(card.file)
    small = Image.fromarray(lion.pixels).resize((lion.width // 2, lion.height // 2))
    copy = Picture(np.asarray(small), "copy")
    assert f"{lion.name} and copy show the same" in said_of(lion, copy, *works(2))


def test_a_diagram_is_known_by_its_paper() -> None:
    sheet = Image.new("RGB", (400, 300), "white")
    for place in range(0, 300, 20):
        ImageDraw.Draw(sheet).line((0, place, 400, 300 - place), fill="black", width=2)
    drawing = Picture(np.asarray(sheet), "sheet")
    (remark,) = check_references([drawing, *works(2)])
    assert "sheet is mostly one colour, as drawings" in remark.text and remark.pictures == (0,)
    assert not remark.is_doubt  # its lines are learnt
    turned = Picture(np.ascontiguousarray(np.asarray(sheet)[::-1, :250]), "turned")
    assert "2 of the pictures are mostly one colour" in said_of(drawing, turned, *works(2))


@pytest.mark.parametrize("name", ["kingfisher", "meidum-pyramid"])
def test_a_smooth_photo_is_doubted(name: str) -> None:
    card = next(card for card in bundled_cards("demo") if card.id == name)
    assert "as many photos are" in said_of(open_picture(card.file), *works(2))


def test_no_painting_of_the_gallery_is_doubted() -> None:
    pictures = [open_picture(card.file) for card in bundled_cards("styles")]
    assert [remark.text for remark in check_references(pictures)] == []


def test_sprites_are_no_doubt_but_how_they_are_taught_is_said() -> None:
    alpha = np.zeros((32, 32), np.uint8)
    alpha[8:24, 8:24] = 255
    sprites = [
        Picture(make_picture(32, 32, seed=number).pixels // 128, f"sprite {number}", alpha) for number in range(3)
    ]
    (note,) = check_references(sprites)
    assert "each pixel 8 times as large" in note.text and not note.is_doubt and note.pictures == (0, 1, 2)


def test_a_cut_out_is_said_to_be_learnt_without_its_ground() -> None:
    alpha = np.zeros((280, 300), np.uint8)
    alpha[100:200, 100:200] = 255
    cut_outs = [Picture(make_picture(300, 280, seed=number).pixels, f"{number}", alpha) for number in range(3)]
    assert "transparent parts are not learnt" in said_of(*cut_outs)
    assert not any(remark.is_doubt and "one colour" in remark.text for remark in check_references(cut_outs))
