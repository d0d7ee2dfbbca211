"""The lock of a folder: held by one, free as soon as its holder is dead, and no hindrance on a disk without locks."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from studio.core.errors import PictureError, StudioError
from studio.core.storage.folder_lock import LOCK_NAME, FolderLock
from tests.support.disk_without_locks import refuse_locks_in

HOLDER = """
import sys
from pathlib import Path
from studio.core.storage.folder_lock import FolderLock

lock = FolderLock(Path(sys.argv[1]))
lock.take()
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> FolderLock:
    return FolderLock(tmp_path)


def test_another_process_that_holds_it_is_told_and_its_death_frees_it(lock: FolderLock, tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline().strip() == b"taken"
        with pytest.raises(StudioError, match=f"Another Style Studio is writing to {tmp_path}") as caught:
            lock.take()
        assert caught.value.remedy
        holder.kill()
    lock.take()
    lock.release()


def test_it_is_taken_once_and_given_free_by_any_thread(lock: FolderLock, tmp_path: Path) -> None:
    other = FolderLock(tmp_path)
    lock.take()
    lock.take()
    assert not other.take_if_free()
    thread = Thread(target=lock.release)
    thread.start()
    thread.join()
    assert other.take_if_free()
    lock.release()
    assert not lock.take_if_free()
    other.release()
    other.release()
    assert list(tmp_path.iterdir()) == []


COUNTER = """
import sys
from pathlib import Path
from studio.core.storage.folder_lock import FolderLock

folder = Path(sys.argv[1])
for _ in range(20):
    lock = FolderLock(folder)
    while not lock.take_if_free():
        pass
    number = int((folder / "count").read_text())
    (folder / "count").write_text(str(number + 1))
    lock.release()
"""


def test_processes_that_wait_for_each_other_never_hold_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    command = [sys.executable, "-c", COUNTER, str(tmp_path)]
    counters = [subprocess.Popen(command, cwd=Path(__file__).parents[3]) for _ in range(3)]
    assert [counter.wait() for counter in counters] == [0, 0, 0]
    assert (tmp_path / "count").read_text() == "60"
    assert [path.name for path in tmp_path.iterdir()] == ["count"]


def test_the_file_it_leaves_means_nothing(lock: FolderLock, tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).write_text("4711 of another machine")
    lock.take()
    lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="flock is POSIX")
@pytest.mark.parametrize("code", [errno.ENOTSUP, errno.ENOSYS, errno.ENOLCK, errno.EINVAL])
def test_a_disk_without_locks_is_no_reason_not_to_work(
    code: int, lock: FolderLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", refuse)
    lock.take()
    lock.release()


def test_on_a_disk_without_locks_studios_of_one_computer_see_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, folder = tmp_path / "temporary", tmp_path / "folder"
    temporary.mkdir()
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    refuse_locks_in(folder, monkeypatch)
    lock, other, own = FolderLock(folder), FolderLock(folder), FolderLock(folder, is_of_this_computer=True)
    assert lock.take_if_free() and not lock.is_held, "one of another computer may have it, too"
    assert not other.take_if_free(0) and not own.take_if_free(0)
    lock.release()
    assert own.take_if_free(0) and own.take_if_free(0) and own.is_held
    own.release()
    assert not list(temporary.iterdir()) and not list(folder.iterdir())


def test_a_folder_that_takes_no_file_is_told_in_a_sentence(lock: FolderLock, tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).mkdir()
    with pytest.raises(PictureError, match="is a folder"):
        lock.take()


def test_a_link_in_its_place_is_not_followed(lock: FolderLock, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Anna")
    (tmp_path / LOCK_NAME).symlink_to(tmp_path / "letter.txt")
    with pytest.raises(PictureError):
        lock.take()
    assert (tmp_path / "letter.txt").read_text() == "Dear Anna"


def test_whoever_holds_it_knows_and_whoever_asks_need_not_wait(lock: FolderLock, tmp_path: Path) -> None:
    other = FolderLock(tmp_path)
    lock.take()
    assert lock.is_held
    assert not other.take_if_free(wait=0) and not other.is_held
    lock.release()
    assert not lock.is_held
