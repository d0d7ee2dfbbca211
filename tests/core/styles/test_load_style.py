"""From a card or a file to a style: the ending of the name decides whether it was learned or is a picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.card import OWN_CATEGORY, UNKNOWN_LICENCE, bundled_cards
from studio.core.errors import StudioError
from studio.core.image_io import save_picture
from studio.core.styles.learned_style_file import write_learned
from studio.core.styles.load_style import is_learned, is_style_file, open_style, open_style_file, open_style_picture
from tests.support.fakes import make_card, make_learned, make_picture


@pytest.fixture
def learned_file(tmp_path: Path) -> Path:
    file = tmp_path / "my-hand.safetensors"
    write_learned(file, make_card("my-hand", author="Me"), make_learned())
    return file


@pytest.fixture
def picture_file(tmp_path: Path) -> Path:
    file = tmp_path / "wall.png"
    save_picture(make_picture(64, 48), file)
    return file


def test_the_name_of_a_learned_style_opens_it_with_its_card(learned_file: Path) -> None:
    style = open_style_file(learned_file)
    assert style.learned is not None and is_learned(style.card)
    assert (style.card.title, style.card.author) == ("Title of my-hand", "Me")
    assert style.picture is style.learned.references[0]
    assert style.fingerprint == style.learned.fingerprint == open_style(style.card).fingerprint
    assert open_style_picture(learned_file).fingerprint == style.picture.fingerprint


def test_any_picture_is_a_style_of_nobody_known(picture_file: Path) -> None:
    style = open_style_file(picture_file)
    assert style.learned is None and not is_learned(style.card)
    assert (style.card.id, style.card.title, style.card.author) == ("wall", "wall", "")
    assert (style.card.licence, style.card.category) == (UNKNOWN_LICENCE, OWN_CATEGORY)
    assert (style.picture.width, style.picture.height) == (64, 48)
    assert open_style_picture(picture_file).fingerprint == style.picture.fingerprint == style.fingerprint


def test_a_card_says_whose_it_is_whatever_the_file_says(learned_file: Path) -> None:
    card = replace(open_style_file(learned_file).card, title="Renamed")
    assert open_style(card).card is card


def test_a_bundled_card_opens_its_picture() -> None:
    card = bundled_cards("styles")[0]
    style = open_style(card)
    assert style.card is card and style.learned is None and style.picture.long_edge >= 400


@pytest.mark.parametrize(
    ("name", "is_one"), [("a.safetensors", True), ("a.SAFETENSORS", True), ("safetensors", False), ("a.png", False)]
)
def test_the_ending_alone_tells_a_learned_style(name: str, is_one: bool) -> None:
    assert is_style_file(Path(name)) is is_one


@pytest.mark.parametrize("name", ["gone.png", "gone.safetensors"])
def test_a_file_that_is_gone_is_told_by_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(StudioError, match="gone"):
        open_style_file(tmp_path / name)


def test_a_picture_that_calls_itself_a_learned_style_is_refused(picture_file: Path, tmp_path: Path) -> None:
    lying = tmp_path / "lying.safetensors"
    picture_file.rename(lying)
    with pytest.raises(StudioError):
        open_style_file(lying)
