"""The program's entry: which door opens, the exit codes, and what may be imported on the way."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import studio.__main__ as program
from studio.core.engine_api.contract import EngineSettings
from studio.core.errors import StudioError


@pytest.mark.parametrize(
    ("arguments", "is_window"),
    [
        ([], True),
        (["holiday.jpg"], True),
        (["a.png", "b.png"], True),
        (["render", "holiday.jpg"], False),
        (["styles"], False),
        (["--version"], False),
        (["-h"], False),
        (["rendr"], False),
        ([""], False),
        (["x" * 5000], False),
        (["a\0b"], False),
    ],
)
def test_pictures_open_the_window_and_commands_do_not(arguments: Sequence[str], is_window: bool) -> None:
    assert program.opens_window(arguments) is is_window


def test_a_folder_or_file_without_a_suffix_opens_the_window_too(tmp_path: Path) -> None:
    assert program.opens_window([str(tmp_path)])


def test_the_environment_names_the_windows_device_and_folder_of_weights(tmp_path: Path) -> None:
    assert program.window_settings({}) == EngineSettings()
    named = {program.WEIGHTS_FOLDER: str(tmp_path), program.DEVICE: "cpu"}
    assert program.window_settings(named) == EngineSettings("cpu", tmp_path)
    with pytest.raises(StudioError, match="nowhere, which is not a folder"):
        program.window_settings({program.WEIGHTS_FOLDER: str(tmp_path / "nowhere")})


def test_without_a_screen_the_window_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert program.main([]) == 2
    error = capsys.readouterr().err
    assert error.startswith("style-studio: There is no screen here")
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (StudioError("The brush is dry.", "Dip it."), 2, "style-studio: The brush is dry. Dip it."),
        (KeyboardInterrupt(), 130, "style-studio: interrupted."),
        (ZeroDivisionError("by zero"), 1, "style-studio: this is a fault of the studio (ZeroDivisionError: by zero)"),
    ],
)
def test_whatever_happens_is_one_sentence_and_a_code(
    error: BaseException,
    code: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(arguments: Sequence[str]) -> int:
        raise error

    monkeypatch.setattr(program, "_run_command", fail)
    monkeypatch.delenv(program.TRACEBACK_SWITCH, raising=False)
    assert program.main(["styles"]) == code
    written = capsys.readouterr().err
    assert written.startswith(sentence)
    assert len(written.splitlines()) == 1


def test_a_fault_of_ours_can_be_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: Sequence[str]) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(program, "_run_command", fail)
    monkeypatch.setenv(program.TRACEBACK_SWITCH, "1")
    with pytest.raises(ZeroDivisionError):
        program.main(["styles"])


def test_the_maker_of_the_engine_can_be_found_by_another_process() -> None:
    # As `python -m studio` starts it, where the module is at first called __main__.
    code = (
        "import runpy, studio.cli; "
        "studio.cli.main = lambda arguments, make_engine, **others: make_engine.__module__ != 'studio.__main__'; "
        "runpy.run_module('studio', run_name='__main__', alter_sys=True)"
    )
    assert subprocess.run([sys.executable, "-c", code, "styles"]).returncode == 0


@pytest.mark.parametrize("arguments", [["--version"], ["styles"], ["styles", "durer-lion", "--json"]])
def test_commands_that_paint_nothing_load_neither_torch_nor_qt(arguments: list[str]) -> None:
    code = (
        "import sys; from studio.__main__ import main; code = main(sys.argv[1:]); "
        "sys.exit(code or any(name in sys.modules for name in ('torch', 'PySide6')))"
    )
    assert subprocess.run([sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL).returncode == 0


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "studio", "styles", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None and writer.stderr is not None
        writer.stdout.close()
        assert writer.stderr.read() == b""
    assert writer.returncode == 0


def test_who_has_no_home_gets_one_among_the_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("STYLE_STUDIO_DATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "")
    pwd = pytest.importorskip("pwd")
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)  # a user whom the system does not know
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert program.main(["styles"]) == 0
    assert capsys.readouterr().err == ""
    assert os.environ["HOME"].startswith(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == [f"style-studio-home-{os.getuid()}"]


@pytest.mark.parametrize("arguments", [["doctor"], ["train-base", "--content", ".", "--styles", ".", "-o", "out"]])
def test_a_missing_torch_is_one_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    assert program.main(arguments) == 1
    told = capsys.readouterr()
    assert "PyTorch cannot start: " in (told.out if arguments == ["doctor"] else told.err)
    assert "packaging/run.py" in told.out + told.err
