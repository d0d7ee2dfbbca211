"""Promises on files made to cost time or memory: a sentence, or the picture, from a small part of the file."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture, open_picture
from tests.support.picture_files import encoded, noise

PIXELS = noise(64, 48)
EXIF = b"\xff\xe1\xff\xffExif\0\0" + bytes(65_527)
GIGABYTES = 5 << 30


def into_jpeg(inserted: bytes) -> bytes:
    data = encoded("JPEG", PIXELS)
    return data[:2] + inserted + data[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize(
    ("inserted", "sentence"),
    [
        (EXIF * 300, "it has 20 MB of EXIF"),
        (b"\xff\xfe\0\2" * 1_000_000, "more than 4,096 parts before the pixels"),
        (b"\xff\xe1\0\x10Exif\0\0II*\0\x08\0\0\0" * 300_000, "more than 4,096 parts before the pixels"),
        (b"\xff" * 20_000_000, "more than 65,536 bytes of it belong to nothing"),
    ],
    ids=["exif", "comments", "small exif", "filling"],
)
def test_a_jpeg_of_nothing_but_segments_is_named(inserted: bytes, sentence: str) -> None:
    with pytest.raises(PictureError, match=sentence):
        decode_picture(into_jpeg(inserted), "a.jpg")


@pytest.mark.parametrize("piece", [chunk(b"IDAT", b""), chunk(b"tEXt", b"a\0b")], ids=["empty", "text"])
def test_a_png_in_a_million_pieces_is_named_as_that(piece: bytes) -> None:
    data = encoded("PNG", PIXELS)
    with pytest.raises(PictureError, match="cut into more than 300,000 pieces"):
        decode_picture(data[:33] + piece * 300_001 + data[33:], "a.png")


def test_a_png_in_many_pieces_opens() -> None:
    data = encoded("PNG", PIXELS)
    at = data.index(b"IDAT")
    body = data[at + 4 : at + 4 + int.from_bytes(data[at - 4 : at])]
    pieces = b"".join(chunk(b"IDAT", body[place : place + 1]) for place in range(len(body)))
    found = decode_picture(data[: at - 4] + pieces + chunk(b"IEND", b""), "a.png")
    np.testing.assert_array_equal(found.pixels, PIXELS)
    assert found.notes == ()


@pytest.mark.parametrize("name", ["a.avif", "a.webp", "a.tif", "a.gif", "a.bmp", "a.png", "a.jpg"])
def test_gigabytes_behind_a_whole_picture_are_not_part_of_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    formats = {".jpg": "JPEG", ".tif": "TIFF"}
    with path.open("wb") as file:
        file.write(encoded(formats.get(path.suffix, path.suffix[1:].upper()), PIXELS))
        file.truncate(GIGABYTES)
    found = open_picture(path)
    assert (found.width, found.height, found.notes) == (64, 48, ())


@pytest.mark.parametrize("brand", [b"avif", b"heic"])
@pytest.mark.parametrize("box", [b"meta", b"mdat"])
def test_a_sparse_film_is_refused_by_its_size(tmp_path: Path, brand: bytes, box: bytes) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.write(struct.pack(">I4s4sI4s4s", 24, b"ftyp", brand, 0, brand, b"mif1") + struct.pack(">I4s", 0, box))
        file.truncate(GIGABYTES)
    with pytest.raises(PictureError, match=r"5\.4 GB; the limit for this format is 0\.5 GB"):
        open_picture(path)


def test_boxes_that_never_end_are_cut_off() -> None:
    data = (
        struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"avif", 0, b"avif", b"mif1") + struct.pack(">I4s", 8, b"free") * 50_000
    )
    with pytest.raises(PictureError):
        decode_picture(BytesIO(data).getvalue(), "a.avif")
