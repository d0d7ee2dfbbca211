"""What the export dialog shows of the picture that will be written."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from studio.core.picture import Picture
from studio.ui.export.export_preview import ExportPreview


def test_what_cannot_be_seen_of_a_picture_is_not_shown(qtbot: QtBot) -> None:
    alpha = np.zeros((60, 80), np.uint8)
    alpha[:, 40:] = 255
    picture = Picture(np.full((60, 80, 3), (255, 0, 0), np.uint8), alpha=alpha)
    qtbot.addWidget(preview := ExportPreview(picture, None, can_finish=False))
    shot = preview.thumbnail.pixmap().toImage()
    left, right = (shot.pixelColor(shot.width() * place // 4, shot.height() // 2) for place in (1, 3))
    assert left.alpha() == 0 and right.getRgb() == (255, 0, 0, 255)
