r"""Where a picture lies by what people drop, paste or type: file: and network URLs, paths as a shell writes them.

`place_of` makes a Path of a text and touches no disk; `reachable`, for when it is opened, finds the file behind it: on
a network place that the file manager has connected, under a name of another encoding, or without the shell's "\ ".
"""

from __future__ import annotations

import os
import re
import shlex
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from studio.core.displayable import displayable
from studio.core.errors import PictureError

NETWORK_SCHEMES = frozenset(
    ("smb", "cifs", "mtp", "gphoto2", "ftp", "ftps", "sftp", "ssh", "fish", "nfs", "afp", "afc", "dav", "davs",
     "webdav", "webdavs", "google-drive", "onedrive", "trash", "recent", "network", "admin", "kdeconnect")
)  # fmt: skip
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+")
_OTHER_NAMES = {"cifs": "smb", "webdav": "dav", "webdavs": "davs", "ssh": "sftp", "fish": "sftp"}
_MOUNT_KINDS = {  # what gvfs calls a mount of a scheme
    "smb": ("smb-share",), "afp": ("afp-volume",), "dav": ("dav",), "davs": ("dav",), "ftps": ("ftps", "ftp"),
}  # fmt: skip
_HOST_KEYS = ("server", "host")
_ENCODINGS = ("utf-8", "cp1252", "iso8859-15", "cp1251", "shift_jis", "gb18030", "euc_kr")
_MOST_MOUNTS = 1000
_SEVERAL = re.compile(r"\s(/|~|[A-Za-z0-9+.-]+:/)")
_SHELL_ESCAPE = re.compile(r"\\(.)")


def place_of(text: str) -> Path:
    """The file that an URL or a path names. Of file: URLs the host is left out: it is this machine, or a share's."""
    text = text.strip()
    if text[:5].lower() == "file:":
        path = text[5:]  # "?" and "#" stand for themselves in names
        if path.startswith("//"):
            path = "".join(path[2:].partition("/")[1:])
        return Path(os.fsdecode(unquote_to_bytes(_encoded(path))))
    if text.startswith("~"):
        with suppress(ValueError):  # of a zero byte
            return Path(os.path.expanduser(text))  # noqa: PTH111 - Path raises where there is no such user
    return Path(text)


def is_network_url(text: str) -> bool:
    """Whether a text is the address of something that a file manager can connect."""
    found = _URL.match(text)
    return found is not None and found[1].lower() in NETWORK_SCHEMES


def paths_in_line(line: str) -> list[str]:
    r"""The paths in a line of text, as terminals write them: quoted, with "\ ", several in a row, or plain."""
    if line.startswith("$'") and line.endswith("'"):
        with suppress(UnicodeError):
            raw = line[2:-1].encode("utf-8").decode("unicode_escape").encode("latin-1")
            return [os.fsdecode(raw)]
    if os.name == "posix" and (line[:1] in "'\"" or "\\" in line or _SEVERAL.search(line)):
        with suppress(ValueError):  # a quote that is never closed
            words = shlex.split(line)
            if words and all(word.startswith(("/", "~", "file:")) or is_network_url(word) for word in words):
                return words
    return [line.strip("\"'")]


def reachable(place: Path) -> Path:
    """The path of a file as this system has it; `place` itself where there is nothing to find.

    Raises PictureError where it lies on another machine, or in another program's view, that is not connected.
    """
    text = str(place)
    if found := _URL.match(text):
        scheme = found[1].lower()
        if scheme == "file":
            return place_of(text)
        if scheme in NETWORK_SCHEMES and not _is_there(place):
            return _mounted(scheme, text[found.end() :])
    if _is_there(place):
        return place
    return next(filter(_is_there, _other_spellings(place)), place)


def _mounted(scheme: str, rest: str) -> Path:
    """rest: the URL behind "scheme://"."""
    authority, _, path = rest.partition("/")
    scheme = _OTHER_NAMES.get(scheme, scheme)
    host = unquote(authority.rpartition("@")[2]).casefold()
    parts = [part for part in os.fsdecode(unquote_to_bytes(_encoded(path))).split("/") if part not in ("", ".", "..")]
    for mount, share in _mounts(scheme, host):
        if share is None:
            candidate = mount.joinpath(*parts)
        elif parts and parts[0].casefold() == share.casefold():
            candidate = mount.joinpath(*parts[1:])
        else:
            continue
        if _is_there(candidate):
            return candidate
        with suppress(StopIteration):
            return next(filter(_is_there, _other_spellings(candidate)))
    name = displayable(parts[-1] if parts else rest)
    raise PictureError(
        f"{name} lies at {scheme}://{displayable(host)}, which is not connected as a folder on this machine.",
        "Open its folder in the file manager first, or copy the file to this machine.",
    )


def _mounts(scheme: str, host: str) -> Iterator[tuple[Path, str | None]]:
    """Folders where gvfs (GNOME) and kio-fuse (KDE) show a host, and the share that each of them is, if it is one."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or (f"/run/user/{os.getuid()}" if hasattr(os, "getuid") else "")
    kinds = _MOUNT_KINDS.get(scheme, (scheme,))
    for base in (Path(runtime, "gvfs"), Path.home() / ".gvfs"):
        for mount in _listed(base):
            kind, _, settings = mount.name.partition(":")
            told = dict(part.partition("=")[::2] for part in settings.split(","))
            hosts = {unquote(told[key]).casefold() for key in _HOST_KEYS if key in told}
            if kind in kinds and (host in hosts or host.partition(":")[0] in hosts):
                share = told.get("share") or told.get("volume")
                yield mount, unquote(share) if share else None
    for base in _listed(Path(runtime)):
        if base.name.startswith("kio-fuse-"):
            for mount in _listed(base / scheme):
                if mount.name.rpartition("@")[2].casefold() == host:
                    yield mount, None


def _listed(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry, _ in zip(entries, range(_MOST_MOUNTS), strict=False)]
    except OSError:
        return []


def _other_spellings(place: Path) -> Iterator[Path]:
    """The same name without a shell's backslashes, composed otherwise, or in another encoding."""
    text = str(place)
    if os.name == "posix" and "\\" in text:
        yield Path(_SHELL_ESCAPE.sub(r"\1", text))
    for form in ("NFC", "NFD"):
        with suppress(ValueError):
            yield Path(unicodedata.normalize(form, text))
    raw = _encoded(text)
    for encoding in _ENCODINGS:
        with suppress(UnicodeError):
            yield Path(raw.decode(encoding))  # the address was in this one, the name is in the system's
        with suppress(UnicodeError):
            yield Path(os.fsdecode(text.encode(encoding)))  # the other way round


def _encoded(text: str) -> bytes:
    """The bytes of a name; half a character, which no disk has in a name, is some bytes, too."""
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _is_there(place: Path) -> bool:
    try:
        return os.path.lexists(place)
    except (OSError, ValueError):
        return False
