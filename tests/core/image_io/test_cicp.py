"""Code points, gamma and chromaticities: checked by hand-computed values, published matrices and littleCMS."""

from __future__ import annotations

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from studio.core.image_io import decode_picture
from studio.core.image_io.color.cicp import (
    ADOBE_PRIMARIES,
    P3_PRIMARIES,
    PRIMARIES,
    RgbSpace,
    nits_to_pq,
    pq_to_nits,
    space_of,
    space_of_gamma,
)
from studio.core.image_io.color.tone_mapping import RgbConversion, eetf, measured_peak
from studio.core.image_io.color_profile import srgb_profile
from studio.core.picture import Pixels
from tests.support.made_profiles import screen_profile
from tests.support.picture_files import Chunk, encoded, png

Floats = NDArray[np.float64]
CURVES: dict[int, Callable[[Floats], Floats]] = {  # ITU-T H.273, table 3, turned round
    4: lambda v: v**2.2,
    5: lambda v: v**2.8,
    7: lambda v: np.where(v < 4 * 0.0228, v / 4, ((v + 0.1115) / 1.1115) ** (1 / 0.45)),
    8: lambda v: v,
    13: lambda v: np.where(v <= 12.92 * 0.0031308, v / 12.92, ((v + 0.055) / 1.055) ** 2.4),
}
LIKE_SRGB = (1, 2, 6, 11, 12, 14, 15)


def patches() -> Pixels:
    """(27, 27, 3): nine steps of each channel with each other."""
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)


def tagged(pixels: Pixels, *chunks: Chunk) -> Pixels:
    """What opens of a PNG with these chunks."""
    height, width = pixels.shape[:2]
    return decode_picture(png(width, height, 8, 2, pixels.tobytes(), *chunks), "a.png").pixels


def cicp(primaries: int, transfer: int, matrix: int = 0, is_full_range: int = 1) -> Chunk:
    return b"cICP", bytes((primaries, transfer, matrix, is_full_range))


def gama(value: float) -> Chunk:
    return b"gAMA", struct.pack(">I", round(value * 100_000))


def chrm(primaries: tuple[float, ...]) -> Chunk:
    return b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in (*primaries[6:], *primaries[:6])))


def by_little_cms(pixels: Pixels, profile: bytes) -> NDArray[np.int64]:
    converted = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.ImageCmsProfile(BytesIO(srgb_profile())),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    return np.asarray(converted).astype(np.int64)


def farthest(pixels: Pixels, expected: NDArray[np.int64] | Pixels) -> int:
    return int(np.abs(pixels.astype(np.int64) - expected).max())


@pytest.mark.parametrize("transfer", [*CURVES, 1, 14])
@pytest.mark.parametrize("primaries", [number for number in PRIMARIES if number != 10])
def test_code_points_mean_what_little_cms_makes_of_such_a_profile(primaries: int, transfer: int) -> None:
    curve = CURVES[13 if transfer in LIKE_SRGB else transfer]
    expected = by_little_cms(patches(), screen_profile(PRIMARIES[primaries], curve))
    assert farthest(tagged(patches(), cicp(primaries, transfer)), expected) <= 2


@pytest.mark.parametrize("transfer", [13, *LIKE_SRGB])
@pytest.mark.parametrize("primaries", [1, 2])
def test_what_is_srgb_by_other_numbers_stays_as_it_is(primaries: int, transfer: int) -> None:
    assert farthest(tagged(patches(), cicp(primaries, transfer)), patches()) == 0


@pytest.mark.parametrize("points", [(99, 13), (3, 13), (1, 99), (1, 3), (0, 0)])
def test_numbers_without_a_meaning_count_as_nothing(points: tuple[int, int]) -> None:
    assert space_of(*points) is None
    assert farthest(tagged(patches(), cicp(*points)), patches()) == 0


def test_a_matrix_that_is_not_rgb_makes_a_png_s_code_points_void() -> None:
    assert farthest(tagged(patches(), cicp(12, 13, matrix=1)), patches()) == 0


