"""The files of a session: what is written, what stays, and what is said when the disk refuses."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from studio.core.errors import ProjectError, WriteError
from studio.core.project import session_files
from studio.core.project.session_files import SessionFiles

NAME, OTHER = f"pictures/{'a' * 32}.png", f"thumbnails/{'b' * 32}.webp"


@pytest.fixture
def files(tmp_path: Path) -> SessionFiles:
    return SessionFiles(tmp_path)


def test_what_is_there_is_not_packed_again(files: SessionFiles, tmp_path: Path) -> None:
    packed: list[str] = []

    def pack() -> bytes:
        packed.append("once")
        return b"pixels"

    files.add({NAME: pack})
    files.add({NAME: pack, OTHER: lambda: b"small"})
    assert packed == ["once"] and files.sizes == {NAME: 6, OTHER: 5} and files.size == 11
    assert files.fetch(NAME) == b"pixels"
    assert SessionFiles(tmp_path).sizes == files.sizes, "they are found again"


def test_what_nothing_names_is_removed(files: SessionFiles, tmp_path: Path) -> None:
    files.add({NAME: lambda: b"pixels", OTHER: lambda: b"small"})
    files.keep_only([OTHER])
    assert files.sizes == {OTHER: 5} and not (tmp_path / NAME).exists() and (tmp_path / OTHER).exists()


def test_what_is_lent_is_removed_by_the_first_state_after_the_last_reader(files: SessionFiles, tmp_path: Path) -> None:
    files.add({NAME: lambda: b"pixels"})
    (kept, give_back), (_, give_back_too) = files.lend(), files.lend()
    files.add({OTHER: lambda: b"small"})
    for end in (give_back, give_back, give_back_too):
        files.keep_only([])
        assert kept[NAME]() == b"pixels" and not (tmp_path / OTHER).exists() and files.sizes == {NAME: 6}
        end()
    files.keep_only([])
    assert not files.sizes and not (tmp_path / NAME).exists()


def test_what_cannot_be_removed_is_still_known(
    files: SessionFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.add({NAME: lambda: b"pixels"})

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        files.keep_only([])
    assert files.sizes == {NAME: 6}
    files.keep_only([])
    assert not files.sizes and not (tmp_path / NAME).exists()


def test_a_file_is_read_later_only_if_it_is_there_as_it_was_written(files: SessionFiles) -> None:
    files.add({NAME: lambda: b"pixels"})
    assert files.leave(NAME, 6)() == b"pixels"
    with pytest.raises(ValueError, match="not there as it was written"):
        files.leave(NAME, 7)


@pytest.mark.parametrize("name", ["../secret", "pictures/../../secret", "/etc/passwd"])
def test_no_name_leads_out_of_the_folder(files: SessionFiles, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        files.fetch(name)
    with pytest.raises(ValueError, match="cannot be"):
        files.leave(name, 1)


def test_a_file_that_is_gone_is_told(files: SessionFiles) -> None:
    with pytest.raises(ProjectError, match="cannot be read"):
        files.fetch(NAME)


def test_a_full_disk_is_told_without_the_name_of_the_file(
    files: SessionFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, data: bytes) -> None:
        raise WriteError(f"{path} cannot be written.") from OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(session_files, "replace_file", refuse)
    with pytest.raises(WriteError, match=r"The disk of .* is full") as caught:
        files.add({NAME: lambda: b"pixels"})
    assert NAME not in str(caught.value) and files.sizes == {}
