"""The artist's own styles: kept whole, once each, editable, and gone only when that is certain."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.core.card import Card, card_json
from studio.core.errors import PictureError, StudioError
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.styles.style_library import LARGEST_KEPT_EDGE, StyleLibrary, kept_size
from tests.support.fakes import make_picture


@pytest.fixture
def library(own_data_folder: Path) -> StyleLibrary:
    return StyleLibrary()


def kept(library: StyleLibrary, name: str = "harbour.png", seed: int = 0) -> Card:
    return library.add(make_picture(name=name, seed=seed))


def titles(library: StyleLibrary) -> list[str]:
    return [card.title for card in library.read()[0]]


def test_it_lies_in_the_users_data_folder(library: StyleLibrary, own_data_folder: Path) -> None:
    assert library.folder == own_data_folder / "styles"
    assert library.read() == ((), ())
    assert not own_data_folder.exists()


def test_a_style_is_there_after_a_restart_pixel_for_pixel(library: StyleLibrary) -> None:
    card = kept(library)
    ((again,), problems) = StyleLibrary().read()
    assert (again, problems) == (card, ())
    assert (card.title, card.licence, card.category) == ("harbour", "unknown", "mine")
    np.testing.assert_array_equal(open_picture(again.file).pixels, make_picture().pixels)


def test_a_see_through_style_keeps_its_alpha(library: StyleLibrary) -> None:
    pixels = make_picture().pixels
    alpha = np.arange(pixels.shape[0] * pixels.shape[1], dtype=np.uint8).reshape(pixels.shape[:2])
    picture = Picture(pixels, "leaf.png", alpha)
    card = library.add(picture)
    again = open_picture(card.file)
    assert np.array_equal(again.alpha, alpha)  # type: ignore[arg-type]
    assert np.array_equal(again.pixels[alpha > 0], pixels[alpha > 0])


def test_the_same_picture_is_one_style_under_any_name(library: StyleLibrary) -> None:
    card = kept(library, "harbour.png")
    library.edit(replace(card, title="My harbour"))
    assert kept(library, "copy of harbour.png").title == "My harbour"
    assert library.add(open_picture(card.file)).id == card.id  # also what the library itself has written
    assert kept(library, "other.png", seed=1).id != card.id
    assert titles(library) == ["My harbour", "other"]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("Café Terrace.jpg", "cafe-terrace-"),
        ("../../etc/passwd", "passwd-"),
        ("con.png", "con-"),
        ('a<b>:"c|?*.png', "a-b-c-"),
        ("夜.png", "style-"),
        ("x" * 300 + ".png", "x" * 40 + "-"),
        (".png", "png-"),
    ],
)
def test_its_files_have_names_that_every_disk_takes(library: StyleLibrary, name: str, start: str) -> None:
    card = kept(library, name)
    assert card.id.startswith(start)
    assert card.id.isascii() and set(card.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert {path.name for path in library.folder.iterdir()} == {f"{card.id}.json", f"{card.id}.webp"}
    assert titles(library) == [card.title]


def test_styles_are_sorted_by_title(library: StyleLibrary) -> None:
    for seed, name in enumerate(("b.png", "C.png", "a.png")):
        kept(library, name, seed)
    assert titles(library) == ["a", "b", "C"]


def test_what_is_said_of_a_style_is_kept_and_its_id_stays(library: StyleLibrary) -> None:
    card = kept(library)
    library.edit(replace(card, title="Große Welle", author="Me", year="2026", licence="CC BY 4.0", source="my studio"))
    ((again,), _) = StyleLibrary().read()
    assert again.id == card.id
    assert (again.title, again.author, again.year) == ("Große Welle", "Me", "2026")
    assert (again.licence, again.source) == ("CC BY 4.0", "my studio")


def test_a_removed_style_can_be_brought_back_until_it_is_forgotten(library: StyleLibrary) -> None:
    card = kept(library)
    library.remove(card.id)
    assert titles(library) == []
    library.restore(card.id)
    assert titles(library) == ["harbour"]
    library.remove(card.id)
    library.forget_removed()
    assert list(library.folder.iterdir()) == []
    with pytest.raises(StudioError, match="not in its folder any more"):
        library.restore(card.id)


def test_what_may_still_be_brought_back_is_not_forgotten(library: StyleLibrary) -> None:
    card = kept(library)
    library.remove(card.id)
    library.remove(card.id)  # again, by another studio
    library.forget_removed({card.id})
    assert library.restore(card.id) == card == library.restore(card.id)


def test_a_style_removed_and_added_again_survives_the_forgetting(library: StyleLibrary) -> None:
    library.remove(kept(library).id)
    card = kept(library)
    library.forget_removed()
    assert titles(library) == ["harbour"]
    assert card.file.is_file()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card, path: path.write_bytes(b"{"),
        lambda card, path: path.write_text(json.dumps({"title": 3})),
        lambda card, path: path.write_text(path.read_text().replace('"harbour"', "7")),
        lambda card, path: path.write_text(path.read_text().replace(card.file.name, "../secret.png")),
        lambda card, path: path.write_text(path.read_text().replace(card.file.name, f"{'x' * 300}.webp")),
        lambda card, path: card.file.unlink(),
    ],
    ids=["no JSON", "no card", "no text", "outside", "a name too long", "no picture"],
)
def test_a_damaged_entry_is_left_out_and_told(library: StyleLibrary, spoil) -> None:  # type: ignore[no-untyped-def]
    card = kept(library)
    kept(library, "whole.png", seed=1)
    (library.folder.parent / "secret.png").touch()
    spoil(card, library.folder / f"{card.id}.json")
    cards, (problem,) = library.read()
    assert [card.title for card in cards] == ["whole"]
    assert card.id in problem.message
    kept(library)  # can be added again
    assert titles(library) == ["harbour", "whole"]


def test_a_copied_card_is_a_style_of_its_own_and_shares_the_picture(library: StyleLibrary) -> None:
    card = kept(library)
    (library.folder / "copy.json").write_bytes((library.folder / f"{card.id}.json").read_bytes())
    assert {card.id for card in library.read()[0]} == {card.id, "copy"}
    library.remove("copy")
    library.forget_removed()
    assert titles(library) == ["harbour"]
    library.remove(card.id)
    library.forget_removed()
    assert list(library.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["", ".", "..", "/etc/passwd", "sub/x.webp", "C:x.webp", "a\\..\\..\\x", "x.json"])
def test_a_removed_card_that_names_another_file_does_not_get_it_deleted(library: StyleLibrary, name: str) -> None:
    card = kept(library)
    other = library.folder / "x.json"
    other.write_text("mine")
    (library.folder / "evil.json.removed").write_text(card_json(card).replace(card.file.name, name))
    library.forget_removed()
    assert other.read_text() == "mine" and card.file.is_file()
    assert titles(library) == ["harbour"]


def test_a_picture_that_is_a_link_out_of_the_folder_is_no_style(library: StyleLibrary, tmp_path: Path) -> None:
    card = kept(library)
    secret = tmp_path / "secret.webp"
    card.file.rename(secret)
    card.file.symlink_to(secret)
    cards, (problem,) = library.read()
    assert cards == () and "outside its folder" in problem.message


def test_nothing_is_written_through_a_link_out_of_the_folder(library: StyleLibrary, tmp_path: Path) -> None:
    card = library.card_for(make_picture(name="harbour.png"))
    library.folder.mkdir(parents=True)
    (tmp_path / "letter.txt").write_text("mine")
    for name in (card.file.name, f"{card.id}.json"):
        (library.folder / name).symlink_to(tmp_path / "letter.txt")
        with pytest.raises(StudioError, match="leads out of its folder"):
            kept(library)
        (library.folder / name).unlink()
    assert (tmp_path / "letter.txt").read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_cards_that_never_end_are_left_out_and_told(library: StyleLibrary) -> None:
    kept(library)
    os.mkfifo(library.folder / "pipe.json")
    (library.folder / "large.json").write_bytes(b" " * (2**20 + 1))
    (library.folder / "deep.json").write_bytes(b"[" * 5000)
    cards, problems = library.read()
    assert [card.title for card in cards] == ["harbour"]
    assert sorted(problem.message.split()[0] for problem in problems) == ["deep.json", "large.json", "pipe.json"]


def test_a_folder_that_cannot_be_made_is_told_with_a_remedy(library: StyleLibrary, own_data_folder: Path) -> None:
    own_data_folder.touch()
    assert library.read() == ((), ())
    with pytest.raises(StudioError, match="cannot be kept") as raised:
        kept(library)
    assert "STYLE_STUDIO_DATA" in raised.value.remedy


def test_a_picture_that_cannot_be_written_leaves_no_entry(
    library: StyleLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise PictureError("The disk is full.")

    monkeypatch.setattr("studio.core.styles.style_library.replace_file", full)
    with pytest.raises(StudioError, match="full"):
        kept(library)
    assert library.read() == ((), ())


def test_a_huge_picture_is_kept_in_a_size_that_does_not_fill_the_disk() -> None:
    small = kept_size(Picture(np.zeros((16, LARGEST_KEPT_EDGE * 2, 3), np.uint8)))
    assert (small.width, small.height) == (LARGEST_KEPT_EDGE, 8)


def test_a_picture_of_a_size_to_keep_is_itself() -> None:
    picture = make_picture()
    assert kept_size(picture) is picture
