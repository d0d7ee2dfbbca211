"""Whatever fails, and wherever the process dies, the old file or the new one is whole, and nothing lies beside it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.core.errors import PictureError, WriteError
from studio.core.image_io import decode_picture, save_picture
from studio.core.picture import Picture
from studio.core.storage import atomic_write
from studio.core.storage.atomic_write import make_folder, replace_file
from tests.support.picture_files import encoded, noise, quarters
from tests.support.refused_calls import failing

OLD = encoded("PNG", quarters())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An older export."""
    path = tmp_path / "art.png"
    path.write_bytes(OLD)
    return path


class FullDisk:
    """A file that takes half of what it is given and then has no room; or fails when flushed."""

    def __init__(self, descriptor: int, fails_at: str, code: int) -> None:
        self._file = open(descriptor, "wb")  # noqa: SIM115 (a descriptor, closed in __exit__)
        self._fails_at = fails_at
        self._code = code

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        self._file.write(data[: len(data) // 2])
        if self._fails_at == "write":
            failing(self._code)()
        self._file.write(data[len(data) // 2 :])

    def flush(self) -> None:
        self._file.flush()
        if self._fails_at == "flush":
            failing(self._code)()

    def fileno(self) -> int:
        return self._file.fileno()


def break_at(step: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one call of the writer fail with this error number."""
    match step:
        case "write" | "flush":
            monkeypatch.setattr(os, "fdopen", lambda descriptor, _: FullDisk(descriptor, step, code))
        case "replace" | "chmod":
            monkeypatch.setattr(Path, step, failing(code))
        case _:
            monkeypatch.setattr(os, step, failing(code))


@pytest.mark.parametrize(
    ("step", "code", "sentence"),
    [
        ("open", errno.EACCES, "may not be written"),
        ("open", errno.EROFS, "may not be written"),
        ("open", errno.ENOSPC, "disk is full"),
        ("open", errno.EMFILE, "could not be written: Too many open files"),
        ("write", errno.ENOSPC, "disk is full"),
        ("flush", errno.ENOSPC, "disk is full"),
        ("fsync", errno.EIO, "could not be written: Input/output error"),
        ("fsync", errno.ENOSPC, "disk is full"),
        ("replace", errno.EACCES, "may not be written"),
        ("replace", errno.EINVAL, r"does not take the name art\.png"),
        ("replace", errno.EILSEQ, r"does not take the name art\.png"),
        ("write", errno.EFBIG, "too large for this disk"),
        ("write", errno.EDQUOT, "disk is full"),
    ],
)
def test_a_failure_at_any_call_leaves_the_old_file_and_nothing_else(
    step: str, code: int, sentence: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        break_at(step, code, patched)
        with pytest.raises(PictureError, match=sentence) as caught:
            save_picture(Picture(noise()), path)
    assert caught.value.remedy
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_check_of_the_new_file_leaves_the_old_one(path: Path) -> None:
    def refuse(_: Path) -> None:
        raise PictureError("not what was meant")

    with pytest.raises(PictureError, match="not what was meant"):
        replace_file(path, b"new", refuse)
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


def test_an_interrupt_leaves_the_old_file(path: Path) -> None:
    def interrupt(_: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(path, b"new", interrupt)
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


def test_the_check_sees_the_whole_new_file_while_the_old_one_stands(path: Path) -> None:
    seen: list[bytes] = []

    def look(temporary: Path) -> None:
        seen.extend((temporary.read_bytes(), path.read_bytes()))

    replace_file(path, b"new", look)
    assert seen == [b"new", OLD]
    assert path.read_bytes() == b"new"


def test_a_folder_that_cannot_be_flushed_is_no_failure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The rename has happened by then: reporting a failure would be the lie.
    true_open = os.open

    def open_files_only(name: Any, flags: int, *rest: Any) -> int:
        if flags == os.O_RDONLY:
            failing(errno.EACCES)()
        return true_open(name, flags, *rest)

    monkeypatch.setattr(atomic_write.os, "open", open_files_only)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("code", [errno.ENOTSUP, errno.EINVAL, errno.EPERM, errno.ENOSYS])
@pytest.mark.parametrize("step", ["fsync", "chmod"])
def test_a_disk_that_cannot_flush_or_keep_permissions_is_written_to_all_the_same(
    step: str, code: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Network folders, and disks that are programs. The folder's own flush fails like the file's.
    with monkeypatch.context() as patched:
        break_at(step, code, patched)
        save_picture(Picture(noise()), path)
        replace_file(path.with_name("fresh"), b"new")
    assert decode_picture(path.read_bytes(), "new").fingerprint == Picture(noise()).fingerprint
    assert path.with_name("fresh").read_bytes() == b"new"
    assert sorted(path.parent.iterdir()) == [path, path.with_name("fresh")]


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_a_private_file_stays_private_where_permissions_cannot_be_set(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.chmod(0o600)
    break_at("chmod", errno.EPERM, monkeypatch)
    replace_file(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600


KILLER = """
import os, sys
from pathlib import Path
from studio.core.image_io import save_picture
from studio.core.picture import Picture
from tests.support.picture_files import noise

step, path = sys.argv[1], Path(sys.argv[2])
true_fdopen, true_fsync, true_replace = os.fdopen, os.fsync, Path.replace

class HalfWritten:
    def __init__(self, file): self.file = file
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def write(self, data):
        self.file.write(data[: len(data) // 2])
        self.file.flush()
        os._exit(9)

def fsync(descriptor):
    if step == "before fsync": os._exit(9)
    true_fsync(descriptor)

def replace(self, target):
    if step == "before rename": os._exit(9)
    true_replace(self, target)
    if step == "after rename": os._exit(9)

if step == "half written": os.fdopen = lambda descriptor, mode: HalfWritten(true_fdopen(descriptor, mode))
os.fsync, Path.replace = fsync, replace
save_picture(Picture(noise()), path)
"""


@pytest.mark.parametrize("step", ["half written", "before fsync", "before rename", "after rename"])
def test_a_process_killed_while_saving_leaves_one_whole_file(step: str, path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLER, step, str(path)], check=False, cwd=Path(__file__).parents[3])
    assert ended.returncode == 9
    if step == "after rename":
        assert decode_picture(path.read_bytes(), "new").fingerprint == Picture(noise()).fingerprint
    else:
        assert path.read_bytes() == OLD
    replace_file(path.with_name("other.png"), b"new")  # and what it has left goes with the next file written there
    assert sorted(path.parent.iterdir()) == [path, path.with_name("other.png")]


def test_a_missing_folder_is_named_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"The folder .*nowhere is not there") as caught:
        replace_file(tmp_path / "nowhere" / "a.png", b"")
    assert "Make it first" in caught.value.remedy


def test_the_missing_folder_is_the_one_that_a_link_leads_to(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "nowhere" / "b.png")
    with pytest.raises(PictureError, match=r"The folder .*nowhere is not there"):
        replace_file(tmp_path / "a.png", b"")


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(PictureError, match=r"a\.png is a folder"):
        replace_file(tmp_path / "a.png", b"")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
@pytest.mark.parametrize("is_link", [False, True])
def test_a_pipe_or_a_device_is_not_replaced(is_link: bool, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    path = pipe
    if is_link:
        path = tmp_path / "link.png"
        path.symlink_to(pipe)
    with pytest.raises(WriteError, match="not an ordinary file"):
        replace_file(path, b"new")
    assert pipe.is_fifo()
    assert {file.name for file in tmp_path.iterdir()} == {pipe.name, path.name}


def test_a_file_in_place_of_a_folder_is_no_crash(path: Path) -> None:
    with pytest.raises(PictureError, match="is not there"):
        replace_file(path / "a.png", b"")


def test_a_name_too_long_for_the_disk_says_so(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="too long"):
        replace_file(tmp_path / ("x" * 300 + ".png"), b"")


@pytest.mark.parametrize("name", ["a\0b.png", "\ud800.png"])
def test_a_name_no_system_takes_is_told_in_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError) as caught:
        replace_file(tmp_path / name, b"")
    assert caught.value.message.isprintable() and caught.value.remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["art.png", "art.png/deeper", "x" * 300, "a\0b"])
def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(name: str, path: Path) -> None:
    with pytest.raises(PictureError) as caught:
        make_folder(path.parent / name)
    assert caught.value.message.isprintable() and caught.value.remedy
    assert path.read_bytes() == OLD


def test_the_longest_name_a_disk_takes_can_be_written(tmp_path: Path) -> None:
    name = "x" * 251 + ".png"
    replace_file(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"


def test_a_protected_file_is_not_replaced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda *_: False)  # for root everything is writable
    with pytest.raises(PictureError, match="may not be written"):
        replace_file(path, b"new")
    assert path.read_bytes() == OLD


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_permissions_are_kept_and_new_files_follow_the_umask(path: Path) -> None:
    path.chmod(0o640)
    replace_file(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o640
    ordinary = path.with_name("ordinary")
    ordinary.write_bytes(b"")
    replace_file(path.with_name("fresh"), b"new")
    assert path.with_name("fresh").stat().st_mode == ordinary.stat().st_mode


def test_a_link_stays_a_link_to_the_new_content(path: Path) -> None:
    link = path.with_name("link.png")
    link.symlink_to(path)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
