"""The zip of a project: members stored as they are, written in one act, and read with every claim checked first.

A project is a plain zip that any tool opens. What is read is far less than what a zip can be: members are stored and
never compressed, so that none is larger than the file; they lie one behind the other; there is no zip64, no comment, no
encryption; and their names are those that the studio gives. Everything else is refused before any of it is unpacked.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO

from studio.core.errors import PictureError, ProjectError
from studio.core.project.picture_bytes import SUFFIXES
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.regular_file import open_regular

DOCUMENT = "project.json"
LARGEST_ARCHIVE = 2**32 - 2**20  # bytes; beyond, a zip needs fields of another kind
LARGEST_DOCUMENT = 32 * 2**20
MOST_MEMBERS = 20_000

_NAME = re.compile(
    rf"project\.json|pictures/[0-9a-f]{{32}}({'|'.join(map(re.escape, SUFFIXES))})"
    r"|masks/[0-9a-f]{32}\.png|thumbnails/[0-9a-f]{32}\.webp|learned/[0-9a-f]{32}\.safetensors"
)
_END = struct.Struct("<4sHHHHIIH")  # end of central directory: APPNOTE.TXT 4.3.16
_LOCAL_HEADER = 30  # bytes, and the name
_ENTRY = 46  # bytes of an entry of the central directory, and its name
_LONGEST_NAME = 80
_WHEN = (2020, 1, 1, 0, 0, 0)  # equal projects are equal files
_ERRORS = (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, NotImplementedError, LookupError,
           struct.error, zlib.error, OverflowError)  # fmt: skip


def is_member(name: str) -> bool:
    """Whether a file of a project may be called so."""
    return _NAME.fullmatch(name) is not None


def write_archive(path: Path, members: Mapping[str, bytes], check: Callable[[], None] = lambda: None) -> None:
    """Write the zip beside `path`, read it again, and replace `path` with it. Raises StudioError; `path` is as it was.

    check: called as the last thing before; what it raises goes through.
    Raises ProjectError if it would be larger than LARGEST_ARCHIVE.
    """
    check_total(sum(len(data) + 2 * _LONGEST_NAME + _LOCAL_HEADER + _ENTRY for data in members.values()), len(members))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _WHEN)
            info.create_system, info.external_attr = 3, 0o100644 << 16  # a plain file on every system
            archive.writestr(info, data)

    def verify(written: Path) -> None:
        with ArchiveReader(written) as reader:
            for name in members:
                reader.read(name)
        check()

    replace_file(path, buffer.getbuffer(), verify)


def check_total(size: int, members: int) -> None:
    """Raise ProjectError if so many bytes, or files, are no project any more."""
    if size > LARGEST_ARCHIVE:
        raise ProjectError(
            f"The project would have {size / 1e9:.1f} GB; the limit is {LARGEST_ARCHIVE / 1e9:.1f} GB.",
            "Delete some of its history, or link the photos.",
        )
    if members > MOST_MEMBERS:
        raise ProjectError(
            f"The project would have {members:,} pictures; the limit is {MOST_MEMBERS:,}.",
            "Delete some of its history.",
        )


class ArchiveReader:
    """A project's zip, open for reading; use it in a `with`. Raises ProjectError for whatever is no such zip."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            self._file = open_regular(path)
        except PictureError as error:  # it is not there, or no ordinary file
            raise ProjectError(error.message, "Choose a file that Style Studio has saved.") from error
        try:
            size = _check_end(self._file)
            self._archive = zipfile.ZipFile(self._file)
            self._members = _checked_members(self._archive, size)
        except _ERRORS as error:
            self._file.close()
            raise damaged(self._name, error) from error
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> ArchiveReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()
        self._file.close()

    def read(self, name: str) -> bytes:
        """The bytes of a member, their checksum checked. Raises ProjectError."""
        info = self._members.get(name)
        if info is None:
            raise damaged(self._name, "a part of it is missing")
        if name == DOCUMENT and info.file_size > LARGEST_DOCUMENT:
            raise damaged(self._name, "its list is too long")
        try:
            return self._archive.read(info)
        except zipfile.BadZipFile as error:
            raise damaged(self._name, "a part of it is not as it was written") from error
        except _ERRORS as error:
            raise damaged(self._name, error) from error


def damaged(name: str, why: object) -> ProjectError:
    """The one error for whatever is no project that a studio has written."""
    return ProjectError(
        f"{name} is damaged, or no project of Style Studio: {why}.", "Open another copy of it, if there is one."
    )


def _check_end(file: IO[bytes]) -> int:
    """Where the directory begins. Raises ValueError unless the file ends as ours do; nothing else is read of it."""
    length = file.seek(0, 2)
    if length > LARGEST_ARCHIVE + 2**20:
        raise ValueError("it is too large")
    if length < _END.size:
        raise ValueError("it is too short")
    file.seek(length - _END.size)
    mark, disk, first_disk, here, members, size, offset, comment = _END.unpack(file.read(_END.size))
    if mark != b"PK\5\6" or comment or disk or first_disk or here != members:
        raise ValueError("it does not end as a project does")
    if members > MOST_MEMBERS or size > members * (_ENTRY + _LONGEST_NAME):
        raise ValueError("it says that it has too many parts")
    if offset + size + _END.size != length:
        raise ValueError("its directory is not where it should be")
    if length >= _END.size + 20:
        file.seek(length - _END.size - 20)
        if file.read(4) == b"PK\6\7":
            raise ValueError("it is a zip of another kind")
    file.seek(0)
    return int(offset)


def _checked_members(archive: zipfile.ZipFile, end: int) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    place = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        name = info.orig_filename
        if not is_member(name):
            raise ValueError("it holds something that no studio puts there")
        if name in members:
            raise ValueError("a part of it is there twice")
        if (
            info.flag_bits & ~0x800
            or info.extra
            or info.comment
            or info.external_attr >> 16 & 0o170000 not in (0, 0o100000)
        ):
            raise ValueError("a part of it is not a plain file")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise ValueError("a part of it is compressed")
        if info.header_offset != place:
            raise ValueError("its parts do not lie one behind the other")
        place += _LOCAL_HEADER + len(name) + info.file_size
        members[name] = info
    if place != end:
        raise ValueError("its parts do not lie one behind the other")
    return members
