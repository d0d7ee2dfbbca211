"""EXIF from the photo to the export: texts keep their characters, and what is private goes with the place."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from PIL import Image

from studio.core.image_io import ExportFormat, ExportOptions, decode_picture, encode_picture
from studio.core.image_io.exif import tells_place_or_owner, with_standard_types
from studio.core.picture import Picture
from tests.support.picture_files import encoded, noise

FORMATS: tuple[ExportFormat, ...] = ("png", "jpeg", "webp", "tiff", "avif")  # those that Pillow opens
ARTIST, COPYRIGHT, TITLE, OWNER, BODY, LENS_MODEL, LENS_NUMBER, MAP_DATUM = (
    0x013B, 0x8298, 0x010E, 0xA430, 0xA431, 0xA434, 0xA435, 0x12,
)  # fmt: skip
NAMES = ["Jürgen Müller", "Łukasz Żółć", "山田太郎", "Ελένη", "Владимир", "O'Brien", "José 😀", "a\u0301 b"]


def block(directory: dict[int, bytes], camera: dict[int, bytes], gps: dict[int, bytes] | None = None) -> bytes:
    """An EXIF block of texts, byte by byte: each value ends in a zero and has the type ASCII."""

    def table(tags: dict[int, bytes], start: int, more: dict[int, int]) -> bytes:
        entries, body, at = [], b"", start + 2 + 12 * (len(tags) + len(more)) + 4
        for tag, value in sorted((tags | dict.fromkeys(more, b"")).items()):
            if tag in more:
                entries.append(struct.pack("<HHII", tag, 4, 1, more[tag]))
            elif len(value) < 4:
                entries.append(struct.pack("<HHI4s", tag, 2, len(value) + 1, value))
            else:
                entries.append(struct.pack("<HHII", tag, 2, len(value) + 1, at + len(body)))
                body += value + b"\0"
        return struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4) + body

    pointers = {0x8769: 0} | ({0x8825: 0} if gps else {})
    length = 8 + len(table(directory, 8, pointers))
    below = table(camera, length, {})
    pointers = {0x8769: length} | ({0x8825: length + len(below)} if gps else {})
    data = b"II*\0\x08\0\0\0" + table(directory, 8, pointers) + below
    return b"Exif\0\0" + data + (table(gps, len(data), {}) if gps else b"")


def text_of(data: bytes, tag: int, directory: int | None = None) -> tuple[int, bytes] | None:
    """(type, bytes without the end) of a tag in an exported file, read without Pillow's idea of text."""
    with Image.open(BytesIO(data)) as image:
        if image.format == "TIFF":
            raw, start = data, 0
        else:
            raw = bytes(image.info["exif"]).removeprefix(b"Exif\0\0")
            start = 0
    order = "<" if raw[:2] == b"II" else ">"

    def entries(offset: int) -> dict[int, tuple[int, int, int]]:
        (count,) = struct.unpack_from(f"{order}H", raw, start + offset)
        places = (offset + 2 + 12 * index for index in range(count))
        heads = ((at, *struct.unpack_from(f"{order}HHI", raw, at)) for at in places)
        return {tag: (kind, many, at + 8) for at, tag, kind, many in heads}

    def value(found: tuple[int, int, int]) -> tuple[int, bytes]:
        kind, many, at = found
        place = at if many <= 4 else struct.unpack_from(f"{order}I", raw, at)[0]
        return kind, raw[place : place + many]

    found = entries(struct.unpack_from(f"{order}I", raw, 4)[0])
    if directory is not None:
        found = entries(struct.unpack_from(f"{order}I", raw, found[directory][2])[0])
    return value(found[tag]) if tag in found else None


