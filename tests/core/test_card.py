"""Cards: read from JSON, checked against their files, and turned into a line of credit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from studio.core.card import (
    LICENCES,
    RIGHTS,
    UNKNOWN_LICENCE,
    Card,
    bundled_cards,
    card_json,
    licence_is_unknown,
    read_card,
    rights_of,
    unknown_licences,
)
from studio.core.errors import StudioError, WeightsError

VALUES = {
    "id": "wave", "kind": "style", "title": "The Great Wave", "author": "Hokusai", "year": "1831",
    "licence": "CC0", "source": "https://museum.example", "file": "wave.jpg",
}  # fmt: skip


def write_card(folder: Path, **values: object) -> Path:
    path = folder / "wave.json"
    path.write_text(json.dumps(VALUES | values), encoding="utf-8")
    return path


def test_a_card_is_read_and_its_file_taken_as_beside_it(tmp_path: Path) -> None:
    card = read_card(write_card(tmp_path, title="Große Welle", added_later=1))
    assert (card.title, card.author, card.file) == ("Große Welle", "Hokusai", tmp_path / "wave.jpg")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"id": "a"}', json.dumps(VALUES | {"file": 3}), "\xff"])
def test_what_is_no_card_says_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "wave.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(StudioError, match=r"wave\.json is not a card"):
        read_card(path)


@pytest.mark.parametrize("name", ["../x.png", "sub/x.png", "/etc/x.png", "C:\\x.png", "a\0.png", "", ".", ".."])
def test_a_card_names_a_file_beside_it_and_no_other(tmp_path: Path, name: str) -> None:
    values = dict.fromkeys(("id", "kind", "title", "author", "year", "licence", "source"), "a")
    path = tmp_path / "card.json"
    path.write_text(json.dumps(values | {"file": "a.png"}))
    assert read_card(path).file == tmp_path / "a.png"
    path.write_text(json.dumps(values | {"file": name}))
    with pytest.raises(StudioError, match="is not a card"):
        read_card(path)


def test_a_missing_card_says_so(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="is not a card"):
        read_card(tmp_path / "gone.json")


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({}, "The Great Wave (Hokusai, 1831), CC0"),
        ({"year": ""}, "The Great Wave (Hokusai), CC0"),
        ({"author": "", "year": ""}, "The Great Wave, CC0"),
        ({"credit": "Wave, by permission"}, "Wave, by permission"),
    ],
)
def test_the_credit_line_is_the_given_one_or_made_of_what_is_known(
    values: dict[str, str], line: str, tmp_path: Path
) -> None:
    assert read_card(write_card(tmp_path, **values)).credit_line == line


def test_verify_accepts_the_file_the_card_was_written_for_and_no_other(tmp_path: Path) -> None:
    card = Card("a", "model", "A", "B", "", "MIT", "", tmp_path / "a.bin", sha256=hashlib.sha256(b"abc").hexdigest())
    with pytest.raises(WeightsError, match=r"a\.bin is missing"):
        card.verify()
    card.file.write_bytes(b"abc")
    card.verify()
    card.file.write_bytes(b"abd")
    with pytest.raises(WeightsError, match=r"a\.bin is damaged"):
        card.verify()


def test_the_bundled_cards_have_unique_ids_and_files_that_are_there() -> None:
    for kind in ("styles", "demo"):
        cards = bundled_cards(kind)
        assert cards
        assert len({card.id for card in cards}) == len(cards)
        assert all(card.file.is_file() and card.licence and card.source for card in cards)


@pytest.mark.parametrize("licence", ["", " ", "unknown", "Unknown "])
def test_a_licence_nobody_named_is_unknown(licence: str, tmp_path: Path) -> None:
    assert licence_is_unknown(read_card(write_card(tmp_path, licence=licence)))


@pytest.mark.parametrize(
    "licence", [name for name in LICENCES if name != UNKNOWN_LICENCE] + ["ask the unknown painter"]
)
def test_any_other_licence_is_known(licence: str, tmp_path: Path) -> None:
    assert not licence_is_unknown(read_card(write_card(tmp_path, licence=licence)))


@pytest.mark.parametrize(
    ("licence", "rights"),
    [
        *((licence, rights) for rights, licence in RIGHTS.items()),
        ("CC0 1.0", "public-domain"),
        ("Public domain (the work)", "public-domain"),
        ("CC BY 4.0", "permitted"),
        ("", "unknown"),
    ],
)
def test_every_licence_amounts_to_one_word(tmp_path: Path, licence: str, rights: str) -> None:
    assert rights_of(read_card(write_card(tmp_path, licence=licence))) == rights


def test_a_card_names_what_nobody_said_a_licence_of(tmp_path: Path) -> None:
    known, unknown = (read_card(write_card(tmp_path, licence=licence)) for licence in ("CC0 1.0", "unknown"))
    assert unknown_licences([known]) == ""
    assert unknown_licences([known, unknown]).startswith(f"The licence of {unknown.title} is unknown")
    assert unknown.credit_line.endswith("licence unknown")


@pytest.mark.parametrize(("written", "is_marked"), [(True, True), ("yes", True), (False, False), ("no", False)])
def test_a_mark_against_learning_counts_however_it_is_written_and_is_kept(
    tmp_path: Path, written: object, is_marked: bool
) -> None:
    path = write_card(tmp_path, no_learn=written)
    card = read_card(path)
    assert card.no_learn is is_marked
    path.write_text(card_json(card))
    assert read_card(path) == card
