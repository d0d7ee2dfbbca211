"""What a file tells about its colours, and which of several things it tells counts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from studio.core.image_io import decode_picture
from studio.core.image_io.color.cicp import ADOBE_PRIMARIES, P3_PRIMARIES, PRIMARIES, SRGB_PRIMARIES
from studio.core.image_io.color_profile import srgb_profile
from studio.core.picture import Pixels
from tests.core.image_io.test_cicp import CURVES, by_little_cms, chrm, cicp, farthest, gama, patches, tagged
from tests.support.made_profiles import grey_profile, screen_profile
from tests.support.picture_files import Chunk, encoded, png

ADOBE = screen_profile(ADOBE_PRIMARIES, lambda v: v ** (563 / 256))
P3 = screen_profile(P3_PRIMARIES, CURVES[13])
WIDE = screen_profile(PRIMARIES[9], CURVES[4])
LINEAR = screen_profile(SRGB_PRIMARIES, CURVES[8])
GREY = grey_profile(CURVES[8])
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
LOSSLESS: dict[str, dict[str, object]] = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True, "exact": True}}


def iccp(profile: bytes) -> Chunk:
    return b"iCCP", b"icc\0\0" + zlib.compress(profile)


def opened(pixels: Pixels, format_name: str, **settings: object) -> Pixels:
    return decode_picture(encoded(format_name, pixels, **LOSSLESS.get(format_name, {}), **settings), "a").pixels


@pytest.mark.parametrize("version", [2, 4])
@pytest.mark.parametrize("format_name", LOSSLESS)
@pytest.mark.parametrize(
    ("primaries", "transfer"), [(P3_PRIMARIES, 13), (ADOBE_PRIMARIES, 4), (PRIMARIES[9], 8), (PRIMARIES[5], 5)]
)
def test_a_profile_means_what_little_cms_makes_of_it(
    primaries: tuple[float, ...], transfer: int, format_name: str, version: int
) -> None:
    profile = screen_profile(primaries, CURVES[transfer], version)
    assert farthest(opened(patches(), format_name, icc_profile=profile), by_little_cms(patches(), profile)) <= 1


@pytest.mark.parametrize("version", [2, 4])
@pytest.mark.parametrize("transfer", [4, 5, 8])
@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "JPEG"])
def test_grey_has_profiles_of_its_own(format_name: str, transfer: int, version: int) -> None:
    ramp = np.arange(256, dtype=np.uint8).repeat(16).reshape(64, 64)
    found = opened(ramp, format_name, icc_profile=grey_profile(CURVES[transfer], version))
    light = CURVES[transfer](np.array(0.5019608))
    expected = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(found[ramp == 128].astype(int) - expected).max() <= (3 if format_name == "JPEG" else 1)


def test_a_profile_of_colours_holds_for_grey_too() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    expected = by_little_cms(np.stack([ramp] * 3, 2), LINEAR)
    assert farthest(opened(ramp, "PNG", icc_profile=LINEAR), expected) <= 1


def with_a_zeroed(tag: bytes) -> bytes:
    profile = bytearray(P3)
    at = profile.index(tag)
    offset, size = struct.unpack(">2I", profile[at + 4 : at + 12])
    profile[offset : offset + size] = bytes(size)
    return bytes(profile)


UNUSABLE = {
    "rubbish": b"no profile at all",
    "one byte": b"\0",
    "zeros": bytes(3000),
    "cut in its head": P3[:100],
    "cut in its table": P3[:150],
    "cut in its curves": P3[:700],
    "of Lab": LAB,
    "of grey": GREY,
    "without a curve": with_a_zeroed(b"rTRC"),
    "without red": with_a_zeroed(b"rXYZ"),
    "of an unknown space": P3[:16] + b"ABCD" + P3[20:],
    "of a device link": P3[:12] + b"link" + P3[16:],
}


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("what", UNUSABLE)
def test_a_profile_that_cannot_be_used_counts_as_none(what: str, format_name: str) -> None:
    assert farthest(opened(patches(), format_name, icc_profile=UNUSABLE[what]), patches()) == 0


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_else_is_told_counts_then(what: str) -> None:
    found = tagged(patches(), iccp(UNUSABLE[what]), gama(1.0))
    assert farthest(found, tagged(patches(), gama(1.0))) == 0
    found = opened(patches(), "WEBP", icc_profile=UNUSABLE[what], exif=exif_block(space=2))
    assert farthest(found, by_little_cms(patches(), ADOBE)) <= 2


@pytest.mark.parametrize("size", [900_000, 3_000_000])
def test_a_profile_of_megabytes_is_used(size: int) -> None:
    long = bytearray(P3 + np.random.default_rng(2).bytes(size))
    long[:4] = struct.pack(">I", len(long))
    assert farthest(tagged(patches(), iccp(bytes(long))), by_little_cms(patches(), P3)) <= 1
    assert farthest(opened(patches(), "JPEG", quality=100, subsampling="4:4:4", icc_profile=bytes(long)), patches()) > 9


CMYK_KINDS = {"of colours": P3, "of grey": GREY, "rubbish": b"rubbish", "of Lab": LAB}


@pytest.mark.parametrize("what", CMYK_KINDS)
@pytest.mark.parametrize("format_name", ["TIFF", "JPEG"])
def test_inks_with_a_profile_of_something_else_are_converted_as_on_screens(what: str, format_name: str) -> None:
    file = BytesIO()
    Image.new("CMYK", (24, 16), (51, 102, 153, 0)).save(file, format_name, icc_profile=CMYK_KINDS[what])
    found = decode_picture(file.getvalue(), "a").pixels[3, 5]
    assert np.abs(found.astype(int) - (204, 153, 102)).max() <= 3


# PNG, third edition, 4.3: cICP, then iCCP, then sRGB, then gAMA and cHRM ------------------------------------------

SRGB_CHUNK: Chunk = (b"sRGB", b"\0")
BY_CHUNK: dict[str, tuple[list[Chunk], NDArray[np.int64]]] = {
    "cICP": ([cicp(12, 13)], by_little_cms(patches(), P3)),
    "iCCP": ([iccp(WIDE)], by_little_cms(patches(), WIDE)),
    "sRGB": ([SRGB_CHUNK], patches().astype(np.int64)),
    "gAMA": ([gama(1.0), chrm(ADOBE_PRIMARIES)], by_little_cms(patches(), screen_profile(ADOBE_PRIMARIES, CURVES[8]))),
}
ORDER = list(BY_CHUNK)


@pytest.mark.parametrize("weightier", ORDER)
@pytest.mark.parametrize("lighter", ORDER)
@pytest.mark.parametrize("is_first", [True, False])
def test_the_weightier_chunk_counts_wherever_it_stands(weightier: str, lighter: str, is_first: bool) -> None:
    if ORDER.index(weightier) > ORDER.index(lighter):
        weightier, lighter = lighter, weightier
    chunks, expected = BY_CHUNK[weightier]
    others = BY_CHUNK[lighter][0] if lighter != weightier else []
    assert farthest(tagged(patches(), *(chunks + others if is_first else others + chunks)), expected) <= 2


def test_all_at_once_is_the_code_points() -> None:
    everything = [chunk for chunks, _ in reversed(BY_CHUNK.values()) for chunk in chunks]
    assert farthest(tagged(patches(), *everything), BY_CHUNK["cICP"][1]) <= 2


def test_unknown_code_points_leave_it_to_the_profile() -> None:
    assert farthest(tagged(patches(), cicp(77, 13), iccp(P3)), by_little_cms(patches(), P3)) <= 2


def test_chromaticities_alone_go_with_the_curve_of_srgb() -> None:
    assert farthest(tagged(patches(), chrm(P3_PRIMARIES)), by_little_cms(patches(), P3)) <= 2


# EXIF ----------------------------------------------------------------------------------------------------------------


def exif_block(space: int | None = None, index: str | None = None) -> bytes:
    exif = Image.Exif()
    camera: dict[int, object] = {}
    if space is not None:
        camera[0xA001] = space
    if index is not None:
        camera[0xA005] = {1: index}
    exif[0x8769] = camera
    return exif.tobytes()


@pytest.mark.parametrize("format_name", ["PNG", "WEBP"])
@pytest.mark.parametrize(
    ("space", "index", "is_adobe"),
    [
        (2, None, True),
        (0xFFFF, "R03", True),
        (None, "R03", True),
        (1, "R03", False),
        (1, "R98", False),
        (0xFFFF, "R98", False),
        (0xFFFF, None, False),
        (None, None, False),
        (3, None, False),
    ],
)
def test_cameras_tell_adobe_rgb_in_exif(space: int | None, index: str | None, is_adobe: bool, format_name: str) -> None:
    found = opened(patches(), format_name, exif=exif_block(space, index))
    expected = by_little_cms(patches(), ADOBE) if is_adobe else patches().astype(np.int64)
    assert farthest(found, expected) <= (2 if is_adobe else 0)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("index", "is_adobe"), [(b"R03\0", True), (b"R98\0", False)])
def test_a_tiff_tells_adobe_rgb_in_the_interoperability_of_its_exif(order: str, index: bytes, is_adobe: bool) -> None:
    pixels = np.full((32, 32, 3), (60, 180, 90), np.uint8)

    def ifd(*entries: tuple[int, int, bytes]) -> bytes:
        """Tags of one value of 4 bytes each; another one follows none."""
        rows = b"".join(
            struct.pack(f"{order}HHI", tag, kind, 1 if kind != 2 else 4) + value for tag, kind, value in entries
        )
        return struct.pack(f"{order}H", len(entries)) + rows + bytes(4)

    def short(value: int) -> bytes:
        return struct.pack(f"{order}HH", value, 0)

    def long(value: int) -> bytes:
        return struct.pack(f"{order}I", value)

    inner = ifd((1, 2, index))
    at_inner, at_exif = 8, 8 + len(inner)
    exif = ifd((0xA001, 3, short(0xFFFF)), (0xA005, 4, long(at_inner)))
    at_pixels = at_exif + len(exif)
    page = ifd(
        (256, 3, short(32)), (257, 3, short(32)), (258, 3, short(8)), (262, 3, short(2)), (273, 4, long(at_pixels)),
        (277, 3, short(3)), (278, 3, short(32)), (279, 4, long(pixels.nbytes)), (0x8769, 4, long(at_exif)),
    )  # fmt: skip
    head = (b"II*\0" if order == "<" else b"MM\0*") + long(at_pixels + pixels.nbytes)
    found = decode_picture(head + inner + exif + pixels.tobytes() + page, "a").pixels
    expected = by_little_cms(pixels, ADOBE) if is_adobe else pixels.astype(np.int64)
    assert farthest(found, expected) <= 2


def test_a_jpeg_in_adobe_rgb_by_exif_alone() -> None:
    pixels = np.full((32, 32, 3), (60, 180, 90), np.uint8)
    found = decode_picture(encoded("JPEG", pixels, quality=100, subsampling="4:4:4", exif=exif_block(2)), "a").pixels
    assert farthest(found, by_little_cms(pixels, ADOBE)) <= 5
    assert farthest(found, pixels.astype(np.int64)) > 40


@pytest.mark.parametrize("profile", [P3, srgb_profile()], ids=["P3", "sRGB"])
def test_a_profile_weighs_more_than_exif(profile: bytes) -> None:
    found = opened(patches(), "WEBP", icc_profile=profile, exif=exif_block(2))
    assert farthest(found, by_little_cms(patches(), profile)) <= 1


@pytest.mark.parametrize("chunk", [SRGB_CHUNK, gama(0.45455)])
def test_a_chunk_weighs_more_than_exif(chunk: Chunk) -> None:
    assert farthest(tagged(patches(), chunk, (b"eXIf", exif_block(2).removeprefix(b"Exif\0\0"))), patches()) == 0


@pytest.mark.parametrize("make", [lambda: (b"eXIf", exif_block(2)[6:]), lambda: gama(1.0), lambda: cicp(12, 8)])
def test_transparency_passes_by_colours(make: Callable[[], Chunk]) -> None:
    opaque = png(27, 27, 8, 2, patches().tobytes(), make())
    alpha = (np.arange(27 * 27) % 255 + 1).astype(np.uint8).reshape(27, 27, 1)
    clear = png(27, 27, 8, 6, np.concatenate((patches(), alpha), 2).tobytes(), make())
    found = decode_picture(clear, "a.png")
    assert found.alpha is not None
    assert np.array_equal(found.alpha, alpha[..., 0])
    assert np.array_equal(found.pixels, decode_picture(opaque, "a.png").pixels)


@pytest.mark.parametrize("profile", [None, UNUSABLE["of grey"]])
def test_a_tiff_tells_adobe_rgb_in_its_exif_as_well(profile: bytes | None) -> None:
    settings = {} if profile is None else {"icc_profile": profile}
    found = opened(patches(), "TIFF", exif=exif_block(space=2), **settings)
    assert farthest(found, by_little_cms(patches(), ADOBE)) <= 2
    assert farthest(opened(patches(), "TIFF", exif=exif_block(space=1), **settings), patches()) == 0
