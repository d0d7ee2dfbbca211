"""JPEGs of more than 8 bits, and lossless ones: opened, or named, and never called damaged while they are whole."""

from __future__ import annotations

from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture
from studio.core.image_io.picture_reader import PART_IS_MISSING
from tests.support.picture_files import encoded, noise, quarters

SMOOTH = np.add.outer(np.arange(32), np.arange(48)) * 3  # 0..234


def jpeg(levels: np.ndarray, bits: int, *, lossless: bool) -> bytes:
    values = np.rint(levels * ((2**bits - 1) / 255)).astype(np.uint16 if bits > 8 else np.uint8)
    data: bytes = imagecodecs.jpeg8_encode(np.ascontiguousarray(values), 98, bitspersample=bits, lossless=lossless)
    return data


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    return data[:2] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body + data[2:]


@pytest.mark.parametrize("bits", range(2, 17))
@pytest.mark.parametrize("is_grey", [True, False])
def test_a_lossless_jpeg_of_any_depth_opens(bits: int, is_grey: bool) -> None:
    white = 2**bits - 1
    codes = noise(48, 32).astype(np.uint32) * white // 255
    codes = codes[..., 0] if is_grey else codes
    kind = np.uint16 if bits > 8 else np.uint8
    data = imagecodecs.jpeg8_encode(np.ascontiguousarray(codes.astype(kind)), bitspersample=bits, lossless=True)
    picture = decode_picture(data, "a.jpg")
    expected = np.rint(codes * (255 / white)).astype(int)
    assert np.array_equal(picture.pixels, np.stack([expected] * 3, 2) if is_grey else expected)


@pytest.mark.parametrize("is_grey", [True, False])
def test_a_12_bit_jpeg_opens(is_grey: bool) -> None:
    levels = SMOOTH if is_grey else np.dstack((SMOOTH, SMOOTH, 255 - SMOOTH))
    picture = decode_picture(jpeg(levels, 12, lossless=False), "a.jpg")
    expected = np.stack([SMOOTH] * 3, 2) if is_grey else levels
    assert np.abs(picture.pixels.astype(int) - expected).max() <= 6


KINDS = {"12 bits": (12, False), "lossless": (8, True), "lossless, 16 bits": (16, True)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "end", [noise(48, 16), np.full((16, 48, 3), 128), np.zeros((16, 48, 3))], ids=["noise", "grey", "black"]
)
def test_one_that_is_whole_has_no_note_whatever_it_ends_in(kind: str, end: np.ndarray) -> None:
    data = jpeg(np.concatenate((noise(48, 32), end)), KINDS[kind][0], lossless=KINDS[kind][1])
    for whole in (data, data[:-2], data + bytes(999), data + noise(32, 32).tobytes()):
        assert decode_picture(whole, "a.jpg").notes == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
@pytest.mark.parametrize("tail", [b"", b"\xff\xd9"])
def test_one_that_is_cut_off_opens_with_a_note(kind: str, share: float, tail: bytes) -> None:
    data = jpeg(noise(128, 128), KINDS[kind][0], lossless=KINDS[kind][1])
    start = data.index(b"\xff\xda") + 14
    cut = data[: start + int((len(data) - start) * share)]
    assert decode_picture(cut + tail, "a.jpg").notes == (PART_IS_MISSING,)


def test_one_whose_last_bytes_never_came_opens_with_a_note() -> None:
    data = jpeg(noise(48, 48), 12, lossless=False)
    assert decode_picture(data[: len(data) * 3 // 4] + bytes(len(data) // 4), "a.jpg").notes == (PART_IS_MISSING,)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_12_bit_jpeg_is_turned_and_keeps_its_exif(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x011A] = orientation, "Maker", 300.0
    turns = {1: 0, 3: 2, 6: 1, 8: 3}[orientation]
    stored = np.ascontiguousarray(np.rot90(quarters(), turns))
    picture = decode_picture(with_segment(jpeg(stored, 12, lossless=True), 0xE1, exif.tobytes()), "a.jpg")
    assert np.array_equal(picture.pixels, quarters())
    kept = Image.Exif()
    kept.load(picture.metadata.exif)
    assert (kept[0x010F], picture.metadata.dpi) == ("Maker", 300)


@pytest.mark.parametrize(
    ("marker", "bits", "kind"),
    [(0xF7, 8, "JPEG-LS"), (0xC5, 8, "hierarchical JPEG"), (0xC1, 16, "16-bit JPEG of 3 channels")],
)
def test_a_jpeg_of_a_kind_that_is_not_read_is_named(marker: int, bits: int, kind: str) -> None:
    data = bytearray(encoded("JPEG", quarters()))
    at = data.index(b"\xff\xc0")
    data[at + 1], data[at + 4] = marker, bits
    with pytest.raises(PictureError, match=f"a.jpg is a {kind}, which cannot be opened"):
        decode_picture(bytes(data), "a.jpg")


def test_a_jpeg_ls_file_is_named() -> None:
    with pytest.raises(PictureError, match="JPEG-LS"):
        decode_picture(imagecodecs.jpegls_encode(quarters()), "a.jpg")


def test_a_deep_jpeg_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    data = bytearray(jpeg(quarters(), 12, lossless=False))
    at = data.index(b"\xff\xc1")
    data[at + 5 : at + 9] = (60_000).to_bytes(2) * 2
    with pytest.raises(PictureError, match="limit is 200 megapixels"):
        decode_picture(bytes(data), "a.jpg")


def test_a_damaged_deep_jpeg_gives_a_picture_or_a_picture_error() -> None:
    data = jpeg(quarters(), 12, lossless=False)
    rng = np.random.default_rng(3)
    refused = 0
    for _ in range(150):
        damaged = bytearray(data)
        for at in rng.integers(2, len(data), 4):
            damaged[at] = int(rng.integers(256))
        try:
            decode_picture(bytes(damaged[: int(rng.integers(len(data) // 2, len(data) + 1))]), "a.jpg")
        except PictureError:
            refused += 1
    assert refused > 50


def test_an_ordinary_jpeg_stays_with_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(imagecodecs, "jpeg8_decode", refuse)
    file = BytesIO()
    Image.fromarray(quarters()).save(file, "JPEG", progressive=True)
    assert decode_picture(file.getvalue(), "a.jpg").width == 48
