"""Reports of work under way: JSON, sentences for people, failures and interruption."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from studio.core.engine_api.contract import Event, Frame, Progress, Request, StyleRequest
from studio.core.errors import EngineError
from tests.support.command_line import STYLE, Studio
from tests.support.fakes import FakeEngine


class InterruptedEngine(FakeEngine):
    """Someone presses Ctrl-C after so many frames."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def before_frame(self, request: StyleRequest, step: int) -> None:
        if step > self.after:
            raise KeyboardInterrupt


class ChattyEngine(FakeEngine):
    """Gives signs of life that tell nothing new."""

    def run(self, request: Request) -> Iterator[Event]:
        for event in super().run(request):
            yield event
            if isinstance(event, Frame):
                yield from (Progress(request.id, event.progress) for _ in range(3))


class SilentEngine(FakeEngine):
    """Ends without a result."""

    def run(self, request: Request) -> Iterator[Event]:
        return iter(())


def test_every_line_of_json_is_an_event_and_the_last_one_the_summary(studio: Studio) -> None:
    words = ("render", "photo.png", "--style", STYLE, "-o", "out.png", "--json", "--frames", "way", "--seed", "5")
    assert studio(*words) == 0
    assert [line["event"] for line in studio.lines] == ["progress", "frame", "frame", "frame", "done"]
    frame, last = studio.lines[1], studio.lines[-1]
    assert (frame["step"], frame["steps"], frame["width"], frame["height"]) == (1, 3, 48, 36)
    assert frame["progress"] == pytest.approx(1 / 3)
    assert frame["losses"] == {"total": 1.0}
    assert Path(frame["file"]).is_file()
    assert last["file"] == "out.png"
    assert last["bytes"] == Path("out.png").stat().st_size
    with Image.open("out.png") as image:
        assert (last["width"], last["height"]) == image.size
    assert last["recipe"]["seed"] == 5
    assert any("Hokusai" in line for line in last["credits"])
    assert studio.err == ""


def test_a_failure_is_the_last_line_of_json_and_a_sentence_too(studio: Studio) -> None:
    studio.engine = FakeEngine(error=EngineError("The memory is full.", "Choose a smaller size."), error_at=2)
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png", "--json") == 1
    failed = {"event": "failed", "message": "The memory is full.", "remedy": "Choose a smaller size."}
    assert studio.lines[-1] == failed
    assert studio.err == "style-studio: The memory is full. Choose a smaller size.\n"
    assert not Path("out.png").exists()
    assert studio.engine.is_closed


def test_people_are_told_where_the_picture_is(studio: Studio) -> None:
    name = "[red]cat[bold] :smile:.png"
    assert studio("render", "photo.png", "--style", STYLE, "-o", name) == 0
    assert f"saved to {name} (48 x 36 px" in studio.err.splitlines()[-1]
    assert studio.out == ""


def test_an_engine_that_ends_without_a_picture_is_no_success(studio: Studio) -> None:
    studio.engine = SilentEngine()
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png") == 1
    assert "ended without a picture" in studio.err


def test_ctrl_c_keeps_the_picture_so_far(studio: Studio) -> None:
    studio.engine = InterruptedEngine(after=2)
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png") == 130
    assert Path("out.png").is_file()
    assert "the picture so far is in out.png" in studio.err
    assert studio.engine.is_closed


def test_ctrl_c_before_the_first_frame_writes_nothing(studio: Studio) -> None:
    studio.engine = InterruptedEngine(after=0)
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png", "--json") == 130
    assert studio.lines[-1]["event"] == "stopped"
    assert studio.lines[-1]["file"] is None
    assert not Path("out.png").exists()


def test_signs_of_life_without_news_are_no_lines_of_json(studio: Studio) -> None:
    studio.engine = ChattyEngine()
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png", "--json") == 0
    assert [line["event"] for line in studio.lines] == ["progress", "frame", "frame", "frame", "done"]