def test_narrow_range_is_stretched() -> None:
    pixels = np.full((16, 16, 3), 16, np.uint8)
    pixels[8:], pixels[:, 8:] = 235, (16 + 219 // 3, 16, 235)
    found = tagged(pixels, cicp(1, 13, is_full_range=0))
    assert found[0, 0].tolist() == [0, 0, 0]
    assert found[0, 15].tolist() == [85, 0, 255]
    assert found[15, 0].tolist() == [255, 255, 255]


def test_the_matrices_are_the_published_ones() -> None:
    # BT.2087-0, annex 2 (2020 to 709), and the W3C's of CSS Color 4 (P3 to sRGB).
    published = ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187))
    assert np.abs(RgbSpace(PRIMARIES[9]).to_srgb_light() - published).max() < 2e-4
    published = ((1.2249, -0.2249, 0), (-0.0420, 1.0420, 0), (-0.0196, -0.0786, 1.0983))
    assert np.abs(RgbSpace(P3_PRIMARIES).to_srgb_light() - published).max() < 2e-4


def test_white_stays_white_whatever_white_was_meant() -> None:
    for number in PRIMARIES:
        assert tagged(np.full((16, 16, 3), 255, np.uint8), cicp(number, 13)).min() >= 254


# Gamma and chromaticities -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", [0.2, 0.35, 0.5, 0.55, 0.7, 1.0, 1.8])
@pytest.mark.parametrize("primaries", [PRIMARIES[1], P3_PRIMARIES, ADOBE_PRIMARIES, PRIMARIES[9]])
def test_gamma_and_chromaticities_mean_what_little_cms_makes_of_them(
    exponent: float, primaries: tuple[float, ...]
) -> None:
    expected = by_little_cms(patches(), screen_profile(primaries, lambda v: v ** (1 / exponent)))
    steepest = 2 if exponent <= 1 else 6  # littleCMS's own table is coarse where a curve rises like a wall
    assert farthest(tagged(patches(), gama(exponent), chrm(primaries)), expected) <= steepest


@pytest.mark.parametrize("exponent", [0.45455, 0.45454, 0.4545, 0.44, 0.47])
def test_the_usual_gamma_means_the_curve_of_srgb(exponent: float) -> None:
    srgb = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)
    assert farthest(tagged(patches(), gama(exponent)), patches()) == 0
    assert farthest(tagged(patches(), gama(exponent), chrm(srgb)), patches()) == 0
    by_profile = by_little_cms(patches(), screen_profile(P3_PRIMARIES, CURVES[13]))
    assert farthest(tagged(patches(), gama(exponent), chrm(P3_PRIMARIES)), by_profile) <= 2


def test_linear_values_by_hand() -> None:
    # 0.2140 of light is code 0.5 in sRGB; 128/255 of light is code 188.
    found = tagged(np.full((16, 16, 3), (55, 128, 255), np.uint8), gama(1.0))
    assert found[0, 0].tolist() == [128, 188, 255]


@pytest.mark.parametrize(
    "chunks",
    [
        [gama(0)],
        [gama(100)],
        [chrm((0,) * 8)],
        [chrm((0.3, 0.3) * 4)],
        [chrm((0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.9, 0.05))],
        [chrm((0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.0))],
        [gama(0.45455), chrm((40_000,) * 8)],
    ],
)
def test_impossible_descriptions_count_as_nothing(chunks: list[Chunk]) -> None:
    assert farthest(tagged(patches(), *chunks), patches()) == 0


def test_a_gamma_holds_for_palettes_and_grey_too() -> None:
    grey = png(16, 16, 8, 0, bytes([128]) * 256, gama(1.0))
    assert decode_picture(grey, "a.png").pixels[0, 0].tolist() == [188] * 3
    palette = png(16, 16, 8, 3, bytes([1]) * 256, gama(1.0), (b"PLTE", bytes((0, 0, 0, 55, 128, 255))))
    assert decode_picture(palette, "a.png").pixels[0, 0].tolist() == [128, 188, 255]


