"""The tune command: opens what it can, doubts aloud, tells how it goes, and keeps what is learnt whatever ends it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from studio.core.curator.lesson_outlook import LessonOutlook
from studio.core.engine_api.contract import StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineError
from studio.core.styles.learned_style_file import read_learned
from studio.core.training.reference_checks import Remark
from tests.support.command_line import Studio
from tests.support.fakes import FakeEngine, make_picture

OUT = "mine.safetensors"


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A folder of three pictures by one artist."""
    folder = tmp_path / "works"
    folder.mkdir()
    for number in range(3):
        Image.fromarray(make_picture(300, 260, seed=number).pixels).save(folder / f"work {number}.png")
    return folder


def request_of(studio: Studio) -> TuneRequest:
    request = studio.engine.requests[-1]
    assert isinstance(request, TuneRequest)
    return request


class InterruptedEngine(FakeEngine):
    def __init__(self, at: int = 2) -> None:
        super().__init__()
        self.at = at

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if step == self.at:
            raise KeyboardInterrupt


def test_a_folder_becomes_a_style_with_a_card(studio: Studio, works: Path) -> None:
    assert studio("tune", works, "--name", "My hand", "--author", "Me", "--licence", "CC BY 4.0", "-o", OUT) == 0
    request = request_of(studio)
    assert [picture.name for picture in request.references] == ["work 0.png", "work 1.png", "work 2.png"]
    card, _ = read_learned(studio.folder / OUT)
    assert (card.title, card.author, card.licence) == ("My hand", "Me", "CC BY 4.0")
    assert f"--style {OUT}" in studio.err and "Nearer." in studio.err


def test_the_style_can_be_painted_with_at_once(studio: Studio, works: Path) -> None:
    studio("tune", works, "--name", "My hand", "-o", OUT)
    assert studio("render", "photo.png", "--style", OUT, "-o", "painted.png") == 0
    request = studio.engine.requests[-1]
    assert isinstance(request, StyleRequest)
    (learned,) = request.learned
    assert learned is not None and request.styles == (learned.references[0],)


def test_settings_reach_the_engine(studio: Studio, works: Path) -> None:
    studio(
        "tune",
        works,
        "--name",
        "x",
        "-o",
        OUT,
        "--all-layers",
        "--deep-steps",
        "20",
        "--crop",
        "96",
        "--photos",
        "photo.png",
    )
    request = request_of(studio)
    settings = request.settings
    assert (settings.is_deep, settings.is_gradual, settings.deep_steps, settings.crop) == (True, False, 20, 96)
    assert [photo.name for photo in request.photos] == ["photo.png"]


def test_every_step_is_a_line_of_json(studio: Studio, works: Path) -> None:
    assert studio("tune", works, "--name", "x", "-o", OUT, "--json") == 0
    steps = [line for line in studio.lines if line["event"] == "lesson"]
    assert [line["step"] for line in steps] == [1, 2, 3]
    assert steps[-1]["held_out"]["total"] < steps[0]["held_out"]["total"]
    assert studio.lines[-1]["event"] == "done" and studio.lines[-1]["file"] == OUT


def test_a_bad_file_is_named_and_left_out(studio: Studio, works: Path) -> None:
    (works / "broken.jpg").write_bytes(b"\xff\xd8 not much")
    assert studio("tune", works, "--name", "x", "-o", OUT) == 0
    assert "Left out: broken.jpg" in studio.err
    assert len(request_of(studio).references) == 3


def test_doubts_are_said_and_overruled_when_told_to(studio: Studio) -> None:
    assert studio("tune", "photo.png", "--name", "x", "-o", OUT) == 2
    assert "One picture teaches" in studio.err and "64 x 48 px" in studio.err and "--anyway" in studio.err
    assert studio.is_untouched
    assert studio("tune", "photo.png", "--name", "x", "-o", OUT, "--anyway") == 0


def test_what_is_learnt_so_far_survives_an_interruption_and_is_resumed(studio: Studio, works: Path) -> None:
    studio.engine = InterruptedEngine()
    assert studio("tune", works, "--name", "x", "-o", OUT) == 130
    assert "--resume continues" in studio.err
    assert read_learned(studio.folder / OUT)
    studio.engine = FakeEngine()
    assert studio("tune", works, "--name", "x", "-o", OUT) == 2  # nothing is replaced unasked
    assert studio("tune", works, "--name", "x", "-o", OUT, "--resume") == 0
    assert request_of(studio).is_resumed
    assert studio("tune", works, "--name", "x", "-o", OUT, "--resume") == 2  # it has come to its end


