"""The commands that compare works: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.support.command_line import Studio
from tests.support.fakes import make_picture

WORKS = (("red", (200, 30, 30), "1888"), ("rose", (205, 60, 60), "c. 1889"), ("blue", (20, 40, 200), "1925"))


@pytest.fixture
def pictures(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STYLE_STUDIO_CACHE", str(studio.folder / "cache"))
    folder = studio.folder / "pictures"
    folder.mkdir()
    lines = ["path\ttitle\tauthor\tyear\tkind\tlicence\tsource"]
    for name, color, year in WORKS:
        Image.new("RGB", (40, 30), color).save(folder / f"{name}.png")
        lines.append(f"{name}.png\t{name.title()}\tAnna\t{year}\tpainting\tPublic domain\tx")
    (folder / "MANIFEST.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_two_works_are_compared_in_words_with_a_caution(studio: Studio, pictures: Path) -> None:
    assert studio("compare", pictures / "red.png", pictures / "blue.png") == 0
    assert "colour and grain: " in studio.out and "things: " in studio.out
    assert "\N{LEFT DOUBLE QUOTATION MARK}Red\N{RIGHT DOUBLE QUOTATION MARK}" in studio.out
    assert "nor influenced" in studio.out


def test_a_program_gets_numbers(studio: Studio, pictures: Path) -> None:
    assert studio("compare", pictures / "red.png", pictures / "red.png", "--json") == 0
    (values,) = studio.lines
    assert values["event"] == "compared"
    assert values["first"]["path"] == str(pictures / "red.png")
    assert values["palette_distance"] == 0 and [layer["distance"] for layer in values["layers"]] == [0, 0, 0, 0]
    assert len(values["patches"]) == 3


def test_a_comparison_is_written_as_a_picture_and_replaces_nothing_unasked(studio: Studio, pictures: Path) -> None:
    command = ("compare", pictures / "red.png", pictures / "blue.png", "-o", "sheet.png")
    assert studio(*command) == 0
    with Image.open(studio.folder / "sheet.png") as image:
        assert image.width == 1600
    before = (studio.folder / "sheet.png").read_bytes()
    assert studio(*command) == 2
    assert "exists already" in studio.err
    assert (studio.folder / "sheet.png").read_bytes() == before
    assert studio(*command, "--overwrite") == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("compare", "photo.png", "nothing.png"), "no picture nothing.png"),
        (("compare", "-", "-"), "only one picture"),
        (("compare", "photo.png", "photo.png", "-o", "sheet.jpg"), "is not a .png file"),
        (("compare", "photo.png", "photo.png", "-o", "photo.png", "--overwrite"), "is one of the pictures"),
        (("compare", "photo.png", "photo.png", "-o", "none/sheet.png"), "none"),
        (("influence", "nowhere"), "no folder"),
        (("influence", ".", "-k", "0"), "-k is 0"),
        (("influence", ".", "-o", "page.pdf"), "is neither .html nor .json"),
    ],
)
def test_what_cannot_be_is_said_before_the_engine_is_made(
    studio: Studio, arguments: tuple[str, ...], said: str
) -> None:
    assert studio(*arguments) == 2
    assert said in studio.err
    assert studio.is_untouched


def test_influence_names_earlier_works_with_a_caution(studio: Studio, pictures: Path) -> None:
    assert studio("influence", "pictures", "--at-least", "-1") == 0
    lines = studio.out.splitlines()
    assert lines[0] == "Red, Anna, 1888"
    assert lines[1] == "Rose, Anna, c. 1889"
    assert "Red, Anna, 1888, if that is earlier" in lines[2]
    assert "does not mean influenced" in studio.out


def test_influence_is_json_or_a_page(studio: Studio, pictures: Path) -> None:
    Image.fromarray(make_picture(30, 20).pixels).save(pictures / "undated.png")
    assert studio("influence", "pictures", "-k", "1", "--at-least", "-1", "--json") == 0
    values = studio.lines[-1]
    assert [work["title"] for work in values["works"]] == ["Red", "Rose", "Blue"]
    assert len(values["edges"]) == 2 and values["undated"] == 1
    assert studio("influence", "pictures", "-o", "page.html", "--at-least", "-1") == 0
    assert "image/webp" in (studio.folder / "page.html").read_text(encoding="utf-8")
    assert studio("influence", "pictures", "-o", "graph.json") == 0
    assert json.loads((studio.folder / "graph.json").read_text(encoding="utf-8"))["works"]
    assert studio("influence", "pictures", "-o", "page.html") == 2


def test_pictures_without_dates_are_told(studio: Studio, pictures: Path) -> None:
    (pictures / "MANIFEST.tsv").unlink()
    assert studio("influence", "pictures") == 2
    assert "has a date" in studio.err
