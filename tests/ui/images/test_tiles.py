"""Tiles of pictures: what is transparent in a cut-out is transparent in its tile."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.core.picture import Picture
from studio.ui.images.thumbnails import tile_of


@pytest.mark.parametrize("edge", [16, 600])
def test_what_is_transparent_stays_so(qtbot: QtBot, edge: int) -> None:
    alpha = np.zeros((edge, edge), np.uint8)
    alpha[:, : edge // 2] = 255
    pixels = np.full((edge, edge, 3), (200, 40, 40), np.uint8)
    tile = tile_of(Picture(pixels, alpha=alpha), 72, 1.0).toImage()
    assert tile.pixelColor(60, 36).alpha() == 0
    seen = tile.pixelColor(12, 36)
    assert (seen.red(), seen.green(), seen.alpha()) == (200, 40, 255)
    assert tile_of(Picture(pixels), 72, 1.0).toImage().pixelColor(60, 36).alpha() == 255
