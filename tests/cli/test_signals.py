"""Stopped from outside: each signal keeps what there is, a second Ctrl-C does not wait, an ignored one is none."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.cli import main
from studio.core.engine_api.contract import EngineInfo, StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.training.ablation import ComparisonNews, ComparisonPlan
from studio.core.training.training_plan import TrainingNews, TrainingPlan
from tests.cli.commands.test_train_base import NEWS
from tests.support.command_line import STYLE, Studio, in_this_process
from tests.support.fakes import FakeEngine

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these signals are known to POSIX systems")

RENDER = ("render", "photo.png", "--style", STYLE, "-o", "out.png")
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


@pytest.fixture(autouse=True)
def heard_signals() -> Iterator[None]:
    """Each signal does what it does in a shell in front; one in the background would ignore Ctrl-C."""
    numbers = [getattr(signal, name) for name in SIGNALS]
    before = [signal.signal(number, signal.SIG_DFL) for number in numbers]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def send(name: str) -> None:
    os.kill(os.getpid(), getattr(signal, name))


class SignalledEngine(FakeEngine):
    """Its process gets signals: some in the third step, some when the engine is closed."""

    def __init__(self, in_step: tuple[str, ...] = (), at_end: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._in_step, self._at_end = in_step, at_end

    def describe(self) -> EngineInfo:
        if not self.requests and not self.frames:  # for `doctor`
            self._send(self._in_step)
        return super().describe()

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if step == 3:
            self._send(self._in_step)

    def close(self) -> None:
        super().close()
        self._send(self._at_end)

    def _send(self, names: tuple[str, ...]) -> None:
        for name in names:
            send(name)


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (RENDER, "out.png"),
        (("tune", "photo.png", "--name", "x", "--anyway", "-o", "mine.safetensors"), "mine.safetensors"),
        (("batch", "photo.png", "--style", STYLE, "-o", "out"), "out/.style-studio-batch.jsonl"),
    ],
    ids=["render", "tune", "batch"],
)
def test_every_signal_stops_a_command_and_keeps_what_there_is(
    studio: Studio, words: tuple[str, ...], kept: str, name: str
) -> None:
    studio.engine = SignalledEngine(in_step=(name,))
    before = signal.getsignal(getattr(signal, name))
    assert studio(*words) == 130
    assert Path(kept).is_file()
    assert studio.err.splitlines()[-1].startswith("Stopped")
    assert studio.engine.is_closed
    assert signal.getsignal(getattr(signal, name)) is before


@pytest.mark.parametrize("name", SIGNALS)
def test_training_and_comparing_are_stopped_by_every_signal(
    studio: Studio, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def train(plan: TrainingPlan) -> Generator[TrainingNews, None, None]:
        yield NEWS[0]
        send(name)
        yield NEWS[1]

    def compare(plan: ComparisonPlan) -> Generator[ComparisonNews, None, None]:
        yield ComparisonNews(0, 1, "hokusai", 0, "scratch", 0)
        send(name)
        yield ComparisonNews(1, 1, "hokusai", 0, "scratch", 1)

    for words in (["train-base", "--content", ".", "--styles", ".", "-o", "out"], ["compare-tuning", "-o", "out"]):
        assert main(words, studio.make_engine, in_this_process, train, compare) == 130
        assert "Stopped." in capsys.readouterr().err


def test_where_there_is_nothing_to_keep_a_signal_is_told_in_a_sentence(studio: Studio) -> None:
    studio.engine = SignalledEngine(in_step=("SIGTERM",))
    studio.engine.frames = 0
    assert studio("doctor") == 130
    assert studio.err == "style-studio: Interrupted.\n"


def test_a_second_ctrl_c_does_not_wait_for_anything_to_be_saved(studio: Studio) -> None:
    studio.engine = SignalledEngine(in_step=("SIGTERM",), at_end=("SIGINT",))
    assert studio(*RENDER) == 130
    assert studio.err.splitlines()[-1] == "style-studio: Ended at once: what was not saved yet is lost."
    assert [path.name for path in studio.folder.iterdir() if path.name != "data"] == ["photo.png"]


def test_a_terminal_that_closes_sends_more_than_one_signal(studio: Studio) -> None:
    studio.engine = SignalledEngine(in_step=("SIGHUP",), at_end=("SIGHUP", "SIGTERM"))
    assert studio(*RENDER) == 130
    assert Path("out.png").is_file()


@pytest.mark.parametrize("count", [1, 2])
def test_ctrl_c_while_a_finished_picture_is_saved_costs_it_only_the_second_time(
    studio: Studio, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", sending("SIGINT", count, Path.replace))
    assert studio(*RENDER) == (0 if count == 1 else 130)
    assert Path("out.png").exists() is (count == 1)
    assert not list(Path().glob(".*.part"))


def sending(name: str, count: int, act: Callable[..., Any]) -> Callable[..., Any]:
    """`act`, which sends a signal to this process the first `count` times."""
    left = [name] * count

    def send_and_act(*arguments: Any) -> Any:
        if left:
            send(left.pop())
        return act(*arguments)

    return send_and_act


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_what_the_shell_ignores_stays_ignored(studio: Studio, name: str) -> None:
    studio.engine = SignalledEngine(in_step=(name,))
    before = signal.signal(getattr(signal, name), signal.SIG_IGN)
    try:
        assert studio(*RENDER) == 0
    finally:
        signal.signal(getattr(signal, name), before)
