"""How a mask is drawn over the picture: a line of two tones on both sides of its edge, and the red veil."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF

from studio.ui.regions.mask_view import draw_mask_view, mask_image


@pytest.mark.parametrize("thick", [1, 2])
def test_the_line_is_on_both_sides_of_every_edge_in_two_tones(thick: int) -> None:
    values = np.zeros((20, 30), np.uint8)
    values[5:15, 8:22] = 255
    drawn = draw_mask_view(mask_image(values), QRectF(0, 0, 30, 20), QRect(0, 0, 30, 20), float(thick), has_veil=False)
    seen = np.frombuffer(drawn.constBits(), np.uint32).reshape(20, 30)

    inside = np.zeros((20 + 2 * thick, 30 + 2 * thick), np.bool_)
    inside[thick:-thick, thick:-thick] = values > 127
    for row in range(20):
        for column in range(30):
            near = [
                inside[row + thick + down, column + thick + across]
                for down in range(-thick, thick + 1)
                for across in range(-thick, thick + 1)
                if abs(down) + abs(across) <= thick
            ]
            is_inside = bool(values[row, column])
            is_dash = (row + column) // (5 * thick) % 2 == 0
            tone = 0xFFFFFFFF if is_inside == is_dash else 0xFF000000
            assert seen[row, column] == (tone if len(set(near)) == 2 else 0)


def test_the_veil_is_red_where_the_mask_is_not() -> None:
    values = np.full((8, 8), 255, np.uint8)
    values[:, :4] = 0
    drawn = draw_mask_view(mask_image(values), QRectF(0, 0, 8, 8), QRect(0, 0, 8, 8), 1.0, has_veil=True)
    seen = np.frombuffer(drawn.constBits(), np.uint32).reshape(8, 8)
    assert seen[4, 1] == 0x7F7F0000 and seen[4, 6] == 0
