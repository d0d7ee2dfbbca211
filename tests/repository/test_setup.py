"""The set-up scripts: what they install, when they leave things alone, and how they recover."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.packaging_scripts import packaging_scripts

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins for programs are shell scripts")


@pytest.fixture
def load() -> Iterator[Callable[[str], ModuleType]]:
    """Imports a script of packaging/ as a module, for one test."""
    with packaging_scripts() as imported:
        yield imported


def write_program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class Workshop:
    """A checkout with a fake Python, which notes what it is asked to do instead of doing it."""

    def __init__(self, folder: Path, setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.setup = setup
        self.calls_file = folder / "calls"
        self.pip_fails = folder / "pip-fails"
        self.pip_waits, self.pip_started = folder / "pip-waits", folder / "pip-started"
        environment = folder / ".venv"
        python = environment / "bin" / "python"
        script = (
            f'echo "$@" >> {self.calls_file}\n'
            f'case "$*" in\n'
            f'"-m venv"*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; echo made > "$3/pyvenv.cfg" ;;\n'
            f'"-m pip install"*) echo "Downloading torch-2.0-x.whl (800 MB)"; touch {self.pip_started}\n'
            f"while test -e {self.pip_waits}; do sleep 0.01; done; test ! -e {self.pip_fails} ;;\n"
            f"esac"
        )
        base_python = write_program(folder / "base-python", script)
        (folder / "pyproject.toml").write_text("[project]", encoding="utf-8")
        for name, value in {
            "CHECKOUT": folder,
            "ENVIRONMENT": environment,
            "PYTHON": python,
            "_STAMP": environment / "style-studio.json",
            "_LOCK": folder / ".venv.lock",
        }.items():
            monkeypatch.setattr(setup, name, value)
        monkeypatch.setattr(sys, "executable", str(base_python))

    def set_up(self, *extras: str) -> list[str]:
        """What the Pythons were asked to do in the meantime."""
        self.calls_file.write_text("", encoding="utf-8")
        assert self.setup.set_up(extras) == self.setup.PYTHON
        return self.calls_file.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def workshop(tmp_path: Path, load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(tmp_path, load("setup_environment"), monkeypatch)


def installed(calls: list[str]) -> list[str]:
    return [call.split()[-1] for call in calls if call.startswith("-m pip install")]


def test_the_first_start_makes_an_environment_and_installs(workshop: Workshop) -> None:
    calls = workshop.set_up()
    assert calls[0].startswith("-m venv")
    assert installed(calls) == ["."]


def test_the_second_start_asks_no_python_anything(workshop: Workshop) -> None:
    workshop.set_up()
    assert workshop.set_up() == []


def test_a_changed_project_file_installs_again_into_the_same_environment(workshop: Workshop) -> None:
    workshop.set_up()
    (workshop.folder / "pyproject.toml").write_text("[project]\nname = 'new'", encoding="utf-8")
    calls = workshop.set_up()
    assert installed(calls) == ["."]
    assert not any(call.startswith("-m venv") for call in calls)


def test_extras_are_added_once_and_stay(workshop: Workshop) -> None:
    workshop.set_up()
    assert installed(workshop.set_up("test")) == [".[test]"]
    assert workshop.set_up("test") == []
    assert workshop.set_up() == []
    (workshop.folder / "pyproject.toml").write_text("", encoding="utf-8")
    assert installed(workshop.set_up()) == [".[test]"]


def test_an_installation_that_was_cut_short_starts_afresh(workshop: Workshop) -> None:
    workshop.set_up()
    leftover = workshop.setup.ENVIRONMENT / "half-written"
    leftover.touch()
    workshop.setup._STAMP.write_text(json.dumps("installing"), encoding="utf-8")
    calls = workshop.set_up()
    assert calls[0].startswith("-m venv")
    assert installed(calls) == ["."]
    assert not leftover.exists()


def test_a_second_start_waits_for_the_one_that_is_installing(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def go_on(words: str, **_: object) -> None:
        said.append(words)
        if words.startswith(("Another start", "The last installation")):
            workshop.pip_waits.unlink(missing_ok=True)

    workshop.pip_waits.touch()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(workshop.setup.set_up)
        while not workshop.pip_started.exists():
            assert not first.done()
            time.sleep(0.01)
        monkeypatch.setattr(workshop.setup, "print", go_on, raising=False)
        assert workshop.set_up() == []
        assert first.result() == workshop.setup.PYTHON
    assert "Another start is installing Style Studio here; waiting for it." in said


def test_an_environment_whose_python_is_gone_is_made_again(workshop: Workshop) -> None:
    workshop.set_up()
    workshop.setup.PYTHON.unlink()
    assert workshop.set_up()[0].startswith("-m venv")


def test_pip_is_given_a_second_chance_and_the_next_start_a_third(
    workshop: Workshop, capfd: pytest.CaptureFixture[str]
) -> None:
    workshop.pip_fails.touch()
    with pytest.raises(SystemExit, match="installation failed"):
        workshop.set_up()
    assert len(installed(workshop.calls_file.read_text(encoding="utf-8").splitlines())) == 2
    workshop.pip_fails.unlink()
    assert installed(workshop.set_up()) == ["."]
    assert "fetching torch (800 MB)" in capfd.readouterr().out


def test_only_missing_libraries_are_named_whatever_they_are_called_now(
    tmp_path: Path, load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = load("system_libraries")
    answer = "libegl1 installed\\nlibglib2.0-0t64 installed\\nlibgl1 not-installed\\n"
    write_program(tmp_path / "dpkg-query", f"printf '{answer}'; exit 1")
    write_program(tmp_path / "apt-get", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert libraries.missing_packages(["libegl1", "libgl1", "libglib2.0-0", "libdbus-1-3"]) == ["libgl1", "libdbus-1-3"]


def test_who_is_not_root_is_told_the_one_line_that_helps(
    tmp_path: Path,
    load: Callable[[str], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    libraries = load("system_libraries")
    write_program(tmp_path / "dpkg-query", "exit 1")
    write_program(tmp_path / "apt-get", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not libraries.provide(["libegl1", "libgl1"], "the window")
    assert capsys.readouterr().out.splitlines()[-1].strip() == "sudo apt-get install libegl1 libgl1"


def test_root_gets_them_after_refreshing_the_lists_if_need_be(
    tmp_path: Path, load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = load("system_libraries")
    log, lists = tmp_path / "log", tmp_path / "lists"
    write_program(tmp_path / "dpkg-query", "exit 1")
    write_program(
        tmp_path / "apt-get",
        f'echo "$@" >> {log}\ncase "$*" in *update*) : > {lists};; *install*) test -e {lists};; esac',
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert libraries.provide(["libegl1"], "the window")
    asked = log.read_text(encoding="utf-8")
    assert [word for word in asked.split() if word in ("install", "update")] == ["install", "update", "install"]


def test_systems_without_apt_are_left_alone(
    tmp_path: Path, load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = load("system_libraries")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert libraries.provide(["libegl1"], "the window")


def test_a_python_that_only_prints_an_error_is_not_chosen(
    tmp_path: Path, load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    fitting = load("fitting_python")
    write_program(tmp_path / "python3.13", "echo not found >&2; exit 127")
    good = write_program(tmp_path / "python3.12", "echo CPython 12")
    write_program(tmp_path / "python3.11", "echo CPython 11")
    monkeypatch.setenv("PATH", f"{tmp_path / 'nowhere'}{os.pathsep}{tmp_path}")
    assert fitting.find_fitting_python() == str(good)


def test_no_fitting_python_is_one_sentence(
    tmp_path: Path, load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    fitting = load("fitting_python")
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"needs CPython 3\.11 to 3\.13, and this is .* install Python 3\.13"):
        fitting.restart_with_fitting_python()
