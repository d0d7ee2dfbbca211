"""A project that was made to do harm, or was damaged: one error in a sentence, soon, and nothing happens."""

from __future__ import annotations

import copy
import json
import pickle
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from studio.core.errors import ProjectError
from studio.core.project import archive, picture_table
from studio.core.project.project_file import load_project, preview_project, save_project
from tests.core.project.projects import make_project
from tests.support.picture_files import encoded, quarters

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """The members of a good project."""
    path = tmp_path_factory.mktemp("good") / "good.studio"
    save_project(path, make_project())
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name) for name in found.namelist()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "from a stranger.studio"


def packed(parts: Parts, change: Callable[[zipfile.ZipFile], None] | None = None, **settings: Any) -> bytes:
    """A zip of these members, and of what `change` puts behind them."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", **settings) as made:
        for name, data in parts.items():
            made.writestr(zipfile.ZipInfo(name), data, compress_type=made.compression)
        if change is not None:
            change(made)
    return file.getvalue()


def refused(path: Path, data: bytes, words: str | None = None) -> str:
    """What is said of a file with these bytes."""
    path.write_bytes(data)
    with pytest.raises(ProjectError, match=words) as caught:
        load_project(path)
    assert len(str(caught.value)) < 1000 and "Traceback" not in str(caught.value)
    return str(caught.value)


def added(name: str, data: bytes = b"x", **facts: Any) -> Callable[[zipfile.ZipFile], None]:
    def change(made: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        for key, value in facts.items():
            setattr(info, key, value)
        made.writestr(info, data)

    return change


def test_a_zip_that_only_holds_the_parts_of_a_project_is_one(parts: Parts, path: Path) -> None:
    path.write_bytes(packed(parts))  # so that the others fail for what is wrong with them
    assert load_project(path).history


HEX = "0" * 32


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "/etc/passwd", "C:\\evil.png", "pictures/../../evil.png", "pictures/", "PROJECT.JSON", "evil.py",
     f"pictures/{HEX}.exe", f"pictures\\{HEX}.png", f"pictures/{HEX}.png\n", f"pictures/{HEX}.png\0.exe", "a" * 60,
     "<img src=x>.png", "", "\x1b[31m.png", "pictures/\u202egnp.exe", "ünïcode.png",
     f"pictures/{HEX.replace('0', 'A')}.png"],
)  # fmt: skip
def test_a_name_that_no_studio_gives_is_refused(parts: Parts, path: Path, name: str) -> None:
    refused(path, packed(parts, added(name)))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused(parts: Parts, path: Path) -> None:
    refused(path, packed(parts, added("project.json", b"{}")), "twice")


@pytest.mark.parametrize("mode", [0o120777, 0o040755, 0o010644, 0o060644])
def test_links_folders_pipes_and_devices_are_refused(parts: Parts, path: Path, mode: int) -> None:
    refused(
        path, packed(parts, added(f"pictures/{HEX}.png", b"/etc/passwd", external_attr=mode << 16)), "not a plain file"
    )


def test_a_compressed_part_is_refused_before_it_is_unpacked(parts: Parts, path: Path) -> None:
    bomb = parts | {f"pictures/{HEX}.png": bytes(50_000_000)}
    data = packed(bomb, compression=zipfile.ZIP_DEFLATED)
    assert len(data) < 200_000
    refused(path, data, "compressed")


def test_a_part_that_claims_to_be_larger_than_the_file_is_refused(parts: Parts, path: Path) -> None:
    data = bytearray(packed(parts))
    at = data.rindex(b"PK\1\2")
    struct.pack_into("<II", data, at + 20, 2**31, 2**31)
    refused(path, bytes(data), "behind the other")


def test_parts_that_overlap_are_refused(parts: Parts, path: Path) -> None:
    data = bytearray(packed(parts))
    first = data.index(b"PK\1\2")
    second = data.index(b"PK\1\2", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    refused(path, bytes(data), "behind the other")


def test_a_million_parts_are_refused_before_they_are_listed(parts: Parts, path: Path) -> None:
    data = bytearray(packed(parts))
    struct.pack_into("<HH", data, len(data) - 14, 65_000, 65_000)
    refused(path, bytes(data), "too many parts")
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    refused(path, packed(parts)[:-22] + end, "too many parts")


def test_a_zip64_directory_is_refused(parts: Parts, path: Path) -> None:
    data = packed(parts)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1)
    end = bytearray(data[-22:])
    struct.pack_into("<I", end, 12, struct.unpack_from("<I", end, 12)[0] + len(locator))
    refused(path, data[:-22] + locator + bytes(end), "another kind")


def test_what_hides_before_between_or_behind_the_parts_is_refused(parts: Parts, path: Path) -> None:
    data = packed(parts)
    refused(path, b"MZ a program" + data, "not where it should be")
    refused(path, data + b"tail", "does not end")
    refused(path, packed(parts, lambda made: setattr(made, "comment", b"PK\5\6")), "does not end")
    refused(path, packed(parts, added(f"pictures/{HEX}.png", extra=b"\1\0\x10\0" + bytes(16))))


def test_an_encrypted_part_is_refused(parts: Parts, path: Path) -> None:
    data = bytearray(packed(parts))
    at = data.rindex(b"PK\1\2")
    data[at + 8] |= 1
    refused(path, bytes(data), "not a plain file")


def test_a_flipped_byte_in_a_picture_is_seen(parts: Parts, path: Path) -> None:
    data = bytearray(packed(parts))
    name = next(name for name in parts if name.startswith("pictures/"))
    data[data.index(parts[name]) + 40] ^= 1
    refused(path, bytes(data), "CRC|damaged")


@pytest.mark.parametrize("kind", ["pictures/", "learned/", "project.json"])
def test_a_missing_part_is_told(parts: Parts, path: Path, kind: str) -> None:
    name = next(name for name in parts if name.startswith(kind))
    refused(path, packed({known: data for known, data in parts.items() if known != name}), "missing")


def with_document(parts: Parts, document: Any) -> bytes:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return packed(parts | {"project.json": text})


@pytest.mark.parametrize(
    "document",
    [b"", b"\xff\xfe", b"[]", b"null", b"{", b'{"format": "style-studio-project"}', b"[" * 100_000,
     b'{"a":' * 100_000, b"1" * 5000, pickle.dumps({"version": 1})],
)  # fmt: skip
def test_a_list_that_is_none_is_refused(parts: Parts, path: Path, document: bytes) -> None:
    refused(path, with_document(parts, document))


def set_at(values: Any, keys: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(values)
    part = changed
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    return changed


PICTURE = ("pictures", 0)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("version",), True), (("version",), "1"), (("version",), 0), (("version",), 1.0), (("format",), "other"),
        (("window",), []), (("window",), {"x": float("nan")}), (("window",), {"x": float("inf")}),
        (("window",), {"x": "y" * 2_000_000}), (("shown",), 99), (("shown",), -1), (("shown",), True),
        (("shown",), "0"),
        (("pictures",), {}), (("pictures",), None), (("pictures",), [[]]), (PICTURE, None), (PICTURE, 7), (PICTURE, {}),
        ((*PICTURE, "file"), "../../etc/passwd"), ((*PICTURE, "file"), "project.json"), ((*PICTURE, "file"), None),
        ((*PICTURE, "file"), 3), ((*PICTURE, "link"), "/etc/passwd"), ((*PICTURE, "source"), "/etc/passwd"),
        ((*PICTURE, "name"), 7), ((*PICTURE, "name"), "x" * 100_000), ((*PICTURE, "metadata"), 99),
        ((*PICTURE, "is_original"), 1), ((*PICTURE, "other"), 1), (("metadata", 0, "exif"), "zz"),
        (("metadata", 0, "dpi"), -3), (("metadata", 0, "dpi"), 1e400), (("metadata", 0, "exif"), "00" * 3_000_000),
        (("styles", 0, "picture"), 99), (("styles", 0, "card"), {}), (("styles", 0, "card", "file"), "../x.png"),
        (("styles", 0, "card", "file"), "/etc/passwd"), (("styles", 0, "card", "file"), "C:\\x"),
        (("styles", 0, "card", "title"), 5), (("styles", 0, "card", "title"), "x" * 100_000),
        (("styles", 0, "card", "title"), "a\0b"), (("styles", 0, "learned"), 9),
        (("learned", 0, "file"), "../x"), (("learned", 0, "references"), []), (("learned", 0, "references"), [0] * 50),
        (("learned", 0, "file"), "pictures"), (("blends", 0, "base"), 99), (("blends", 0, "opacity"), 7),
        (("blends", 0, "mode"), "burn"), (("blends", 0, "mode"), None),
        (("results", 0, "recipe"), None), (("results", 0, "recipe", "strength"), 99),
        (("results", 0, "recipe", "strength"), float("nan")), (("results", 0, "recipe", "version"), 99),
        (("results", 0, "recipe", "long_edge"), 10**400), (("results", 0, "seconds"), "3"),
        (("results", 0, "notes"), [1]),
        (("results", 0, "notes"), ["x" * 100_000]), (("results", 0, "picture"), -1), (("results", 0, "picture"), 0.0),
        (("results", 0, "picture"), True), (("results", 1, "styles"), [0] * 3), (("results", 0, "extra"), 1),
        (("results", 0, "content"), "0"), (("results", 0, "is_blended"), 1),
        (("state",), None), (("state",), []), (("state", "styles"), [99]), (("state", "result"), 99),
        (("state", "recipe"), []), (("state", "recipe"), {"self": 1}), (("state", "removed"), ["x" * 100_000]),
        ((*PICTURE, "fingerprint"), "../../x"), ((*PICTURE, "fingerprint"), ""),
        (("undo",), None), (("undo",), [None]), (("redo", 0), 3), (("undo",), [{}] * 2000),
        (("history",), {}), (("history", 0), 1), (("history", 0, "result"), 99), (("history", 0, "time"), -5),
        (("history", 0, "time"), "now"), (("history", 0, "time"), 10**400), (("history", 0, "note"), None),
        (("history", 0, "note"), "x" * 5000), (("history", 0, "is_pinned"), 1), (("history", 0, "thumbnail"), 1),
    ],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
def test_a_list_with_something_wrong_in_it_is_refused(
    parts: Parts, path: Path, keys: tuple[Any, ...], value: Any
) -> None:
    refused(path, with_document(parts, set_at(json.loads(parts["project.json"]), keys, value)))


def test_a_list_nested_deeply_but_readable_is_refused(parts: Parts, path: Path) -> None:
    values = json.loads(parts["project.json"])
    values["window"] = json.loads("[" * 500 + "]" * 500)
    refused(path, with_document(parts, values), "nested too deeply")


def test_names_are_text_whatever_is_in_them(parts: Parts, path: Path) -> None:
    values = json.loads(parts["project.json"])
    values["pictures"][0]["name"] = "<img src=x onerror=alert(1)>\x1b[2J\u202e\ud800\n"
    values["history"][0]["note"] = "<script>\x07"
    path.write_bytes(with_document(parts, values))
    found = load_project(path)
    assert found.history[0].note == r"<script>\x07"
    names = {picture.name for state in found.undo for picture in [state.photo] if picture is not None}
    names |= {style.picture.name for style in found.state.styles}
    assert all(character.isprintable() for name in names for character in name)


def test_no_project_throws_away_what_is_the_artists_own(parts: Parts, path: Path) -> None:
    values = json.loads(parts["project.json"])
    for state in (values["state"], *values["undo"], *values["redo"]):
        state["removed"] = ["style:mine", "preset:mine", "entry:0000000000000001", "mine"]
    path.write_bytes(with_document(parts, values))
    found = load_project(path)
    assert {key for state in (found.state, *found.undo, *found.redo) for key in state.removed} == {
        "entry:0000000000000001"
    }


def test_two_entries_with_one_id_stay_two(parts: Parts, path: Path) -> None:
    values = json.loads(parts["project.json"])
    for row in values["history"]:
        row["id"] = "0" * 16
    path.write_bytes(with_document(parts, values))
    ids = [entry.id for entry in load_project(path).history]
    assert ids[0] == "0" * 16
    assert len(set(ids)) == len(ids) == len(values["history"]) > 1


def test_a_link_is_followed_to_the_very_photo_alone_and_never_to_another_machine(
    parts: Parts, path: Path, tmp_path: Path
) -> None:
    (tmp_path / "private.png").write_bytes(encoded("PNG", quarters()))
    values = json.loads(parts["project.json"])
    for link, words in (
        (str(tmp_path / "private.png"), "a different picture"),
        ("private.png", "a different picture"),
        ("../private.png", "leads out"),
        (r"\\evil\share\x.png", "another machine"),
        ("//evil/share/x.png", "another machine"),
        (r"/\evil\share\x.png", "another machine"),
        (r"\/evil/share/x.png", "another machine"),
        ("/??/UNC/evil/share/x.png", "another machine"),
        ("/dev/zero", "not an ordinary file|not there"),
    ):
        values["pictures"][0] |= {"file": None, "link": link, "is_original": False}
        refused(path, with_document(parts, values), words)


def test_pictures_that_need_more_memory_than_there_is_are_refused_by_their_headers(
    parts: Parts, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_table, "_MEMORY_SHARE", 1e-12)
    refused(path, packed(parts), "more memory than is free")


def test_a_picture_that_lies_about_its_size_is_refused(parts: Parts, path: Path) -> None:
    values = json.loads(parts["project.json"])
    file = values["pictures"][0]["file"]
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    end = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    refused(path, packed(parts | {file: b"\x89PNG\r\n\x1a\n" + chunk + end}))


def test_what_is_no_zip_is_told(path: Path, tmp_path: Path) -> None:
    for data in (b"", b"PK", b"PK\5\6", b"%PDF-1.7" + bytes(100), bytes(22), bytes(100_000)):
        refused(path, data)
    path.unlink()
    path.mkdir()
    for odd in (path, tmp_path / "not there.studio"):
        with pytest.raises(ProjectError, match=r"is a folder|not there"):
            load_project(odd)


def test_whatever_the_damage_it_is_one_error(parts: Parts, path: Path) -> None:
    good = packed(parts)
    random_number = random.Random(5)
    for trial in range(150):
        data = bytearray(good)
        if trial % 3 == 0:
            del data[random_number.randrange(len(data)) :]
        else:
            for _ in range(random_number.randrange(1, 4)):
                place = random_number.randrange(len(data))
                if trial % 3 == 2:  # where the structure is
                    place = len(data) - 1 - random_number.randrange(min(len(data), 2500))
                data[place] = random_number.randrange(256)
        path.write_bytes(bytes(data))
        for read in (load_project, preview_project):
            try:
                read(path)
            except ProjectError:
                continue


def test_nothing_is_read_beyond_a_directory_too_large(
    path: Path, monkeypatch: pytest.MonkeyPatch, parts: Parts
) -> None:
    monkeypatch.setattr(archive, "LARGEST_DOCUMENT", 100)
    refused(path, packed(parts), "list is too long")
