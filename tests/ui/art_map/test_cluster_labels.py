"""The names of groups are readable over whatever lies below them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from studio.ui.art_map.drawing.cluster_labels import Label, label_opacity, paint_labels
from studio.ui.theme.theme import color


def test_names_are_seen_in_full_until_thumbnails_are_large() -> None:
    assert [label_opacity(edge) for edge in (0.0, 60.0, 110.0)] == [1.0] * 3
    assert 0 < label_opacity(135.0) < 1 and label_opacity(200.0) == 0


@pytest.mark.parametrize("ground", ["white", "black"])
def test_nothing_shines_through_a_name(qapp: QApplication, ground: str) -> None:
    image = QImage(200, 60, QImage.Format.Format_ARGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    paint_labels(painter, [Label("i", QRectF(20, 10, 160, 40))], qapp.font(), label_opacity(100.0))
    painter.end()
    assert image.pixelColor(40, 30) == color("panel")  # the plate beside the letter
    edge = image.pixelColor(100, 10)
    assert max(abs(edge.lightness() - color("panel").lightness()), 0) > 40  # the line around it
