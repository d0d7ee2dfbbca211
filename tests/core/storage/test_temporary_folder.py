"""Temporary folders: those of killed processes are swept away, those of living ones stay."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.core.storage.folder_lock import LOCK_NAME
from studio.core.storage.temporary_folder import TemporaryFolder, sweep

PREFIX = "style-studio-test-"
HOLDER = """
import sys
from pathlib import Path
from studio.core.storage.temporary_folder import TemporaryFolder
folder = TemporaryFolder(sys.argv[1], Path(sys.argv[2]))
(folder.path / "picture").write_bytes(b"pixels")
print(folder.path, flush=True)
sys.stdin.read()
"""


def age(folder: Path, seconds: float) -> Path:
    os.utime(folder, (time.time() - seconds,) * 2)
    return folder


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, that has a folder there."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLDER, PREFIX, str(tmp_path)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        process.kill()


def test_the_folder_of_a_killed_process_is_removed_and_not_before(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert holder.stdout is not None
    folder = age(Path(holder.stdout.readline().strip()), 10 * 24 * 3600)
    sweep(PREFIX, [tmp_path])
    assert (folder / "picture").read_bytes() == b"pixels"
    holder.kill()
    holder.wait()
    sweep(PREFIX, [tmp_path])
    assert not folder.exists()


def test_a_folder_of_this_process_stays_until_it_is_removed(tmp_path: Path) -> None:
    folder = TemporaryFolder(PREFIX, tmp_path)
    age(folder.path, 10 * 24 * 3600)
    sweep(PREFIX, [tmp_path])
    assert folder.path.is_dir()
    folder.remove()
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_one_that_may_be_about_to_be_locked_stays(tmp_path: Path) -> None:
    new, unlocked, old = (tmp_path / f"{PREFIX}{name}" for name in ("new", "unlocked", "old"))
    for folder in (new, unlocked, old):
        folder.mkdir()
    (new / LOCK_NAME).touch()
    age(unlocked, 3600)
    age(old, 2 * 24 * 3600)
    sweep(PREFIX, [tmp_path, tmp_path / "missing"])
    assert new.exists() and unlocked.exists() and not old.exists()


def test_what_is_no_folder_of_that_name_stays(tmp_path: Path) -> None:
    elsewhere, file, link = tmp_path / "elsewhere", tmp_path / f"{PREFIX}file", tmp_path / f"{PREFIX}link"
    elsewhere.mkdir()
    (elsewhere / "picture").touch()
    file.touch()
    try:
        link.symlink_to(elsewhere)
    except OSError:
        pytest.skip("this system makes no links for us")
    for place in (elsewhere, file):
        age(place, 10 * 24 * 3600)
    sweep(PREFIX, [tmp_path])
    assert (elsewhere / "picture").exists() and file.exists() and link.is_symlink()
    assert not (elsewhere / LOCK_NAME).exists()


def test_of_a_name_that_others_use_only_those_with_nothing_but_that_file_go(tmp_path: Path) -> None:
    left, empty, letters, new = (tmp_path / f"{PREFIX}{name}" for name in ("left", "empty", "letters", "new"))
    for folder in (left, empty, letters, new):
        folder.mkdir()
    for folder in (left, letters, new):
        (folder / "picture").touch()
    (letters / "to Anna.txt").touch()
    for folder in (left, empty, letters):
        age(folder, 2 * 24 * 3600)
    sweep(PREFIX, [tmp_path], "picture")
    assert not left.exists() and not empty.exists() and new.exists()
    assert {path.name for path in letters.iterdir()} == {"picture", "to Anna.txt"}