# Brighter than white -------------------------------------------------------------------------------------------------


def test_pq_by_hand() -> None:
    # SMPTE ST 2084: the published codes of 1, 100, 203, 1,000, 4,000 and 10,000 cd/m2.
    nits = np.array((0, 1, 100, 203, 1000, 4000, 10_000.0))
    codes = np.array((0, 0.14995, 0.50808, 0.58069, 0.75183, 0.90257, 1.0))
    assert np.abs(nits_to_pq(nits) - codes).max() < 1e-4
    assert np.abs(pq_to_nits(nits_to_pq(nits)) / np.maximum(nits, 1e-9) - 1)[1:].max() < 1e-9


def pq_pixels(light: Floats) -> Pixels:
    """Codes of linear light, 1 = 203 cd/m2."""
    return np.rint(255 * nits_to_pq(light * 203)).astype(np.uint8)


@pytest.mark.parametrize("level", [0.0, 0.05, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("primaries", [1, 9, 12])
def test_pq_that_is_no_brighter_than_white_is_shown_as_it_is(primaries: int, level: float) -> None:
    codes = pq_pixels(np.full((16, 16, 3), level))
    light = pq_to_nits(codes / 255.0) / 203
    expected = 255 * np.where(light > 0.0031308, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055, light * 12.92)
    assert np.abs(tagged(codes, cicp(primaries, 16)) - expected.clip(0, 255)).max() <= 1.5


def test_highlights_are_rolled_off_and_not_cut() -> None:
    light = np.repeat(np.linspace(0.01, 5, 256)[None, :, None], 16, axis=0).repeat(3, axis=2)
    found = tagged(pq_pixels(light), cicp(9, 16))[0, :, 0].astype(int)
    assert (np.diff(found) >= 0).all()
    assert found[-1] == 255
    assert found[100] < 255  # twice as bright as white, and still less than the brightest
    dark = found[:8]
    shown = 255 * (1.055 * light[0, :8, 0] ** (1 / 2.4) - 0.055)
    assert np.abs(dark - shown).max() <= 3


def test_the_eetf_by_hand() -> None:
    # BT.2390-11, 5.4.1, worked out for 1,000 to 203 cd/m2: ends, knee, and the middle of the spline.
    top, goal = float(nits_to_pq(np.array(1000.0))), float(nits_to_pq(np.array(203.0)))
    knee = 1.5 * goal / top - 0.5
    middle = (knee + 1) / 2
    bent = 0.5 * knee + 0.125 * (1 - knee) + 0.5 * goal / top
    found = eetf(pq_to_nits(np.array((0, knee * top / 2, knee * top, middle * top, top))), 1000, 203)
    expected = pq_to_nits(np.array((0, knee * top / 2, knee * top, bent * top, goal)))
    assert np.allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_a_dead_pixel_does_not_darken_the_picture() -> None:
    codes = np.full((400, 400, 3), 100, np.uint8)
    plain = tagged(codes, cicp(9, 16))
    codes[7, 7] = 255
    assert np.array_equal(tagged(codes, cicp(9, 16))[100:], plain[100:])


def test_hue_stays_when_highlights_are_rolled_off() -> None:
    light = np.full((16, 16, 3), (4.0, 2.0, 1.0))
    space = RgbSpace(transfer=16)
    convert = RgbConversion(space, peak=measured_peak(space, [pq_pixels(light)]))
    red, green, blue = convert(pq_pixels(light))[0, 0] / 255
    ratios = [((value + 0.055) / 1.055) ** 2.4 for value in (red, green, blue)]
    assert ratios[0] / ratios[1] == pytest.approx(2, rel=0.1)
    assert ratios[1] / ratios[2] == pytest.approx(2, rel=0.1)


def test_hlg_by_hand() -> None:
    # BT.2100: code 0.75 is the white of graphics, 0.265 of scene light, and 203 cd/m2 on a display of 1,000 (BT.2408).
    found = tagged(np.full((16, 16, 3), 191, np.uint8), cicp(9, 18))[0, 0]
    assert np.abs(found.astype(int) - 255).max() <= 2
    # code 0.5: scene light 1/12; display 1000 * (1/12) ** 1.2 = 50.7 cd/m2, a quarter of white, sRGB code 0.537
    found = tagged(np.full((16, 16, 3), 128, np.uint8), cicp(9, 18))[0, 0]
    assert np.abs(found.astype(int) - 137).max() <= 2


def test_each_strip_of_a_bright_picture_is_mapped_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    light = np.linspace(0, 4, 64)[:, None, None] * np.ones((64, 64, 3))
    whole = tagged(pq_pixels(light), cicp(9, 16))
    monkeypatch.setattr("studio.core.image_io.color_profile.STRIP", 64 * 5)
    monkeypatch.setattr("studio.core.image_io.color.upright_pixels.STRIP", 64 * 7)
    assert np.array_equal(tagged(pq_pixels(light), cicp(9, 16)), whole)


# Boxes ---------------------------------------------------------------------------------------------------------------


def avif_with(points: tuple[int, int], pixels: Pixels) -> bytes:
    """An AVIF with these primaries and this transfer function in its nclx box."""
    data = bytearray(encoded("AVIF", pixels, quality=100, subsampling="4:4:4", speed=10))
    at = data.index(b"colrnclx") + 8
    data[at : at + 4] = struct.pack(">2H", *points)
    return bytes(data)


@pytest.mark.parametrize("points", [(12, 13), (9, 13), (1, 8), (1, 4), (9, 16), (9, 18), (9, 1), (2, 2), (5, 6)])
def test_avif_and_png_mean_the_same_by_the_same_code_points(points: tuple[int, int]) -> None:
    pixels = np.full((32, 32, 3), (150, 120, 100), np.uint8)
    stored = decode_picture(avif_with((1, 13), pixels), "a.avif").pixels
    found = decode_picture(avif_with(points, pixels), "a.avif").pixels
    assert farthest(found, tagged(stored, cicp(*points))) == 0


def test_an_icc_profile_weighs_more_than_nclx() -> None:
    data = encoded("AVIF", patches(), quality=100, subsampling="4:4:4", icc_profile=srgb_profile())
    expected = decode_picture(data, "a.avif").pixels
    at = data.find(b"colrnclx")
    changed = bytearray(data)
    if at >= 0:
        changed[at + 8 : at + 12] = struct.pack(">2H", 12, 8)
    assert farthest(decode_picture(bytes(changed), "a.avif").pixels, expected) == 0


FILES = Path(__file__).parents[2] / "support" / "pictures" / "colours"


@pytest.mark.parametrize(
    ("name", "tolerance"),  # mean difference in levels: what coding costs
    [
        ("avif_nclx_p3.avif", 2),
        ("heic10_nclx_p3.heic", 2),
        ("avif_linear.avif", 2),
        ("avif_pq.avif", 4),
        ("heic10_pq.heic", 2),
        ("avif_hlg.avif", 15),  # made without the system gamma of BT.2100
    ],
)
def test_one_photo_told_in_several_ways_looks_the_same(name: str, tolerance: float) -> None:
    with Image.open(FILES / ("expected_of_p3.png" if "p3" in name else "expected.png")) as image:
        expected = np.asarray(image.convert("RGB")).astype(int)
    found = decode_picture((FILES / name).read_bytes(), name).pixels
    assert np.abs(found - expected).mean() <= tolerance


def test_possible_and_impossible_gammas() -> None:
    assert space_of_gamma(float("nan")) is None
    assert space_of_gamma(0.01) is None
    assert space_of_gamma(0.45455) == RgbSpace()
