"""What others may have written: nothing in it may lead elsewhere, and nothing of another kind gets through."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import pytest

from studio.core.storage.untrusted import (
    LONGEST_PATH,
    make_checked,
    name_key,
    parse_json,
    parse_object,
    path_anywhere,
    path_below,
    path_inside,
    read_bounded,
)

NO_NAMES = [None, 3, True, ["a.png"], {"a": 1}, "", "a\0.png", "x" * (LONGEST_PATH + 1)]
ELSEWHERE = [
    "../x.png",
    "a/../../x.png",
    "..",
    "/etc/x.png",
    "//host/share/x.png",
    "C:\\x.png",
    "c:x.png",
    "C:/x.png",
    "\\x.png",
    "\\\\host\\share\\x.png",
    "a\\..\\..\\x.png",
    "\\\\?\\C:\\x.png",
    ".",
    "./",
]


@pytest.mark.parametrize("name", [*NO_NAMES, *ELSEWHERE])
def test_what_leads_out_of_the_folder_is_refused_on_every_system(name: object, tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        path_below(name)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 200
    with pytest.raises(ValueError):
        path_inside(tmp_path, name)


@pytest.mark.parametrize(
    "name", ["boat.png", "summer/sea.png", "./a//b.png", "Ärger 12:30?.png", "...png", ".a.png", "a\\b.png", "x" * 300]
)
def test_what_lies_below_the_folder_is_taken(name: str, tmp_path: Path) -> None:
    assert path_inside(tmp_path, name) == tmp_path / name


@pytest.mark.skipif(os.name == "nt", reason="there every text is a name")
def test_what_no_disk_can_write_is_a_name_on_no_disk(tmp_path: Path) -> None:
    assert path_below("\ud800.png") == PurePosixPath("\ud800.png")
    with pytest.raises(ValueError, match="not a file name"):
        path_inside(tmp_path, "\ud800.png")
    with pytest.raises(ValueError, match="not a file name"):
        path_anywhere("/\ud800.png")


@pytest.mark.parametrize("name", [*NO_NAMES, "x.png", "../x.png", "C:x.png"])
def test_a_path_anywhere_must_say_where_it_is(name: object) -> None:
    with pytest.raises(ValueError):
        path_anywhere(name)
    assert path_anywhere("/photos/x.png") == Path("/photos/x.png")


def test_links_out_of_the_folder_are_seen(tmp_path: Path) -> None:
    folder, outside = tmp_path / "out", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "file.png").symlink_to(outside / "not yet there.png")
    (folder / "summer").symlink_to(outside)
    (folder / "all").symlink_to(folder)
    (folder / "round").symlink_to(folder / "round")
    for name in ("file.png", "summer/sea.png", "all/summer/sea.png", "all"):
        with pytest.raises(ValueError, match="leads out"):
            path_inside(folder, name)
    assert path_inside(folder, "all/boat.png") == folder / "all" / "boat.png"
    (tmp_path / "link").symlink_to(folder)
    assert path_inside(tmp_path / "link", "boat.png") == tmp_path / "link" / "boat.png"


def test_names_that_are_one_on_some_disk_have_one_key() -> None:
    assert name_key("M\u00fcnchen.png") == name_key("mu\u0308nchen.PNG")


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "3", "null", b"\xff", b"\0\0", "[" * 5000, '{"a":' * 5000, "1" * 5000]
)
def test_what_is_no_object_is_refused_however_it_was_spoilt(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        parse_object(text)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_what_is_nested_further_than_anything_of_the_studio_is_refused(opening: str, closing: str) -> None:
    innermost = "{}" if opening[-1] == ":" else ""
    depth = 100 // (opening.count("[") + opening.count("{"))
    fits = depth - 1 if innermost else depth
    assert parse_json(opening * fits + innermost + closing * fits)
    for deeper in (depth + 1, 900, 1000, 100_000):
        with pytest.raises(ValueError, match=r"nested too deeply"):
            parse_json(opening * deeper + innermost + closing * deeper)


def test_a_file_is_read_to_its_limit_and_no_further(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    with pytest.raises(ValueError, match="larger than 4 bytes"):
        read_bounded(path, 4)
    with pytest.raises(ValueError, match="not an ordinary file"):
        read_bounded(tmp_path, 4)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_that_never_answers_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not an ordinary file"):
        read_bounded(tmp_path / "pipe", 4)


@dataclass(frozen=True)
class Brush:
    """Something with a field of each kind."""

    kind: Literal["round", "flat"]
    width: float
    hairs: int = 100
    is_wet: bool = False
    dye: str | None = None
    marks: list[str] | None = None
    losses: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if self.hairs < 0:
            raise ValueError("no brush has so few hairs")


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "round", "width": 3},
        {"kind": "flat", "width": 0.5, "hairs": 7, "is_wet": True, "dye": None, "marks": ["a"], "losses": {"a": 1}},
    ],
)
def test_values_of_the_right_types_become_the_dataclass(values: dict[str, object]) -> None:
    assert make_checked(Brush, json.loads(json.dumps(values))) == Brush(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "square"},
        {"kind": ["round"]},
        {"kind": None},
        {"width": "3"},
        {"width": True},
        {"hairs": 3.0},
        {"hairs": True},
        {"hairs": -1},
        {"is_wet": 1},
        {"dye": 3},
        {"marks": "abc"},
        {"marks": [1]},
        {"losses": [1]},
        {"losses": {"a": "1"}},
        {"surprise": 1},
    ],
)
def test_values_of_other_types_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        make_checked(Brush, {"kind": "round", "width": 3.0} | change)


@pytest.mark.parametrize("values", [None, [], "round", {}, {"kind": "round"}])
def test_what_is_incomplete_is_refused(values: object) -> None:
    with pytest.raises(ValueError):
        make_checked(Brush, values)
