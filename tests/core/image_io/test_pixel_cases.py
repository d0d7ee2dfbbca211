"""Real kinds of files that programs have trouble with: opened, they look as they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.image_io import open_picture

CASES = Path(__file__).parents[2] / "support" / "cases"
TOLERANCES = {  # mean absolute difference, in levels
    "jpg_12bit.jpg": 3,
    "tif16grey12.tif": 4,
    "tif16grey_white.tif": 2,
    "tif16rgb_planar.tif": 2,
    "tif_thumbfirst.tif": 3,
    "tiff32grey_hdr.tif": 4,
    "tiff32rgb.tif": 2,
    "tifi32grey.tif": 4,
    "tifu32grey.tif": 2,
    "tifu32grey8.tif": 4,
}


@pytest.mark.parametrize("name", TOLERANCES)
def test_a_picture_that_others_get_wrong_opens_right(name: str) -> None:
    with Image.open(CASES / f"{name}.png") as image:
        expected = np.asarray(image.convert("RGB")).astype(int)
    picture = open_picture(CASES / name)
    assert picture.pixels.shape == expected.shape
    assert np.abs(picture.pixels - expected).mean() <= TOLERANCES[name]
