"""What somebody else may have written (JSON, and the files that it names), checked before anything is done with it."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path, PurePosixPath, PureWindowsPath
from reprlib import Repr
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

_MOST_MEASURED = 1e12
_DEEPEST = 100  # lists and objects within each other; the studio nests less than ten
LONGEST_PATH = 4096  # characters; longer ones no system opens

_PLAIN = re.compile(r"(?!\.{1,2}$)[^/\\:\n]+")  # a name that is no path on any system

T = TypeVar("T")


def read_bounded(path: Path, most: int) -> bytes:
    """The content of a file. Raises as `check_ordinary`."""
    size = check_ordinary(path, most)
    with path.open("rb") as file:
        data = file.read(size + 1)  # Python makes room for as much as it is asked for
    if len(data) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    return data


def check_ordinary(path: Path, most: int = sys.maxsize) -> int:
    """The size of a file, to be asked before it is opened: a pipe would never answer.

    Raises ValueError if it is no ordinary file or larger than `most` bytes, or OSError.
    """
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise ValueError("it is not an ordinary file")
    if facts.st_size > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    return facts.st_size


def parse_json(text: str | bytes) -> Any:
    """What a text holds in JSON. Raises ValueError if it is none, however it was spoilt."""
    try:
        values = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if _is_nested(values, _DEEPEST):  # what Python can just read, it can no longer show or write
        raise ValueError("it is nested too deeply")
    return values


def parse_object(text: str | bytes) -> dict[str, Any]:
    """The JSON object in a text. Raises ValueError if there is none."""
    values = parse_json(text)
    if not isinstance(values, dict):
        raise ValueError("it is not an object")
    return values


def make_checked(kind: type[T], values: object) -> T:
    """The dataclass with these JSON values. Raises ValueError as `check_fields`, or if one is missing.

    What the dataclass itself raises goes through.
    """
    check_fields(kind, values)
    try:
        return kind(**values)  # type: ignore[arg-type]  # a dictionary now
    except TypeError as error:  # a name is missing
        raise ValueError(str(error)) from error


def check_fields(kind: type, values: object) -> None:
    """Raise ValueError unless JSON values are an object whose names are fields of a dataclass, each of their types.

    Fields may be numbers, texts, yes or no, None, a Literal, and lists and mappings of these.
    """
    if not isinstance(values, dict):
        raise ValueError("it is not an object")
    types = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"nothing is called {_short(name)}")
        if not _is_of_type(value, types[name]):
            raise ValueError(f"{name} is {_short(value)}")


def check_measured(values: Mapping[str, Any]) -> None:
    """Raise ValueError unless all numbers among values, and in mappings of these, can have been counted or measured.

    They are finite, not below 0 and below 1e12.
    """
    for name, value in values.items():
        if isinstance(value, Mapping):
            check_measured(value)
        elif isinstance(value, int | float) and not 0 <= value < _MOST_MEASURED:
            raise ValueError(f"{name} is {_short(value)}")


def path_anywhere(name: object) -> Path:
    """The path that JSON gives to a file to be read: absolute. Raises ValueError if it is none."""
    path = Path(check_encodable(_path_text(name)))
    if not path.root:
        raise ValueError(f"{_short(name)} does not say where it is")
    return path


def path_below(name: object) -> PurePosixPath:
    """The path that JSON gives to a file below some folder, with "/".

    Raises ValueError if any system takes it for a place elsewhere: "..", a drive, a root. No disk is asked.
    """
    text = _path_text(name)
    if _PLAIN.fullmatch(text):  # most are, and ten thousand are asked for at a start
        return PurePosixPath(text)
    path, on_windows = PurePosixPath(text), PureWindowsPath(text)
    if path.root or on_windows.root or on_windows.drive or ".." in on_windows.parts or not path.name:
        raise ValueError(f"{_short(name)} leads out of its folder")
    return path


def path_inside(folder: Path, name: object) -> Path:
    """The path that JSON gives to a file below `folder`, which it really lies in, whatever links are on the way.

    Raises ValueError if it does not.
    """
    below = path_below(name)
    path = folder / check_encodable(str(below))
    if len(below.parts) == 1 and not os.path.islink(path):  # noqa: PTH114 - Path's raises where a name is too long
        return path
    try:
        place, root = os.path.realpath(path), os.path.realpath(folder)
    except OSError as error:
        raise ValueError(f"{_short(name)} cannot be followed: {error.strerror}") from error
    if place == root or not Path(place).is_relative_to(root):
        raise ValueError(f"{_short(name)} leads out of its folder")
    return path


def check_encodable(name: str) -> str:
    """The name. Raises ValueError if this system's disks cannot have a file of it."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError as error:
        raise ValueError(f"{_short(name)} is not a file name") from error
    return name


def name_key(name: str) -> str:
    """Equal for two names that are one on some disk: there are disks that see no case, or one way to write an é."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _path_text(name: object) -> str:
    if not isinstance(name, str) or not name or "\0" in name or len(name) > LONGEST_PATH:
        raise ValueError(f"{_short(name)} is not a file name")
    return name


def _is_nested(values: object, depth: int) -> bool:
    """Whether JSON values hold more lists and objects within each other than that."""
    level = [values]
    for _ in range(depth):
        holders = [value for value in level if isinstance(value, dict | list)]
        level = [part for value in holders for part in (value.values() if isinstance(value, dict) else value)]
        if not level:
            return False
    return any(isinstance(value, dict | list) for value in level)


def _is_of_type(value: object, wanted: Any) -> bool:
    inner = get_args(wanted)
    match get_origin(wanted):
        case origin if origin is Union or origin is UnionType:
            return any(_is_of_type(value, one) for one in inner)
        case origin if origin is Literal:
            return isinstance(value, str) and value in inner
        case origin if origin is list:
            return isinstance(value, list) and all(_is_of_type(part, inner[0]) for part in value)
        case origin if origin in (dict, Mapping):
            return isinstance(value, dict) and all(_is_of_type(part, inner[1]) for part in value.values())
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is wanted  # a bool is no int here


def _short(value: object) -> str:
    shortener = Repr()
    shortener.maxstring = 80
    return shortener.repr(value)
