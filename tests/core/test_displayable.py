"""Names of strangers: shown on one line, written in UTF-8, and never the end of the program."""

from __future__ import annotations

import json
import os
import pickle
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from studio.core.artwork.blend import Blend
from studio.core.artwork.credits import credits_of
from studio.core.batch.job import BatchItem
from studio.core.batch.journal import Journal, read_journal
from studio.core.card import Card, card_json, read_card
from studio.core.displayable import displayable
from studio.core.errors import PictureError, StudioError
from studio.core.image_io import ExportOptions, encode_picture, open_picture
from studio.core.image_io.formats import ExportFormat
from studio.core.image_io.xmp import read_recipe
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.core.storage.regular_file import shown_name
from studio.core.styles.style import Style
from studio.core.styles.style_library import StyleLibrary
from tests.support.fakes import make_picture

NO_UNICODE = "caf\udce9 \ud800.png"  # a byte that is no UTF-8, as Python has it, and half a character out of JSON
WELL_FORMED = "Große Welle & <b>浪</b> 👩\u200d🎨 \u05d0\u200f [bold]\\x1b"
ODD = "a\0b\x1b[31mc\nd\te\x85f\u202eg\u2066h\u2028i"


def card(**values: str) -> Card:
    texts = {"id": "a", "title": "A", "author": "", "year": "", "licence": "CC0", "source": ""} | values
    return Card(kind="style", file=Path("a.webp"), **texts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        (WELL_FORMED, WELL_FORMED),
        (NO_UNICODE, "caf\ufffd \ufffd.png"),
        (ODD, r"a\x00b\x1b[31mc\nd\te\x85f\u202eg\u2066h\u2028i"),
    ],
)  # fmt: skip
def test_a_text_is_shown_on_one_line_in_valid_unicode(text: str, shown: str) -> None:
    assert displayable(text) == shown == displayable(shown)
    assert shown.encode().decode() == shown


@pytest.mark.parametrize("text", [NO_UNICODE, ODD])
def test_pictures_cards_and_errors_hold_nothing_else(text: str) -> None:
    shown = displayable(text)
    assert make_picture(name=text).name == shown == shown_name(Path(text))
    texts = dict.fromkeys(("title", "author", "year", "licence", "source", "credit", "category"), text)
    assert [getattr(card(**texts), name) for name in texts] == [shown] * len(texts)
    assert replace(card(), title=text).title == shown
    error = pickle.loads(pickle.dumps(StudioError(f"{text} is gone.", f"Look for {text}.")))
    assert (error.message, error.remedy) == (f"{shown} is gone.", f"Look for {shown}.")


def test_a_card_with_half_a_character_can_be_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    values = {"id": "a", "kind": "style", "year": "", "licence": "", "source": "", "file": "a.webp"}
    path.write_text(json.dumps(values | {"title": "\ud800", "author": "\udce9"}), encoding="utf-8")
    read = read_card(path)
    path.write_bytes(card_json(read).encode())
    assert read_card(path) == read and (read.title, read.author) == ("\ufffd", "\ufffd")


def test_a_card_finds_its_file_whatever_bytes_that_is_called(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    given = replace(card(title="浪"), file=tmp_path / NO_UNICODE)
    path.write_bytes(card_json(given).encode())
    assert read_card(path).file == given.file
    assert "浪" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [NO_UNICODE, ODD])
def test_such_a_picture_becomes_a_style_of_ones_own(text: str) -> None:
    library = StyleLibrary()
    kept = library.add(make_picture(name=text))
    library.edit(replace(kept, author=text))
    assert [read.author for read in library.read()[0]] == [displayable(text)]


@pytest.mark.parametrize("format_name", ["png", "jpeg", "webp", "tiff", "avif"])
def test_such_names_do_not_stop_an_export(format_name: ExportFormat) -> None:
    picture, recipe = make_picture(name=NO_UNICODE), StyleRecipe(seed=7)
    style = Style(picture, card(title=NO_UNICODE, author=ODD))
    for title in ("", NO_UNICODE, ODD):
        made_of = credits_of(picture, [style], recipe, title, artist=NO_UNICODE, blend=Blend(picture, picture))
        data = encode_picture(picture, ExportOptions(format_name), made_of)
        assert read_recipe(data) == recipe


def test_an_error_about_such_a_file_can_be_written_down() -> None:
    with pytest.raises(PictureError, match="caf\ufffd") as caught:
        open_picture(Path(NO_UNICODE))
    assert str(caught.value).encode()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names in Unicode")
def test_such_a_file_is_opened_and_noted_under_its_own_bytes(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    Image.fromarray(make_picture().pixels).save(path, "PNG")
    picture = open_picture(path)
    assert (picture.name, picture.source) == ("caf\ufffd.png", path)
    journal = Journal(tmp_path)
    journal.begin({}, [BatchItem(0, path, path.name)])
    journal.close()
    record = read_journal(tmp_path)
    assert record is not None and record.items[0] == BatchItem(0, path, path.name)


def test_a_picture_stays_what_it_is() -> None:
    picture = Picture(make_picture().pixels, "a\nb.png")
    assert pickle.loads(pickle.dumps(picture)).name == picture.name == picture.with_pixels(picture.pixels).name
