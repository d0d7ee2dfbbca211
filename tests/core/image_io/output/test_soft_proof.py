"""Soft proofs: what a printer can print stays, what it cannot is shown as it will come out, and marked if asked for."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.core.errors import PictureError
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.output.rgb_profiles import export_profile
from studio.core.image_io.output.soft_proof import OUT_OF_GAMUT, SoftProof
from studio.core.picture import Metadata, Picture
from tests.support.ink_profile import cmyk_profile

COLORS = np.array([[[255, 255, 255], [128, 128, 128], [150, 120, 110], [0, 0, 255], [0, 255, 0]]], np.uint8)


def picture() -> Picture:
    return Picture(COLORS.repeat(16, axis=0).repeat(8, axis=1))


def test_a_proof_is_the_way_to_the_printer_and_back_by_littlecms() -> None:
    screen = ImageCms.ImageCmsProfile(BytesIO(srgb_profile()))
    inks = ImageCms.ImageCmsProfile(BytesIO(cmyk_profile()))
    relative, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    there = ImageCms.buildTransform(screen, inks, "RGB", "CMYK", relative, flags)
    back = ImageCms.buildTransform(inks, screen, "CMYK", "RGB", relative)  # black is shown as black as it will be
    printed = ImageCms.applyTransform(ImageCms.applyTransform(Image.fromarray(picture().pixels), there), back)
    found = SoftProof(cmyk_profile()).of(picture()).pixels
    assert np.abs(found.astype(int) - np.asarray(printed)).max() <= 3
    assert np.abs(found[0, 28].astype(int) - COLORS[0, 3]).max() > 40  # no ink is that blue
    assert np.abs(found[0, 4].astype(int) - COLORS[0, 0]).max() <= 2  # paper is white


def test_only_what_cannot_be_printed_is_marked() -> None:
    marked = SoftProof(cmyk_profile(), warns=True).of(picture()).pixels
    is_marked = (marked == OUT_OF_GAMUT).all(axis=2)[0, 4::8].tolist()
    assert is_marked[3:] == [True, True]
    assert is_marked[:2] == [False, False]


def test_a_wide_screen_changes_nothing() -> None:
    wide = export_profile("adobe-rgb", Metadata())
    found = SoftProof(wide, warns=True).of(picture()).pixels
    assert np.abs(found.astype(int) - picture().pixels).max() <= 2


def test_transparency_stays() -> None:
    alpha = np.full((16, 40), 7, np.uint8)
    proofed = SoftProof(cmyk_profile()).of(picture().with_pixels(picture().pixels, alpha))
    assert proofed.alpha is not None and (proofed.alpha == 7).all()


@pytest.mark.parametrize("icc", [b"", b"no profile" * 40, srgb_profile()[:200]])
def test_what_is_no_profile_is_refused(icc: bytes) -> None:
    with pytest.raises(PictureError, match=r"not a printer profile\. Choose the \.icc file"):
        SoftProof(icc)
