"""Marks that forbid to learn from a picture are found, and nothing else is taken for one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from studio.core.artwork.credits import credits_of_photo
from studio.core.image_io import ExportOptions, open_picture, save_picture
from studio.core.image_io.containers.learning_marks import learning_mark
from studio.core.image_io.formats import SUFFIX_OF, WRITE_LIMITS
from studio.core.library.consent import forbids_learning, permitted
from studio.core.library.facts import FactsReader
from studio.core.styles.style_library import StyleLibrary
from tests.support.fakes import make_picture

PLUS = b"http://ns.useplus.org/ldf/vocab/DMI-"


@pytest.mark.parametrize(
    "data",
    [
        PLUS + b"PROHIBITED",
        PLUS + b"PROHIBITED-AIMLTRAINING",
        PLUS + b"PROHIBITED-GENAIMLTRAINING",
        b"\x6fc2pa.ai_training\xa1\x63use\x6anotAllowed",
        b"c2pa.ai_generative_training" + b"\x00" * 20 + b"notAllowed",
    ],
)
@pytest.mark.parametrize("before", [0, (1 << 20) - 12, 3 << 20])
def test_a_mark_is_found_wherever_it_lies(tmp_path: Path, data: bytes, before: int) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff" * before + data + b"\xff" * 1000)
    assert forbids_learning(path)


@pytest.mark.parametrize("data", [b"", PLUS + b"ALLOWED", b"c2pa.ai_training\xa1allowed", b"notAllowed"])
def test_what_is_no_prohibition_is_none(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    assert not forbids_learning(path)
    assert not forbids_learning(tmp_path / "nothing.jpg")


def test_a_refusal_names_the_picture_and_where_it_is_marked(tmp_path: Path) -> None:
    marked, mined, told, listed, free = (tmp_path / f"{name}.png" for name in ("m", "n", "told", "listed", "free"))
    marked.write_bytes(PLUS + b"PROHIBITED-AIMLTRAINING</plus:DataMining>")
    mined.write_bytes(b"c2pa.ai_training\xa1\x63use\x6anotAllowed")
    for path in (told, listed, free):
        path.write_bytes(b"pixels")
    card = {"id": "a", "kind": "style", "title": "A", "author": "", "year": "", "licence": "", "source": ""}
    told.with_suffix(".json").write_text(json.dumps(card | {"file": told.name, "no_learn": True}))
    head = "path\ttitle\tauthor\tyear\tkind\tlicence\tsource\tno_learn\n"
    (tmp_path / "MANIFEST.tsv").write_text(f"{head}listed.png\tL\tB\t1900\tpainting\t\t\tyes\n")
    found = permitted([marked, mined, told, listed, free])
    assert found.paths == (free,)
    assert found.refusals == (
        "m.png may not be learnt from: its data mining property (IPTC/PLUS, DMI-PROHIBITED-AIMLTRAINING) forbids it.",
        "n.png may not be learnt from: its training and data mining assertion (C2PA) forbids it.",
        'told.png may not be learnt from: "no_learn" in told.json forbids it.',
        'listed.png may not be learnt from: "no_learn" in a MANIFEST.tsv forbids it.',
    )
    assert found.too_few(1) == "4 of 5 pictures may not be learnt from, which leaves 1: too few."
    assert permitted([free]).too_few(0) == ""


def test_what_the_studio_exports_with_the_mark_is_found_in_every_format(tmp_path: Path) -> None:
    made_of = credits_of_photo(make_picture(), "Boat")
    for format_name in WRITE_LIMITS:
        path = tmp_path / f"boat{SUFFIX_OF[format_name]}"
        save_picture(make_picture(), path, ExportOptions(format_name, no_learn=True), made_of)
        if format_name != "ora":  # its metadata is compressed in the archive
            assert "DMI-PROHIBITED-AIMLTRAINING" in learning_mark(path), format_name
        save_picture(make_picture(), path, ExportOptions(format_name), made_of)
        assert not learning_mark(path)


def test_an_own_style_made_of_a_marked_picture_keeps_the_mark(tmp_path: Path) -> None:
    path = tmp_path / "boat.png"
    save_picture(make_picture(), path, ExportOptions("png", no_learn=True), credits_of_photo(make_picture(), "Boat"))
    library = StyleLibrary(tmp_path / "styles")
    card = library.add(open_picture(path))
    assert card.no_learn
    assert permitted([card.file]).refusals == (
        f'{card.file.name} may not be learnt from: "no_learn" in {card.id}.json forbids it.',
    )


def test_a_card_can_forbid_it_and_tells_the_rest(tmp_path: Path) -> None:
    card = {"id": "boat", "kind": "style", "title": "Boat", "author": "Anna", "year": "1999", "licence": "unknown"}
    card |= {"source": "here", "file": "boat.png", "no_learn": True}
    (tmp_path / "boat.json").write_text(json.dumps(card), encoding="utf-8")
    facts = FactsReader().facts_of(tmp_path / "boat.png")
    assert (facts.title, facts.author, facts.century, facts.may_learn) == ("Boat", "Anna", "20th century", False)
    assert FactsReader().facts_of(tmp_path / "other.png").may_learn


class GivenUpError(Exception):
    """What ends a search."""


def test_a_search_for_marks_can_be_given_up_in_the_middle_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    path.write_bytes(bytes(2 << 20) + PLUS + b"PROHIBITED")
    looks: list[int] = []

    def check() -> None:
        looks.append(1)
        if len(looks) == 2:
            raise GivenUpError

    with pytest.raises(GivenUpError):
        forbids_learning(path, check)
    assert forbids_learning(path, lambda: None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_is_not_waited_for_and_a_name_too_long_for_a_card_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    long = tmp_path / ("x" * 251 + ".jpg")
    long.write_bytes(b"x")
    (tmp_path / "MANIFEST.tsv").write_text(f"path\tno_learn\n{long.name}\tyes\n")
    found = permitted([tmp_path / "pipe.jpg", long])
    assert found.paths == (tmp_path / "pipe.jpg",)
    assert '"no_learn" in a MANIFEST.tsv forbids it' in found.refusals[0]
