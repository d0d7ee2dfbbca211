"""More than 8 bits of every kind of file stay: AVIF, HEIC, 12-bit JPEG, Lab, inks, and colours told by numbers."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from studio.core.image_io import decode_picture
from studio.core.image_io.color.cicp import ADOBE_GAMMA, P3_PRIMARIES, RgbSpace, srgb_codes
from studio.core.image_io.opening.wanted import Wanted
from studio.core.image_io.output.avif_writer import encode_avif
from studio.core.image_io.output.iso_boxes import box, boxes_in
from studio.core.image_io.output.rgb_profiles import export_profile
from studio.core.image_io.picture_reader import decode_wanted
from studio.core.picture import Metadata, Picture
from tests.support.made_profiles import grey_profile
from tests.support.picture_files import Chunk, png

ALL = slice(None)
COLOURS = Path(__file__).parents[2] / "support" / "pictures" / "colours"
Floats = np.ndarray[Any, np.dtype[np.float64]]


def sky(height: int = 24, width: int = 400, most: int = 65535) -> np.ndarray[Any, Any]:
    """Values that rise by less than a level of 8 bits from column to column."""
    y, x = np.mgrid[0:height, 0:width]
    values = np.stack((20_000 + x * 3 + y, 30_000 + x * 2, 40_000 + x + y * 40), axis=-1)
    return np.rint(values * (most / 65535)).astype(np.uint16)


def off(picture: Picture, expected: np.ndarray[Any, Any]) -> int:
    """The largest difference, of 65,535; a picture of 8 bits is 128 off."""
    return int(np.abs(picture.deep_rows(ALL).astype(int) - expected).max())


def deep_png(values: np.ndarray[Any, Any], kind: int, *chunks: Chunk) -> bytes:
    height, width = values.shape[:2]
    return png(width, height, 16, kind, values.astype(">u2").tobytes(), *chunks)


def tiff(values: np.ndarray[Any, Any], photometric: str, **more: Any) -> bytes:
    file = BytesIO()
    tifffile.imwrite(file, values, photometric=photometric, **more)
    return file.getvalue()


def with_property(avif: bytes, kind: bytes, body: bytes) -> bytes:
    """An AVIF as libavif writes it, whose first item has one more property."""
    top = dict(boxes_in(avif))
    meta = dict(boxes_in(top[b"meta"][4:]))
    (_, ipco), (_, ipma) = boxes_in(meta[b"iprp"])
    place, count = len(list(boxes_in(ipco))) + 1, ipma[10]
    ipma = ipma[:10] + bytes((count + 1,)) + ipma[11 : 11 + count] + bytes((place | 0x80,)) + ipma[11 + count :]
    meta[b"iprp"] = box(b"ipco", ipco, box(kind, body)) + box(b"ipma", ipma)
    grown = 8 + len(body) + 1
    iloc = bytearray(meta[b"iloc"])
    for at in range(8, len(iloc), 14):
        iloc[at + 6 : at + 10] = (int.from_bytes(iloc[at + 6 : at + 10]) + grown).to_bytes(4)
    meta[b"iloc"] = bytes(iloc)
    parts = b"".join(box(name, content) for name, content in meta.items())
    return box(b"ftyp", top[b"ftyp"]) + box(b"meta", bytes(4), parts) + box(b"mdat", top[b"mdat"])


def in_light_to_srgb(light: Floats) -> Floats:
    return 65535 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("bits", [10, 12])
def test_an_avif_keeps_its_bits(bits: int) -> None:
    most = 2**bits - 1
    data = imagecodecs.avif_encode(
        sky(most=most), level=100, bitspersample=bits, pixelformat="444", primaries=1, transfer=13, matrix=0
    )
    found = decode_picture(bytes(data), "sky.avif")
    assert found.fine is not None
    codes = imagecodecs.avif_decode(data).astype(np.int64)
    assert np.abs(codes - sky(most=most)).max() <= 2  # what the codec costs
    assert off(found, np.rint(codes * 65535 / most)) <= 1


def test_a_deep_avif_with_alpha_and_one_of_grey_open_in_all_their_bits() -> None:
    veil = np.dstack((sky(most=1023), np.full((24, 400), 512, np.uint16)))
    found = decode_picture(bytes(imagecodecs.avif_encode(veil, level=100, bitspersample=10)), "veil.avif")
    assert found.alpha is not None
    assert np.abs(found.alpha.astype(int) - 128).max() <= 1
    assert off(found, sky()) < 1000
    grey = np.ascontiguousarray(sky(most=1023)[:, :, 0])
    data = imagecodecs.avif_encode(grey, level=100, bitspersample=10, pixelformat="400")
    found = decode_picture(bytes(data), "grey.avif")
    assert found.fine is not None
    assert off(found, sky()[:, :, :1]) < 400


@pytest.mark.parametrize(
    ("kind", "body", "turn"),
    [
        (b"irot", b"\1", lambda values: np.rot90(values)),
        (b"irot", b"\2", lambda values: values[::-1, ::-1]),
        (b"irot", b"\3", lambda values: np.rot90(values, -1)),
        (b"imir", b"\0", lambda values: values[::-1]),
        (b"imir", b"\1", lambda values: values[:, ::-1]),
    ],
)
def test_a_deep_avif_is_turned_as_its_boxes_say_and_not_as_its_exif(kind: bytes, body: bytes, turn: Any) -> None:
    exif = Image.Exif()
    exif[274] = 6
    plain = encode_avif(sky(most=1023), 95, export_profile("srgb", Metadata()), True, b"", b"")
    told = encode_avif(sky(most=1023), 95, export_profile("srgb", Metadata()), True, exif.tobytes(), b"")
    upright = decode_picture(plain, "a.avif")
    assert off(decode_picture(told, "a.avif"), upright.deep_rows(ALL)) == 0
    assert off(decode_picture(with_property(told, kind, body), "a.avif"), turn(upright.deep_rows(ALL))) == 0


@pytest.mark.parametrize("name", ["heic10_nclx_p3.heic", "heic10_pq.heic"])
def test_a_heic_of_10_bits_keeps_them(name: str) -> None:
    data = (COLOURS / name).read_bytes()
    found = decode_picture(data, name)
    assert found.fine is not None
    assert len(np.unique(found.deep_rows(ALL)[:, :, 1])) > 300
    small = decode_wanted(BytesIO(data), name, None, Wanted(at_least=(8, 8)))  # thumbnails have 8 bits
    assert small.fine is None
    assert np.abs(found.pixels.astype(int) - small.pixels).mean() < 1


@pytest.mark.parametrize("is_grey", [True, False])
@pytest.mark.parametrize("bits", [10, 12, 16])
def test_a_jpeg_of_more_than_8_bits_keeps_them(bits: int, is_grey: bool) -> None:
    codes = sky(most=2**bits - 1)
    codes = np.ascontiguousarray(codes[:, :, 0]) if is_grey else codes
    data = bytes(imagecodecs.jpeg8_encode(codes, bitspersample=bits, lossless=True))
    found = decode_picture(data, "sky.jpg")
    expected = np.rint(codes * (65535 / (2**bits - 1)))
    assert off(found, expected[:, :, None] if is_grey else expected) <= 1


@pytest.mark.parametrize("kind", ["rgb", "grey", "grey and alpha"])
def test_a_gamma_is_obeyed_in_16_bits(kind: str) -> None:
    values = {
        "rgb": sky(),
        "grey": sky()[:, :, :1],
        "grey and alpha": np.dstack((sky()[:, :, :1], np.full((24, 400), 65535))),
    }[kind]
    color = {"rgb": 2, "grey": 0, "grey and alpha": 4}[kind]
    found = decode_picture(deep_png(values, color, (b"gAMA", struct.pack(">I", 100_000))), "linear.png")
    expected = in_light_to_srgb(values[:, :, : 3 if kind == "rgb" else 1] / 65535)
    assert found.fine is not None
    assert off(found, np.rint(expected)) <= 2


def test_primaries_told_by_numbers_are_converted_in_16_bits() -> None:
    space = RgbSpace(P3_PRIMARIES)
    light = space.to_light(sky() / 65535) @ space.to_srgb_light().T
    expected = np.rint(65535 * srgb_codes(light))
    numbers = (0.3127, 0.3290, *P3_PRIMARIES[:6])
    chrm = (b"cHRM", struct.pack(">8I", *(round(number * 100_000) for number in numbers)))
    for chunks in (((b"cICP", bytes((12, 13, 0, 1))),), (chrm,)):
        found = decode_picture(deep_png(sky(), 2, *chunks), "p3.png")
        assert found.fine is not None
        assert off(found, expected) <= 3


def test_brighter_light_than_white_is_brought_to_white_in_16_bits_as_in_8() -> None:
    values = np.repeat(np.linspace(0, 50_000, 4000).astype(np.uint16)[None, :, None], 16, axis=0).repeat(3, axis=2)
    pq = (b"cICP", bytes((9, 16, 0, 1)))
    found = decode_picture(deep_png(values, 2, pq), "pq.png")
    assert found.fine is not None
    deep = found.deep_rows(ALL)[0, :, 1].astype(int)
    assert len(np.unique(deep)) > 3000
    assert (np.diff(deep) >= 0).all()
    levels = np.rint(values / 257).astype(np.uint8)
    coarse = decode_picture(png(4000, 16, 8, 2, levels.tobytes(), pq), "pq.png")
    assert np.abs(coarse.pixels.astype(int) - found.pixels).max() <= 3


@pytest.mark.parametrize("has_alpha", [True, False])
def test_a_profile_of_grey_holds_for_16_bits(has_alpha: bool) -> None:
    linear = grey_profile(lambda codes: codes)
    values = sky()[:, :, :1]
    values = np.dstack((values, np.full((24, 400), 65535, np.uint16))) if has_alpha else values
    chunk = (b"iCCP", b"grey\0\0" + zlib.compress(linear))
    found = decode_picture(deep_png(values, 4 if has_alpha else 0, chunk), "grey.png")
    assert off(found, np.rint(in_light_to_srgb(sky()[:, :, :1] / 65535))) <= 12  # of the profile's table


def test_a_transparent_colour_of_16_bits_is_that_one_alone() -> None:
    values = sky()
    values[:, :, :] = (0x1234, 0x5678, 0x9ABC)
    values[:, 200:] = (0x1234, 0x5678, 0x9ABD)  # the same in 8 bits
    clear = (b"tRNS", bytes.fromhex("123456789abc"))
    found = decode_picture(deep_png(values, 2, clear), "clear.png")
    assert found.alpha is not None
    assert not found.alpha[:, :200].any()
    assert (found.alpha[:, 200:] == 255).all()
    assert np.array_equal(found.deep_rows(ALL)[:, 200:], values[:, 200:])


@pytest.mark.parametrize("kind", ["uint16", "float32"])
def test_lab_of_more_than_8_bits_keeps_its_gradation(kind: str) -> None:
    lightness = np.linspace(20, 80, 4000)
    lab = np.zeros((16, 4000, 3))
    lab[:, :, 0] = lightness
    values = lab.astype(np.float32) if kind == "float32" else np.rint(lab * (65535 / 100)).astype(np.uint16)
    found = decode_picture(tiff(values, "cielab"), "lab.tif")
    y = ((lightness + 16) / 116) ** 3
    assert found.fine is not None
    assert off(found, np.rint(in_light_to_srgb(y))[None, :, None]) <= 12  # of the matrix's rounded numbers


def test_inks_without_a_profile_keep_their_gradation() -> None:
    inks = np.dstack((sky(), np.full((24, 400), 6000, np.uint16)))
    found = decode_picture(tiff(inks, "separated"), "inks.tif")
    part = 1 - inks / 65535
    assert off(found, np.rint(65535 * part[:, :, :3] * part[:, :, 3:])) <= 1


def test_a_grey_tiff_in_a_profile_of_rgb_is_converted() -> None:
    adobe = export_profile("adobe-rgb", Metadata())
    grey = np.ascontiguousarray(sky()[:, :, 0])
    found = decode_picture(tiff(grey, "minisblack", iccprofile=adobe), "grey.tif")
    expected = in_light_to_srgb((grey / 65535) ** ADOBE_GAMMA)
    assert off(found, np.rint(expected)[:, :, None]) <= 3
