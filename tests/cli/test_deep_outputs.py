"""Depth, profile, intent and layers from the command line; what does not fit together is said before painting."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import tifffile
from PIL import Image

from studio.core.batch.job import BatchJob
from studio.core.image_io import open_picture
from studio.core.image_io.output.rgb_profiles import export_profile, matrix_profile
from studio.core.picture import Metadata
from tests.support.command_line import STYLE, Studio

RENDER = ("render", "photo.png", "--style", STYLE, "-o")


def test_16_bits_in_adobe_rgb(studio: Studio) -> None:
    assert studio(*RENDER, "art.tif", "--depth", "16", "--profile", "adobe-rgb") == 0
    with tifffile.TiffFile("art.tif") as file:
        assert file.pages[0].dtype == np.uint16
        assert file.pages[0].iccprofile == export_profile("adobe-rgb", Metadata())


@pytest.mark.parametrize("name", ["art.jxl", "art.avif", "art.png"])
def test_the_ending_chooses_the_format(name: str, studio: Studio) -> None:
    depth = {"art.avif": "10"}.get(name, "16")
    assert studio(*RENDER, name, "--depth", depth, "--lossless") == 0
    assert Path(name).stat().st_size > 100


def test_a_file_with_layers_has_the_photo_below(studio: Studio) -> None:
    assert studio(*RENDER, "art.ora") == 0
    with ZipFile("art.ora") as archive:
        assert archive.read("stack.xml").count(b"<layer ") == 2
        with Image.open(archive.open("data/layer1.png")) as below, Image.open(archive.open("mergedimage.png")) as art:
            assert below.size == art.size
            # What lies below is the photo, as large as the artwork.
            photo = np.asarray(Image.fromarray(open_picture(Path("photo.png")).pixels).resize(art.size))
            assert np.abs(np.asarray(below).astype(int) - photo).mean() < 12


def test_a_profile_of_ones_own(studio: Studio) -> None:
    icc = matrix_profile("Wide", ((0.7, 0.29), (0.17, 0.80), (0.13, 0.04)), (1.8,))
    Path("wide.icc").write_bytes(icc)
    assert studio(*RENDER, "art.png", "--profile", "wide.icc", "--intent", "absolute") == 0
    with Image.open("art.png") as image:
        assert image.info["icc_profile"] == icc


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("art.jpg", "--depth", "16"), "JPEG is written in 8 bits and not in 16."),
        (("art.jxl", "--profile", "photo"), "JPEG XL is written in sRGB, Display P3 or Adobe RGB."),
        (("art.png", "--profile", "adobergb"), "There is no profile adobergb."),
        (("art.png", "--profile", "photo.png"), "photo.png is not an ICC profile."),
        (("art.png", "--depth", "12"), "invalid choice: 12"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_painted(
    options: tuple[str, ...], words: str, studio: Studio
) -> None:
    assert studio(*RENDER, *options) == 2
    assert words in " ".join(studio.err.split())
    assert not studio.engine.requests


def test_a_batch_writes_so_too_and_remembers_it(studio: Studio) -> None:
    assert studio("batch", "photo.png", "--style", STYLE, "-o", "out", "--format", "tiff", "--depth", "16") == 0
    assert tifffile.imread("out/photo.tiff" if Path("out/photo.tiff").exists() else "out/photo.tif").dtype == np.uint16
    (journal,) = [path for path in Path("out").iterdir() if path.suffix not in (".tif", ".tiff")]
    first = json.loads(journal.read_text(encoding="utf-8").splitlines()[0])
    job = BatchJob.from_values(first.get("job", first))
    assert job.options.depth == 16
