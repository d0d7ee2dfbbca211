"""The tune-many command: of each folder of works a style; what goes wrong with one costs no other."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio.core.engine_api.contract import Event, Request
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineError
from studio.core.styles.learned_style_file import read_learned, training_file
from studio.jobs.lessons.lessons import JOURNAL_NAME
from tests.support.command_line import Studio
from tests.support.fakes import FakeEngine, make_picture

FORBIDDEN = b"http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"


def make_works(folder: Path, seed: int, count: int = 3) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        Image.fromarray(make_picture(300, 260, seed=10 * seed + number).pixels).save(folder / f"work {number}.png")
    return folder


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """A folder with those of three artists."""
    for seed, name in enumerate(("Claude Monet", "hokusai", "Zorn_early")):
        make_works(tmp_path / "art" / name, seed)
    return tmp_path / "art"


class PickyEngine(FakeEngine):
    """Fails, or is interrupted, in the second step of a lesson of this title."""

    def __init__(self, title: str, error: BaseException) -> None:
        super().__init__()
        self.title, self.problem = title, error
        self.now = ""

    def run(self, request: Request) -> Iterator[Event]:
        assert isinstance(request, TuneRequest)
        self.now = request.card.title
        yield from super().run(request)

    def before_frame(self, request: Any, step: int) -> None:
        if self.now == self.title and step == 2:
            raise self.problem


def requests_of(studio: Studio) -> list[TuneRequest]:
    requests = [request for request in studio.engine.requests if isinstance(request, TuneRequest)]
    assert len(requests) == len(studio.engine.requests)
    return requests


def states(studio: Studio) -> list[tuple[str, str]]:
    """The ends of all lessons, by output."""
    ends = [line for line in studio.lines if line["event"] == "item" and "progress" not in line]
    return [(line["output"], line["state"]) for line in ends]


def test_each_folder_in_a_folder_becomes_a_style_of_its_name(studio: Studio, art: Path) -> None:
    rows = ["path\ttitle\tauthor\tyear\tkind\tlicence\tsource"]
    rows += [f"work {number}.png\tW\tKatsushika Hokusai\t\tprint\t\t" for number in range(3)]
    (art / "hokusai" / "MANIFEST.tsv").write_text("\n".join(rows))
    assert studio("tune-many", art, "-o", "styles", "--licence", "CC BY 4.0") == 0
    cards = {path.name: read_learned(path)[0] for path in sorted((studio.folder / "styles").glob("*.safetensors"))}
    assert {name: (card.title, card.author) for name, card in cards.items()} == {
        "claude-monet.safetensors": ("Claude Monet", ""),
        "hokusai.safetensors": ("hokusai", "Katsushika Hokusai"),
        "zorn_early.safetensors": ("Zorn_early", ""),
    }
    assert {card.licence for card in cards.values()} == {"CC BY 4.0"}
    assert all(len(request.references) == 3 for request in requests_of(studio))
    assert "3 of 3 styles learnt into styles" in studio.err


def test_works_in_folders_below_are_credited_by_the_cards_beside_them(studio: Studio, art: Path) -> None:
    early = art / "hokusai" / "early"
    early.mkdir()
    for path in sorted((art / "hokusai").glob("*.png")):
        card = {"id": path.stem, "kind": "style", "title": f"Wave, {path.stem}", "author": "Katsushika Hokusai"}
        card |= {"year": "", "licence": "CC0 1.0", "source": "", "file": path.name}
        place = art / "hokusai" if path.stem == "work 2" else early
        path.rename(place / path.name).with_suffix(".json").write_text(json.dumps(card))
    assert studio("tune-many", art / "hokusai", "-o", "styles") == 0
    card, _ = read_learned(studio.folder / "styles" / "hokusai.safetensors")
    assert card.author == "Katsushika Hokusai"
    assert card.trained_on == "Wave, work 2, Wave, work 0 and Wave, work 1 (Katsushika Hokusai, CC0 1.0)"


def test_folders_that_are_named_are_an_artist_each_and_settings_hold_for_all(studio: Studio, art: Path) -> None:
    words = ("--deep-steps", "9", "--author", "Me", "--photos", "photo.png")
    assert studio("tune-many", art / "hokusai", art / "Claude Monet", "-o", "styles", *words) == 0
    requests = requests_of(studio)
    assert [request.card.title for request in requests] == ["hokusai", "Claude Monet"]
    assert {(request.settings.deep_steps, request.card.author, len(request.photos)) for request in requests} == {
        (9, "Me", 1)
    }


def test_a_lesson_that_fails_is_listed_with_its_reason_and_costs_no_other(studio: Studio, art: Path) -> None:
    studio.engine = PickyEngine("hokusai", EngineError("The numbers blew up while learning."))
    make_works(art / "alone", 7, count=1)
    assert studio("tune-many", art, "-o", "styles", "--json") == 1
    assert states(studio) == [
        ("alone.safetensors", "skipped"),
        ("claude-monet.safetensors", "done"),
        ("hokusai.safetensors", "failed"),
        ("zorn_early.safetensors", "done"),
    ]
    reasons = {line["output"]: line["reason"] for line in studio.lines if "reason" in line}
    assert "One picture teaches" in reasons["alone.safetensors"] and "--anyway" in reasons["alone.safetensors"]
    assert reasons["hokusai.safetensors"] == "The numbers blew up while learning."
    assert studio.lines[-1] == {
        "event": "done", "folder": "styles", "items": 4, "done": 2, "skipped": 1, "failed": 1, "left": 0
    }  # fmt: skip
    # Again: what is done stays, what failed goes on from its checkpoint.
    studio.engine = FakeEngine()
    assert studio("tune-many", art, "-o", "styles", "--json") == 1
    assert [(request.card.title, request.is_resumed) for request in requests_of(studio)] == [("hokusai", True)]


def test_ctrl_c_keeps_what_is_learnt_and_the_same_command_goes_on(studio: Studio, art: Path) -> None:
    studio.engine = PickyEngine("hokusai", KeyboardInterrupt())
    assert studio("tune-many", art, "-o", "styles") == 130
    assert "1 of 3 styles learnt into styles, 2 left. The same command continues with them." in studio.err
    styles = studio.folder / "styles"
    assert read_learned(styles / "hokusai.safetensors") and training_file(styles / "hokusai.safetensors").is_file()
    studio.engine = FakeEngine()
    assert studio("tune-many", art, "-o", "styles", "--json") == 0
    assert studio.lines[0] == {"event": "lessons", "folder": "styles", "items": 3, "left": 2, "notes": []}
    requests = requests_of(studio)
    assert [(request.card.title, request.is_resumed) for request in requests] == [
        ("hokusai", True),
        ("Zorn_early", False),
    ]
    steps = [(line["output"], line["step"]) for line in studio.lines if "step" in line]
    assert steps[:3] == [("hokusai.safetensors", step) for step in (1, 2, 3)]
    studio.settings.clear()
    assert studio("tune-many", art, "-o", "styles") == 0
    assert studio.is_untouched


def test_a_style_that_was_there_is_replaced_only_when_told_to(studio: Studio, art: Path) -> None:
    styles = studio.folder / "styles"
    styles.mkdir()
    (styles / "hokusai.safetensors").write_bytes(b"somebody else's")
    assert studio("tune-many", art, "-o", "styles", "--json") == 1
    assert ("hokusai.safetensors", "skipped") in states(studio)
    assert (styles / "hokusai.safetensors").read_bytes() == b"somebody else's"
    (art / "hokusai" / "MANIFEST.tsv").unlink(missing_ok=True)
    assert studio("tune-many", art, "-o", "styles", "--json", "--overwrite") == 0  # all again: it had come to its end
    assert [state for _, state in states(studio)] == ["done"] * 3
    assert read_learned(styles / "hokusai.safetensors")


def test_overwriting_goes_on_after_an_interruption_and_does_not_begin_anew(studio: Studio, art: Path) -> None:
    assert studio("tune-many", art, "-o", "styles") == 0
    studio.engine = PickyEngine("hokusai", KeyboardInterrupt())
    assert studio("tune-many", art, "-o", "styles", "--overwrite") == 130
    studio.engine = FakeEngine()
    assert studio("tune-many", art, "-o", "styles", "--overwrite") == 0
    requests = requests_of(studio)
    assert [(request.card.title, request.is_resumed) for request in requests] == [
        ("hokusai", True),
        ("Zorn_early", False),
    ]


def test_the_same_names_from_elsewhere_are_other_lessons(studio: Studio, art: Path, tmp_path: Path) -> None:
    assert studio("tune-many", art / "hokusai", "-o", "styles") == 0
    make_works(tmp_path / "other" / "Hokusai", 5)
    assert studio("tune-many", tmp_path / "other" / "Hokusai", "-o", "styles", "--json") == 1
    assert "exists already" in studio.lines[-2]["reason"]
    assert studio("tune-many", art / "hokusai", tmp_path / "other" / "Hokusai", "-o", "styles") == 2
    assert "would both be learnt into hokusai.safetensors" in studio.err


def test_works_that_forbid_it_are_not_learnt_from(studio: Studio, art: Path) -> None:
    for path in (art / "hokusai").iterdir():
        path.write_bytes(path.read_bytes() + FORBIDDEN)
    marked = art / "Claude Monet" / "work 0.png"
    marked.write_bytes(marked.read_bytes() + FORBIDDEN)
    make = make_works(art / "Claude Monet" / "more", 8, count=2)
    assert make.is_dir()
    assert studio("tune-many", art, "-o", "styles", "--json") == 1
    (skipped,) = [line for line in studio.lines if line.get("state") == "skipped"]
    assert skipped["output"] == "hokusai.safetensors" and "3 of 3 pictures may not be learnt from" in skipped["reason"]
    assert "Left out: work 0.png may not be learnt from" in studio.err
    monet = next(request for request in requests_of(studio) if request.card.title == "Claude Monet")
    assert len(monet.references) == 4


def test_a_style_whose_end_or_checkpoint_was_not_noted_is_learnt_again(studio: Studio, art: Path) -> None:
    assert studio("tune-many", art, "-o", "styles") == 0
    journal = studio.folder / "styles" / JOURNAL_NAME
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    kept = [line for line in lines if not (line.get("state") == "done" and line["item"] == 1) and "end" not in line]
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in kept))
    studio.engine = FakeEngine()
    assert studio("tune-many", art, "-o", "styles") == 0
    assert [(each.card.title, each.is_resumed) for each in requests_of(studio)] == [("hokusai", False)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("photo.png", "-o", "styles"), "photo.png is not a folder"),
        (("art/empty", "-o", "styles"), "There are no pictures in art/empty"),
        (("art", "-o", "photo.png"), "photo.png is not a folder"),
        (("art", "-o", "styles", "--deep-steps", "0"), "Deep steps is 0"),
        (("art", "-o", "styles", "--cluster", "local:none"), "local:none is not a cluster"),
        (("art", "-o", "styles", "--cluster", "local:0"), "local:0 is not a cluster"),
    ],
)
def test_mistakes_are_found_before_the_engine_is_loaded(
    studio: Studio, art: Path, words: tuple[str, ...], sentence: str
) -> None:
    (art / "empty").mkdir()
    assert studio("tune-many", *words) == 2
    assert sentence in studio.err
    assert studio.is_untouched


@pytest.mark.skipif(os.name == "nt", reason="names and pipes that Windows does not allow")
def test_hostile_names_and_files_in_folders_cost_nothing(studio: Studio, tmp_path: Path) -> None:
    art = tmp_path / "art"
    names = ("con", "n" * 250, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 120, "two\nlines", "\u202ertl", "!!!")
    for seed, name in enumerate(names):
        make_works(art / name, seed)
    os.mkfifo(art / "!!!" / "pipe.jpg")
    (art / "!!!" / "loop.jpg").symlink_to("loop.jpg")
    (art / "!!!" / "works").symlink_to(art)
    assert studio("tune-many", art, "-o", "styles", "--json") == 0
    ends = states(studio)
    assert len(ends) == 6 and {state for _, state in ends} == {"done"}
    assert "con_.safetensors" in dict(ends)  # Windows has a device of the other name in every folder
    for output, _ in ends:
        card, _ = read_learned(studio.folder / "styles" / output)
        assert card.title.isprintable()
    assert "pipe.jpg is not an ordinary file" in studio.err


def test_works_whose_names_differ_only_far_behind_are_not_learnt_into_one_file(studio: Studio, tmp_path: Path) -> None:
    for seed, end in enumerate("ab"):
        make_works(tmp_path / "art" / ("n" * 210 + end), seed)
    assert studio("tune-many", tmp_path / "art", "-o", "styles") == 2
    assert "would both be learnt into" in studio.err and not list(tmp_path.rglob("*.safetensors"))


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_out_of_the_folder_is_not_written_through(studio: Studio, art: Path, is_there: bool) -> None:
    (studio.folder / "styles").mkdir()
    elsewhere = studio.folder / "elsewhere.safetensors"
    if is_there:
        elsewhere.write_bytes(b"mine")
    (studio.folder / "styles" / "hokusai.safetensors").symlink_to(elsewhere)
    assert studio("tune-many", art, "-o", "styles", "--overwrite", "--json") == 1
    assert dict(states(studio))["hokusai.safetensors"] == "skipped"
    (reason,) = [line["reason"] for line in studio.lines if "reason" in line]
    assert "nothing is written outside of" in reason and "Remove the link." in reason
    assert elsewhere.read_bytes() == b"mine" if is_there else not elsewhere.exists()
