"""Exports in a profile of four inks: what littleCMS makes of the picture, read again by other readers."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from studio.core.errors import PictureError
from studio.core.image_io import ExportOptions, decode_picture, open_picture, save_picture
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.output.rgb_profiles import INTENTS, Intent, cms_intent
from studio.core.picture import Picture, from_deep
from tests.support.ink_profile import cmyk_profile
from tests.support.picture_files import noise

ENDINGS: Any = {"tiff": ".tif", "jpeg": ".jpg"}


@pytest.fixture
def press(tmp_path: Path) -> str:
    path = tmp_path / "press.icc"
    path.write_bytes(cmyk_profile())
    return str(path)


def smooth(height: int = 64, width: int = 96) -> Picture:
    y, x = np.mgrid[0:height, 0:width]
    pixels, fine = from_deep(np.stack((x * 600, y * 900, 60_000 - x * 300 - y * 200), -1).astype(np.uint16))
    return Picture(pixels, fine=fine)


def by_little_cms(pixels: np.ndarray[Any, Any], intent: Intent) -> np.ndarray[Any, Any]:
    converted = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        ImageCms.ImageCmsProfile(BytesIO(srgb_profile())),
        ImageCms.ImageCmsProfile(BytesIO(cmyk_profile())),
        renderingIntent=cms_intent(intent),
        outputMode="CMYK",
        flags=ImageCms.Flags.NOOPTIMIZE
        | (ImageCms.Flags.NONE if intent == "absolute" else ImageCms.Flags.BLACKPOINTCOMPENSATION),
    )
    return np.asarray(converted).astype(int)


def written_inks(path: Path) -> np.ndarray[Any, Any]:
    """0 for none to 255, or 65,535."""
    if path.suffix == ".tif":
        return tifffile.imread(path)
    with Image.open(path) as image:
        assert image.mode == "CMYK"
        return np.asarray(image)


@pytest.mark.parametrize("kind", ["tiff", "jpeg"])
@pytest.mark.parametrize("intent", INTENTS)
def test_the_inks_are_those_of_little_cms(kind: Any, intent: Intent, press: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ENDINGS[kind]}"
    picture = Picture(smooth().pixels)
    save_picture(picture, path, ExportOptions(kind, quality=100, profile=press, intent=intent))
    difference = np.abs(written_inks(path).astype(int) - by_little_cms(picture.pixels, intent))
    assert difference.max() <= (3 if kind == "tiff" else 12)
    assert difference.mean() < 1
    with Image.open(path) as image:
        assert image.info["icc_profile"] == cmyk_profile()


def test_16_bits_of_inks_are_finer_than_8(press: str, tmp_path: Path) -> None:
    deep, coarse = tmp_path / "deep.tif", tmp_path / "coarse.tif"
    save_picture(smooth(), deep, ExportOptions("tiff", depth=16, profile=press))
    save_picture(smooth(), coarse, ExportOptions("tiff", profile=press))
    inks = written_inks(deep)
    assert inks.dtype == np.uint16
    assert len(np.unique(inks[..., 0])) > 4 * len(np.unique(written_inks(coarse)[..., 0]))
    assert np.abs(inks / 257 - written_inks(coarse)).max() <= 1
    with tifffile.TiffFile(deep) as file:
        page = file.pages.first
        assert (page.tags["PhotometricInterpretation"].value, page.tags["InkSet"].value) == (5, 1)
        assert "ExtraSamples" not in page.tags


@pytest.mark.parametrize("kind", ["tiff", "jpeg"])
def test_it_opens_as_little_cms_shows_its_inks(kind: Any, press: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ENDINGS[kind]}"
    save_picture(smooth(), path, ExportOptions(kind, quality=100, profile=press))
    inks = written_inks(path)
    shown = ImageCms.profileToProfile(
        Image.frombytes("CMYK", (inks.shape[1], inks.shape[0]), inks.tobytes()),
        ImageCms.ImageCmsProfile(BytesIO(cmyk_profile())),
        ImageCms.ImageCmsProfile(BytesIO(srgb_profile())),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert np.abs(open_picture(path).pixels.astype(int) - np.asarray(shown)).max() <= 1


def test_what_is_transparent_is_laid_on_white(press: str, tmp_path: Path) -> None:
    alpha = np.full((64, 96), 255, np.uint8)
    alpha[:, :40] = 0
    save_picture(Picture(smooth().pixels, alpha=alpha), tmp_path / "a.tif", ExportOptions("tiff", profile=press))
    inks = written_inks(tmp_path / "a.tif")
    assert inks.shape == (64, 96, 4)
    assert inks[:, :40].max() <= 6  # of 255: paper, as its table has it


def test_the_worst_noise_in_the_lowest_quality_is_written(press: str, tmp_path: Path) -> None:
    for size in ((1, 1), (8, 8), (90, 70)):
        save_picture(Picture(noise(*size)), tmp_path / "a.jpg", ExportOptions("jpeg", quality=1, profile=press),
                     allow_plain=True)  # fmt: skip
        assert (tmp_path / "a.jpg").stat().st_size > 0


@pytest.mark.parametrize("kind", ["png", "webp", "avif", "ora"])
def test_other_formats_refuse_inks_in_words(kind: Any, press: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"press\.icc is not a profile .* goes with TIFF and JPEG"):
        save_picture(smooth(), tmp_path / f"a.{kind}", ExportOptions(kind, profile=press))
    assert [file.name for file in tmp_path.iterdir()] == ["press.icc"]


def test_a_damaged_file_of_inks_does_not_take_the_name(
    press: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.core.image_io import picture_writer

    encode = picture_writer.encode_tiff
    monkeypatch.setattr(
        picture_writer, "encode_tiff", lambda values, *rest, **more: encode(255 - values, *rest, **more)
    )
    with pytest.raises(PictureError, match="different pixels"):
        save_picture(smooth(), tmp_path / "a.tif", ExportOptions("tiff", profile=press))
    assert not (tmp_path / "a.tif").exists()


def test_exif_says_that_the_colours_are_not_srgb(press: str, tmp_path: Path) -> None:
    save_picture(smooth(), tmp_path / "a.jpg", ExportOptions("jpeg", profile=press))
    with Image.open(tmp_path / "a.jpg") as image:
        assert image.getexif().get_ifd(0x8769).get(0xA001) != 1
    assert decode_picture((tmp_path / "a.jpg").read_bytes(), "a.jpg").notes == ()
