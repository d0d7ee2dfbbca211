"""The bundled styles, photos and weights: all there, unchanged, openable and credited."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from studio.core.card import Card, bundled_cards
from studio.core.resources import resource_folder

FOLDERS = {"styles": "style", "demo": "photo", "photos": "photo", "models": "model"}
LEARNT_ON_EDGE = 576  # px at most, of photos that are only learnt on
CARDS = [card for folder in FOLDERS for card in bundled_cards(folder)]
PICTURES = [card for folder in ("styles", "demo") for card in bundled_cards(folder)]
LEARNT_ON = bundled_cards("photos")
MODELS = [card for card in CARDS if card.kind == "model"]


def name_of(card: Card) -> str:
    return card.id


@pytest.mark.parametrize("card", CARDS, ids=name_of)
def test_a_bundled_file_is_the_one_its_card_was_written_for(card: Card) -> None:
    assert len(card.sha256) == 64
    card.verify()


@pytest.mark.parametrize("card", CARDS, ids=name_of)
def test_a_card_names_author_licence_and_source(card: Card) -> None:
    assert card.title and card.author and card.licence
    assert len(card.source) > 20
    assert card.licence in card.credit_line
    assert card.file.stem == card.id


@pytest.mark.parametrize("card", PICTURES, ids=name_of)
def test_a_bundled_picture_opens_and_is_large_enough_to_use(card: Card) -> None:
    with Image.open(card.file) as image:
        image.load()
        assert image.mode == "RGB"
        assert max(image.size) >= 400


def test_there_are_enough_photos_to_learn_on() -> None:
    assert len(LEARNT_ON) >= 30


@pytest.mark.parametrize("card", LEARNT_ON, ids=name_of)
def test_a_photo_to_learn_on_is_small_and_belongs_to_everybody(card: Card) -> None:
    with Image.open(card.file) as image:
        image.load()
        assert image.mode == "RGB"
        assert min(image.size) >= 320 and max(image.size) <= LEARNT_ON_EDGE
    assert card.file.stat().st_size < 100_000
    assert card.licence in ("Public domain", "CC0 1.0")


@pytest.mark.parametrize("card", MODELS, ids=name_of)
def test_a_model_says_what_it_learnt_from_and_what_it_cannot_do(card: Card) -> None:
    assert card.trained_on
    assert card.limits


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_a_folder_has_its_card_and_every_card_its_kind(folder: str) -> None:
    cards = bundled_cards(folder)
    files = {path for path in resource_folder(folder).iterdir() if path.suffix not in (".json", ".md")}
    assert {card.file for card in cards} == files
    assert {card.kind for card in cards} == {FOLDERS[folder]}
    assert len({card.id for card in cards}) == len(cards)


@pytest.mark.parametrize("path", sorted(resource_folder("styles").parent.glob("*/*.json")), ids=lambda path: path.stem)
def test_a_card_holds_no_path_of_somebodys_machine(path: Path) -> None:
    values = json.loads(path.read_text(encoding="utf-8"))
    assert Path(values["file"]).name == values["file"]
    assert not any(str(value).startswith(("/", "file:", "~")) for value in values.values())


def test_styles_are_sorted_into_paintings_prints_and_patterns() -> None:
    categories = {card.category for card in bundled_cards("styles")}
    assert categories == {"painting", "print", "pattern"}


def test_names_keep_their_accents() -> None:
    authors = {card.author for card in CARDS}
    titles = {card.title for card in CARDS}
    assert {"Albrecht Dürer", "Frédéric Bazille"} <= authors
    assert {"Café Terrace at Night", "Portrait of Père Tanguy"} <= titles
