"""A trained network's card: counted from the manifest, and nothing said that was not counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.card import Card
from studio.core.errors import StudioError
from studio.core.training.data_card import (
    TrainingRun,
    describe_data,
    describe_gaps,
    make_card,
    read_manifest,
    works_like,
)

HEAD = "path\ttitle\tauthor\tyear\tkind\tlicence\tsource"
LINES = (
    "wave_full.jpg\tThe Great Wave\tHokusai\tc. 1831\tprint full\tPublic domain (old)\tA museum",
    "wave_crop1.jpg\tThe Great Wave\tHokusai\tc. 1831\tprint crop1@0,0,9x9\tPublic domain (old)\tA museum",
    "lion_full.jpg\tLion\tDürer\t1494\tdrawing full\tPublic domain\tA museum",
    "now_full.jpg\tNow\tSomebody\t1999\tpainting full\tCC-BY-4.0 (by mail)\tThe painter",
    'quote_full.jpg\tSay "so\tSomebody\t\tpainting full\tCC-BY-4.0\tThe painter',
)
BASE = Card("base", "model", "Base", "Ghiasi", "2017", "Apache-2.0", "Magenta", Path("b"), "", "Base, Magenta", "net")
RUN = TrainingRun(
    BASE, 30, 60, "CPU, 2 cores", "2026-02-03", {"style": 0.6, "content": 0.5}, {"style": 0.5}, {"inside": 48}
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "MANIFEST.tsv").write_text("\n".join((HEAD, *LINES)), encoding="utf-8")
    return tmp_path


def test_works_are_counted_once_by_sort_century_and_licence(folder: Path) -> None:
    manifest = read_manifest(folder)
    text = describe_data("styles", sorted(manifest), manifest)
    assert text.startswith("4 styles: painting 2, ")
    assert "print 1" in text and "drawing 1" in text
    assert "3 with a year: " in text and "the 1800s 1" in text
    assert "Public domain 2" in text and "CC-BY-4.0 2" in text


def test_only_works_that_were_learnt_from_are_counted(folder: Path) -> None:
    assert describe_data("styles", ["lion"], read_manifest(folder)).startswith("1 styles: drawing 1")


def test_what_the_pictures_leave_out_is_told_as_far_as_the_manifest_knows(folder: Path) -> None:
    manifest = read_manifest(folder)
    text = describe_gaps(sorted(manifest), manifest)
    assert "by 3 names (most often Somebody 2" in text
    assert "3 have a year: 1 are from before 1800, 1 from 1950 or later" in text
    assert "culture" in text


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"path\ttitle\n\xff\xfe", "it is not text in UTF-8"), (b"path\ttitle\n" + b"x" * 200_000, "field larger than")],
)
def test_a_damaged_manifest_is_told_by_its_name(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "MANIFEST.tsv").write_bytes(data)
    with pytest.raises(StudioError, match=rf"MANIFEST\.tsv cannot be read: {words}"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"path\ttitle\n" + b"a\n" * 500_001, "more than 500,000 lines"),
        (b"\t".join(b"head%d" % number for number in range(101)) + b"\na\n", "more than 100 columns"),
        (b"path\n" + b"\n" * 2**26, "larger than"),
    ],
)
def test_a_manifest_that_would_fill_the_memory_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "MANIFEST.tsv").write_bytes(data)
    with pytest.raises(StudioError, match=words):
        read_manifest(tmp_path)


def test_a_manifest_with_the_mark_that_some_editors_write_first_is_read(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.tsv").write_bytes(b"\xef\xbb\xbfpath\ttitle\nboat_full.jpg\tBoat\n")
    assert read_manifest(tmp_path)["boat"]["title"] == "Boat"


def test_without_a_manifest_nothing_is_made_up(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}
    assert describe_data("photos", ["a", "b"], {}) == "2 photos without a manifest."
    assert "nothing is known" in describe_gaps(["a"], {})


def test_works_with_the_title_of_a_bundled_one_are_found(folder: Path) -> None:
    card = Card("wave", "style", "the great wave", "", "", "", "", Path("wave"))
    assert works_like([card], read_manifest(folder)) == {"wave"}


def test_the_card_credits_whoever_trained_it_before_and_tells_the_errors(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(b"weights")
    card = make_card(RUN, weights, "2 styles.", "No gaps.")
    card.verify()
    assert card.id == "mine" and card.licence == "Apache-2.0" and "Ghiasi" in card.author
    assert card.credit_line.startswith("Base, Magenta")
    assert "30 more steps (60 pictures painted) on CPU, 2 cores, until 2026-02-03" in card.trained_on
    assert "style error 0.600 before, 0.500 after" in card.trained_on
    assert "widths were changed first (channels: inside 48)" in card.trained_on
    assert card.limits.endswith("No gaps.")


def test_the_card_of_a_run_that_goes_on_from_such_a_network_names_everybody_once(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(b"weights")
    first = make_card(RUN, weights, "2 styles.", "No gaps.")
    second = make_card(replace(RUN, start=first, steps=50), weights, "3 styles.", "Few prints.")
    assert (second.title, second.author, second.credit, second.source) == (
        first.title,
        first.author,
        first.credit,
        first.source,
    )
    assert second.trained_on.startswith(first.trained_on) and "50 more steps" in second.trained_on
    assert second.limits == f"{first.limits} In the run after that: Few prints."