def opened(exif: bytes, format_name: str = "JPEG") -> Picture:
    return decode_picture(encoded(format_name, noise(), exif=exif), "photo")


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_text_keeps_its_characters_as_utf_8(name: str, format_name: ExportFormat) -> None:
    written = name.encode()
    photo = opened(block({ARTIST: written, TITLE: written}, {LENS_MODEL: written, OWNER: written}))
    data = encode_picture(photo, ExportOptions(format_name, keep_gps=True))
    for tag, directory in ((ARTIST, None), (TITLE, None), (LENS_MODEL, 0x8769), (OWNER, 0x8769)):
        assert text_of(data, tag, directory) == (2, written + b"\0")


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", ["Jürgen", "Señor Núñez", "Björk Guðmundsdóttir"])
def test_text_of_old_cameras_in_latin_1_becomes_utf_8(name: str, format_name: ExportFormat) -> None:
    written = name.encode("latin-1")
    data = encode_picture(opened(block({COPYRIGHT: written}, {LENS_MODEL: written})), ExportOptions(format_name))
    assert text_of(data, COPYRIGHT) == (2, name.encode() + b"\0")
    assert text_of(data, LENS_MODEL, 0x8769) == (2, name.encode() + b"\0")


@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_text_of_a_photo_in_any_format_keeps_its_characters(source: str) -> None:
    photo = opened(block({ARTIST: "Jürgen".encode()}, {LENS_MODEL: "Größe".encode()}), source)
    data = encode_picture(photo, ExportOptions("png"))
    artist = text_of(data, ARTIST)
    assert artist is not None
    assert artist[1].rstrip(b"\0") == "Jürgen".encode()


@pytest.mark.parametrize("format_name", FORMATS)
def test_text_is_the_same_after_ten_exports(format_name: ExportFormat) -> None:
    picture = opened(block({ARTIST: "Jürgen".encode()}, {OWNER: "Zoë".encode()}))
    for _ in range(10):
        again = decode_picture(encode_picture(picture, ExportOptions(format_name, keep_gps=True)), "again")
        picture = Picture(picture.pixels, "again", metadata=again.metadata)
    data = encode_picture(picture, ExportOptions("png", keep_gps=True))
    assert text_of(data, ARTIST) == (2, "Jürgen\0".encode())
    assert text_of(data, OWNER, 0x8769) == (2, "Zoë\0".encode())


PRIVATE = {
    OWNER: b"Ann Owner",
    BODY: b"SN-4711",
    LENS_NUMBER: b"LN-0815",
    0xA420: b"f00d" * 8,
    0x927C: b"maker SN-4711",
}


@pytest.mark.parametrize("format_name", FORMATS)
def test_serial_numbers_go_with_the_place(format_name: ExportFormat) -> None:
    camera = PRIVATE | {LENS_MODEL: b"50 mm", 0x9003: b"2020:02:03 04:05:06"}
    photo = opened(block({ARTIST: b"Ann"}, camera, {MAP_DATUM: b"WGS-84"}))
    data = encode_picture(photo, ExportOptions(format_name))
    for value in (*PRIVATE.values(), b"WGS-84"):
        assert value not in data
    assert text_of(data, LENS_MODEL, 0x8769) == (2, b"50 mm\0")
    assert text_of(data, ARTIST) == (2, b"Ann\0")


@pytest.mark.parametrize("format_name", FORMATS)
def test_and_stay_with_it_if_it_is_kept(format_name: ExportFormat) -> None:
    data = encode_picture(
        opened(block({ARTIST: b"Ann"}, PRIVATE, {MAP_DATUM: b"WGS-84"})), ExportOptions(format_name, keep_gps=True)
    )
    for value in (*PRIVATE.values(), b"WGS-84"):
        assert value in data


@pytest.mark.parametrize("tag", PRIVATE)
def test_a_photo_with_one_of_them_tells_whose_it_is(tag: int) -> None:
    assert tells_place_or_owner(opened(block({}, {tag: PRIVATE[tag]})).metadata.exif)


def test_a_photo_without_them_does_not() -> None:
    assert not tells_place_or_owner(opened(block({ARTIST: b"Ann"}, {LENS_MODEL: b"50 mm"})).metadata.exif)
    assert not tells_place_or_owner(b"")
    assert not tells_place_or_owner(b"rubbish")


def test_types_are_mended_only_where_they_are_known() -> None:
    exif = Image.Exif()
    exif[0x8769] = {OWNER: b"Ann\0", 0x9286: b"ASCII\0\0\0hello", 0xFFF0: b"own"}
    mended = Image.Exif()
    mended.load(with_standard_types(exif.tobytes()))
    assert mended.get_ifd(0x8769)[OWNER] == "Ann"
    assert mended.get_ifd(0x8769)[0x9286] == b"ASCII\0\0\0hello"
