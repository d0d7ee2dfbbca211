"""Temporary files: what a killed process has left goes with the next write, and what is being written stays."""

from __future__ import annotations

import errno
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.core.storage.atomic_write import part_beside, replace_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An older file in a folder."""
    path = tmp_path / "art.png"
    path.write_bytes(b"old")
    return path


def part_of(process: int, folder: Path, age: float = 0.0) -> Path:
    """The temporary file of a process of this machine, last written to `age` seconds ago."""
    mine = part_beside(folder / "nowhere" / "art.png").name  # asked for elsewhere: it would sweep here
    part = folder / mine.replace(f"-{os.getpid()}-", f"-{process}-")
    part.write_bytes(b"half")
    os.utime(part, (time.time() - age,) * 2)
    return part


@pytest.fixture
def ended() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_an_ended_process_has_left_is_removed_by_the_next_one(path: Path, ended: int) -> None:
    left = [part_of(process, path.parent) for process in (ended, ended, 9_999_999_999)]
    replace_file(path, b"new")
    assert not any(part.exists() for part in left)
    assert list(path.parent.iterdir()) == [path]


def test_what_a_running_process_writes_stays(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as running:
        parts = {part_of(running.pid, path.parent), part_of(os.getpid(), path.parent), part_of(1, path.parent)}
        replace_file(path, b"new")
        assert set(path.parent.iterdir()) == {path, *parts}


def test_what_another_machine_writes_stays_for_a_day(path: Path, ended: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(platform, "node", lambda: "another machine")
        young, old = part_of(ended, path.parent, 3600), part_of(ended, path.parent, 25 * 3600)
    of_a_first_version = path.with_name(".style-studio-0123456789abcdef.part")
    of_a_first_version.touch()
    replace_file(path, b"new")
    assert set(path.parent.iterdir()) == {path, young, of_a_first_version}
    assert not old.exists()
    os.utime(of_a_first_version, (0, 0))
    replace_file(path, b"newer")
    assert set(path.parent.iterdir()) == {path, young}


@pytest.mark.parametrize(
    "name",
    [".style-studio-batch.jsonl", ".style-studio-mine.part", "style-studio-0123456789abcdef.part", "boat.part"],
)
def test_files_that_are_not_the_studios_own_stay(name: str, path: Path) -> None:
    other = path.with_name(name)
    other.touch()
    os.utime(other, (0, 0))
    replace_file(path, b"new")
    assert other.exists()


def test_a_link_or_folder_with_the_name_of_a_temporary_file_is_left_alone(path: Path, ended: int) -> None:
    link, folder = part_of(ended, path.parent), part_of(ended, path.parent)
    link.unlink()
    link.symlink_to(path)
    folder.unlink()
    folder.mkdir()
    replace_file(path, b"new")
    assert link.is_symlink() and folder.is_dir() and path.read_bytes() == b"new"


def test_a_folder_that_cannot_be_listed_can_be_written_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "scandir", refuse)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
