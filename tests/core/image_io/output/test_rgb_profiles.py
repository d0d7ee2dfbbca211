"""Profiles of exports: the published numbers, and the colours that others get from them."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import ImageCms

from studio.core.errors import PictureError
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.output.rgb_profiles import (
    convert,
    export_profile,
    is_for_export,
    matrix_profile,
    profile_name,
    read_profile,
)
from studio.core.picture import Metadata
from tests.support.ink_profile import cmyk_profile

CORNERS = np.array([[[65535, 0, 0], [0, 65535, 0], [0, 0, 65535], [65535, 65535, 65535], [0, 0, 0]]], np.uint16)
# Sources: the colorants in Adobe RGB (1998), annex A, and in Apple's profile of Display P3; adapted to D50.
COLORANTS = {
    "adobe-rgb": ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    "display-p3": ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
}
# The corners of sRGB, from the conversions that CSS Color 4 prescribes.
IN_PROFILE = {
    "display-p3": ((0.917488, 0.200287, 0.138561), (0.458402, 0.985265, 0.298295), (0, 0, 0.959588)),
    "adobe-rgb": ((0.858592, 0, 0), (0.564978, 1, 0.234443), (0, 0, 0.981072)),
}


@pytest.mark.parametrize("name", COLORANTS)
def test_the_primaries_are_those_that_were_published(name: str) -> None:
    profile = ImageCms.ImageCmsProfile(BytesIO(export_profile(name, Metadata()))).profile
    found = (profile.red_colorant[0], profile.green_colorant[0], profile.blue_colorant[0])
    assert np.abs(np.array(found) - COLORANTS[name]).max() < 0.0001
    assert profile.media_white_point[0] == pytest.approx((0.9642, 1.0, 0.8249), abs=0.0001)
    assert np.sum(found, axis=0) == pytest.approx((0.9642, 1.0, 0.8249), abs=0.0001)


@pytest.mark.parametrize("name", IN_PROFILE)
def test_the_corners_of_srgb_lie_where_they_are_known_to(name: str) -> None:
    found = convert(CORNERS, export_profile(name, Metadata()))[0] / 65535
    # A thousandth near black, where the curves are steep, is a hundred-thousandth of the light.
    assert np.abs(found[:3] - IN_PROFILE[name]).max() < 0.008
    assert np.abs(found[:3] ** 2.2 - np.array(IN_PROFILE[name]) ** 2.2).max() < 0.0003
    assert np.abs(found[3:] - [[1, 1, 1], [0, 0, 0]]).max() < 0.0005


def test_adobe_rgb_is_what_littlecms_makes_of_its_numbers() -> None:
    theirs = imagecodecs.cms_profile(
        "rgb",
        whitepoint=[0.3127, 0.3290, 1.0],
        primaries=[0.64, 0.33, 1.0, 0.21, 0.71, 1.0, 0.15, 0.06, 1.0],
        gamma=563 / 256,
    )
    colors = np.random.default_rng(2).integers(0, 65536, (40, 50, 3), dtype=np.uint16)
    ours = export_profile("adobe-rgb", Metadata())
    assert np.abs(convert(colors, ours).astype(int) - convert(colors, theirs)).max() <= 1


@pytest.mark.parametrize("name", IN_PROFILE)
def test_16_bits_come_back_from_every_profile(name: str) -> None:
    colors = np.random.default_rng(4).integers(0, 65536, (40, 50, 3), dtype=np.uint16)
    profile = export_profile(name, Metadata())
    back = imagecodecs.cms_transform(
        convert(colors, profile),
        profile,
        srgb_profile(),
        colorspace="rgb",
        outcolorspace="rgb",
        outdtype="uint16",
        flags=int(ImageCms.Flags.NOOPTIMIZE),
    )
    assert np.abs(back.astype(int) - colors).max() <= 24  # a tenth of a level of 8 bits
    assert profile == export_profile(name, Metadata())


def test_the_absolute_intent_shows_the_white_of_the_paper() -> None:
    plain = matrix_profile("Warm paper", ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), (2.2,))
    white_point = b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in (0.9642, 1.0, 0.8249)))
    yellowish = b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in (0.90, 0.93, 0.65)))
    paper = plain.replace(white_point, yellowish).replace(b"mntr", b"prtr")
    white = np.full((1, 1, 3), 50_000, np.uint16)
    relative, absolute = (convert(white, paper, intent)[0, 0].astype(int) for intent in ("relative", "absolute"))
    assert np.ptp(relative) < 300
    assert absolute[2] > absolute[0] + 3000  # blue makes up for the paper


def test_the_photos_own_profile_is_used_where_it_is_one_of_rgb() -> None:
    adobe = export_profile("adobe-rgb", Metadata())
    assert export_profile("photo", Metadata(icc=adobe)) == adobe
    for icc in (b"", b"no profile at all", cmyk_profile()):
        assert export_profile("photo", Metadata(icc=icc)) == srgb_profile()


def test_a_chosen_profile_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "wide.icc"
    path.write_bytes(matrix_profile("Wide", ((0.7, 0.29), (0.17, 0.80), (0.13, 0.04)), (1.8,)))
    assert profile_name(export_profile(str(path), Metadata())) == "Wide"


def test_what_is_no_profile_or_one_of_inks_is_refused_in_words(tmp_path: Path) -> None:
    inks, text, cut = tmp_path / "press.icc", tmp_path / "notes.icc", tmp_path / "cut.icc"
    inks.write_bytes(cmyk_profile())
    text.write_bytes(b"shopping list" * 40)
    cut.write_bytes(srgb_profile()[:300])
    with pytest.raises(PictureError, match=r"press\.icc is not a profile that .* Choose one of RGB"):
        export_profile(str(inks), Metadata())
    for path in (text, cut):
        with pytest.raises(PictureError, match="is not an ICC profile"):
            read_profile(path)
    with pytest.raises(PictureError, match="is not there any more"):
        read_profile(tmp_path / "gone.icc")
    assert profile_name(cmyk_profile()) is not None
    assert not is_for_export(cmyk_profile())
