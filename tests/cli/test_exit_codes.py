"""What the exit code says: a mistake is told from a machine that fails, whatever the command."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from studio.cli.exit_codes import MEANINGS
from studio.cli.program import COMMANDS
from studio.core.batch import journal
from studio.core.engine_api.contract import StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import TRACEBACK_SWITCH, WriteError
from studio.core.storage import atomic_write
from tests.support.command_line import STYLE, Studio
from tests.support.fakes import FakeEngine

RENDER = ("render", "photo.png", "--style", STYLE, "-o", "out.png")
BATCH = ("batch", "photo.png", "--style", STYLE, "-o", "out")


class FillingEngine(FakeEngine):
    """The disk is full from the second frame on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self._monkeypatch = monkeypatch

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if step == 2:
            self._monkeypatch.setattr(atomic_write.os, "fsync", refuse)
            self._monkeypatch.setattr(journal.os, "write", refuse)


def refuse(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("words", [RENDER, BATCH], ids=["render", "batch"])
def test_a_full_disk_is_the_machines_failure(
    studio: Studio, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.engine = FillingEngine(monkeypatch)
    assert studio(*words) == 1
    assert "is full" in studio.err.splitlines()[-1]


def test_a_style_that_the_disk_does_not_take_is_the_machines_failure(studio: Studio) -> None:
    studio.engine = FakeEngine(error=WriteError("The disk is full."), error_at=2)
    assert studio("tune", "photo.png", "--name", "x", "--anyway", "-o", "mine.safetensors") == 1
    assert studio.err.splitlines()[-1] == "style-studio: The disk is full."


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.EIO, os.strerror(errno.EIO), "weights.bin"), "refused an operation with weights.bin: "),
        (MemoryError(), "There is not enough memory."),
    ],
)
def test_what_the_system_refuses_is_one_sentence_and_the_last_line_of_json(
    studio: Studio, error: Exception, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TRACEBACK_SWITCH, raising=False)
    studio.engine = FakeEngine(error=error, error_at=2)
    assert studio(*RENDER, "--json") == 1
    assert sentence in studio.err and len(studio.err.splitlines()) == 1
    assert studio.lines[-1]["event"] == "failed" and sentence in studio.lines[-1]["message"]
    assert not Path("out.png").exists()


def test_a_fault_of_ours_is_a_last_line_of_json_before_it_goes_through(
    studio: Studio, capsys: pytest.CaptureFixture[str]
) -> None:
    studio.engine = FakeEngine(error=ZeroDivisionError("by zero"))
    with pytest.raises(ZeroDivisionError):
        studio(*RENDER, "--json")
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["event"] == "failed" and "a fault of the studio (ZeroDivisionError: by zero)" in last["message"]


TOO_LONG = "x" * 300


@pytest.mark.parametrize(
    "words",
    [
        (*RENDER, "--region", TOO_LONG),
        ("tune", "photo.png", "--name", "x", "--resume", "-o", f"{TOO_LONG}.safetensors"),
        ("train-base", "--content", TOO_LONG, "--styles", ".", "-o", "out"),
        ("features", "photo.png", "--weights", TOO_LONG, "-o", "numbers.npz"),
        ("index", TOO_LONG),
        ("similar", "photo.png", "--in", TOO_LONG),
    ],
    ids=lambda words: words[0],
)
def test_a_name_that_no_disk_takes_is_the_users_mistake(studio: Studio, words: tuple[str, ...]) -> None:
    studio.train = lambda _: iter(())  # never asked
    assert studio(*words) == 2
    assert len(studio.err.splitlines()) == 1 and studio.is_untouched


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=lambda words: " ".join(words) or "none")
def test_the_help_of_every_command_names_every_code(studio: Studio, command: tuple[str, ...]) -> None:
    assert studio(*command, "--help") == 0
    shown = " ".join(studio.out.split())
    assert all(f"{code} {meaning}" in shown for code, meaning in MEANINGS.items())