def test_an_older_style_is_not_called_what_was_learnt_so_far(studio: Studio, works: Path) -> None:
    assert studio("tune", works, "--name", "x", "-o", OUT) == 0
    studio.engine = InterruptedEngine(at=1)
    assert studio("tune", works, "--name", "x", "-o", OUT, "--overwrite", "--json") == 130
    assert studio.lines[-1]["file"] is None
    studio.engine = InterruptedEngine(at=2)
    assert studio("tune", works, "--name", "x", "-o", OUT, "--overwrite", "--json") == 130
    assert studio.lines[-1]["file"] == OUT
    studio.engine = InterruptedEngine(at=1)
    assert studio("tune", works, "--name", "x", "-o", OUT, "--resume", "--json") == 130
    assert studio.lines[-1]["file"] == OUT


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--name", "x", "-o", "mine.png"], "ends in .safetensors"),
        (["--name", "x", "-o", "/"], "ends in .safetensors; / does not."),
        (["--name", "x", "-o", "nowhere/mine.safetensors"], "folder nowhere is not there"),
        (["--name", " ", "-o", OUT], "no name"),
        (["--name", "x", "-o", OUT, "--steps", "0"], "Steps is 0"),
        (["--name", "x", "-o", OUT, "--learning-rate", "7"], "Learning rate is 7"),
    ],
)
def test_mistakes_are_found_before_the_engine_is_loaded(
    studio: Studio, works: Path, arguments: list[str], words: str
) -> None:
    assert studio("tune", works, *arguments) == 2
    assert words in studio.err
    assert studio.is_untouched


def test_an_engine_that_fails_is_an_error_and_the_style_so_far_stays(studio: Studio, works: Path) -> None:
    studio.engine = FakeEngine(error=EngineError("The numbers blew up while learning."), error_at=3)
    assert studio("tune", works, "--name", "x", "-o", OUT) == 1
    assert "blew up" in studio.err
    assert read_learned(studio.folder / OUT)


def test_pictures_that_forbid_it_are_named_and_not_learnt_from(studio: Studio, works: Path) -> None:
    marked = sorted(works.iterdir())[0]
    marked.write_bytes(marked.read_bytes() + b"http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED")
    count = len(list(works.iterdir())) - 1
    assert studio("tune", str(works), "--name", "x", "-o", "x.safetensors", "--anyway") == 0
    assert f"Left out: {marked.name} may not be learnt from: its data mining property (IPTC/PLUS" in studio.err
    (request,) = (each for each in studio.engine.requests if isinstance(each, TuneRequest))
    assert isinstance(request, TuneRequest) and len(request.references) == count
    for path in works.iterdir():
        path.write_bytes(path.read_bytes() + b"http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED")
    assert studio("tune", str(works), "--name", "y", "-o", "y.safetensors", "--anyway") == 2
    assert f"{count + 1} of {count + 1} pictures may not be learnt from, which leaves none" in studio.err


@pytest.mark.parametrize(("is_doubt", "code"), [(True, 2), (False, 0)])
def test_what_to_expect_is_said_before_the_first_step(
    studio: Studio, works: Path, monkeypatch: pytest.MonkeyPatch, is_doubt: bool, code: int
) -> None:
    class Outlook:
        def remarks(self, features: Sequence[object]) -> tuple[Remark, ...]:
            return (Remark(f"{len(features)} photos.", is_doubt=is_doubt),)

    monkeypatch.setattr(LessonOutlook, "load", Outlook)
    assert studio("tune", works, "--name", "x", "-o", OUT) == code
    assert "3 photos." in studio.err and ("--anyway" in studio.err) == is_doubt
    asked = [isinstance(request, TuneRequest) for request in studio.engine.requests]
    assert asked == [False] * 3 + [True] * (not is_doubt)
    assert studio("tune", works, "--name", "x", "-o", OUT, "--anyway", "--overwrite") == 0
