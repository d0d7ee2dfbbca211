"""Photos of 16 bits keep their gradation when they are opened, whichever way they lie and in whatever profile."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from studio.core.image_io import ExportOptions, decode_picture, encode_picture
from studio.core.image_io.color.cicp import ADOBE_GAMMA, ADOBE_PRIMARIES, RgbSpace, srgb_codes
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.output.png_writer import encode_png
from studio.core.image_io.output.rgb_profiles import convert, export_profile
from studio.core.image_io.tiff_writer import encode_tiff
from studio.core.picture import Metadata, Picture

ALL = slice(None)


def sky(height: int = 24, width: int = 400) -> np.ndarray:
    """Values that rise by less than a level of 8 bits from column to column; no row is like another."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack((20_000 + x * 3 + y, 30_000 + x * 2, 40_000 + x + y * 40), axis=-1).astype(np.uint16)


def difference(picture: Picture, expected: np.ndarray) -> int:
    """Of 65,535; a picture of 8 bits is 128 off at the worst."""
    return int(np.abs(picture.deep_rows(ALL).astype(int) - expected).max())


def turned(values: np.ndarray, orientation: int) -> np.ndarray:
    return {1: values, 3: values[::-1, ::-1], 6: np.rot90(values, -1), 5: values.swapaxes(0, 1)}[orientation]


@pytest.mark.parametrize("orientation", [1, 3, 5, 6])
def test_a_png_of_16_bits_keeps_them(orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    found = decode_picture(encode_png(sky(), srgb_profile(), exif.tobytes(), b"", None), "sky.png")
    assert found.fine is not None
    assert difference(found, turned(sky(), orientation)) <= 1
    assert np.array_equal(found.pixels, np.rint(turned(sky(), orientation) / 257))


def test_a_grey_png_of_16_bits_keeps_them() -> None:
    found = decode_picture(imagecodecs.png_encode(np.ascontiguousarray(sky()[:, :, 0])), "sky.png")
    assert difference(found, sky()[:, :, :1]) <= 1


@pytest.mark.parametrize("orientation", [1, 3, 5, 6])
@pytest.mark.parametrize("kind", ["uint16", "float32", "grey"])
def test_a_tiff_of_more_than_8_bits_keeps_them(kind: str, orientation: int) -> None:
    values: Any = {"uint16": sky(), "float32": (sky() / np.float32(65535)), "grey": sky()[:, :, 0]}[kind]
    file = BytesIO()
    photometric = "minisblack" if kind == "grey" else "rgb"
    tifffile.imwrite(file, values, photometric=photometric, extratags=[(274, 3, 1, orientation, True)])
    found = decode_picture(file.getvalue(), "sky.tif")
    expected = sky()[:, :, :1].repeat(3, axis=2) if kind == "grey" else sky()
    assert found.fine is not None
    assert difference(found, turned(expected, orientation)) <= 1


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_a_wide_profile_is_converted_in_16_bits_and_remembered(kind: Any) -> None:
    adobe = export_profile("adobe-rgb", Metadata())
    picture = decode_picture(encode_png(sky(), srgb_profile(), b"", b"", None), "sky.png")
    data = encode_picture(picture, ExportOptions(kind, depth=16, profile="adobe-rgb"))
    found = decode_picture(data, f"sky.{kind}")
    assert found.metadata.icc == adobe
    assert difference(found, sky()) <= 3
    there = convert(found.deep_rows(ALL), adobe)
    assert np.abs(there.astype(int) - convert(sky(), adobe)).max() <= 3


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_the_most_saturated_colours_of_16_bits_are_converted_without_shortcuts(kind: str) -> None:
    values = np.random.default_rng(3).integers(0, 65536, (32, 400, 3)).astype(np.uint16)
    values[16:] //= 11
    space = RgbSpace(ADOBE_PRIMARIES, ADOBE_GAMMA)
    expected = 65535 * srgb_codes(space.to_light(values / 65535) @ space.to_srgb_light().T)
    adobe = export_profile("adobe-rgb", Metadata())
    write = encode_tiff if kind == "tiff" else encode_png
    found = decode_picture(write(values, adobe, b"", b"", None), f"a.{kind}")
    assert difference(found, np.rint(expected)) < 40  # of 65,535; with a table of 33 steps 5,206


def test_photos_of_8_bits_take_no_more_room_than_before() -> None:
    levels = (sky() >> 8).astype(np.uint8)
    for kind in ("png", "tiff", "jpeg"):
        assert decode_picture(encode_picture(Picture(levels), ExportOptions(kind)), "a").fine is None
    for kind in ("png", "tiff"):  # 8 bits in a file of 16
        assert decode_picture(encode_picture(Picture(levels), ExportOptions(kind, depth=16)), "a").fine is None


def test_hidden_colours_have_no_finer_values_of_their_own() -> None:
    values = np.dstack((sky(), np.full(sky().shape[:2], 65_535, np.uint16)))
    values[:, :50, 3] = 0
    found = decode_picture(imagecodecs.png_encode(values), "sky.png")
    assert found.fine is not None
    assert not found.fine[:, :50].any()
    assert difference(Picture(found.pixels[:, 50:], fine=found.fine[:, 50:]), sky()[:, 50:]) <= 1


def test_a_jpeg_remembers_its_profile_and_one_of_grey_is_none() -> None:
    adobe = export_profile("adobe-rgb", Metadata())
    data = encode_picture(Picture((sky() >> 8).astype(np.uint8)), ExportOptions("jpeg", profile="adobe-rgb"))
    assert decode_picture(data, "a.jpg").metadata.icc == adobe
    file = BytesIO()
    Image.fromarray((sky()[:, :, 0] >> 8).astype(np.uint8)).save(file, "PNG", icc_profile=ImageCms.ImageCmsProfile(
        ImageCms.createProfile("LAB")).tobytes())  # fmt: skip
    assert decode_picture(file.getvalue(), "a.png").metadata.icc == b""
