"""Marks that forbid to learn from a picture are found, and nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.core.library.consent import forbids_learning
from studio.core.library.facts import FactsReader

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


def test_a_card_can_forbid_it_and_tells_the_rest(tmp_path: Path) -> None:
    card = {"id": "boat", "kind": "style", "title": "Boat", "author": "Anna", "year": "1999", "licence": "unknown"}
    card |= {"source": "here", "file": "boat.png", "no_learn": True}
    (tmp_path / "boat.json").write_text(json.dumps(card), encoding="utf-8")
    facts = FactsReader().facts_of(tmp_path / "boat.png")
    assert (facts.title, facts.author, facts.century, facts.may_learn) == ("Boat", "Anna", "20th century", False)
    assert FactsReader().facts_of(tmp_path / "other.png").may_learn
