"""A map of small coloured pictures in four groups, shown and loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QThreadPool
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui.art_map.art_map import ArtMap
from studio.ui.theme.theme import apply_theme

NAMES = ("Blue", "Red", "Green", "Grey")


def picture(color: str = "#ff0000", width: int = 64, height: int = 48) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image


def grid_points(count: int) -> np.ndarray:
    """From the top left corner of the plane, row by row."""
    side = max(2, round(count**0.5))
    return np.array([((n % side) / (side - 1) * 2 - 1, (n // side) / (side - 1) * 2 - 1) for n in range(count)])


@pytest.fixture
def show(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., ArtMap]]:
    """Makes a map of `count` works on a square grid, in groups by their number."""
    apply_theme(qapp, "dark")

    def make(count: int = 16, load=lambda index: picture(), waits: bool = True) -> ArtMap:
        art_map = ArtMap()
        qtbot.addWidget(art_map)
        art_map.resize(640, 640)
        titles = [f"Work {number}\nSomebody, 18{number % 100:02}" for number in range(count)]
        groups = np.arange(count) % len(NAMES)
        art_map.show_works(grid_points(count).astype(np.float32), load, titles, groups, NAMES)
        with qtbot.waitExposed(art_map):
            art_map.show()
        art_map.grab()
        if waits:
            qtbot.waitUntil(lambda: art_map._store.is_idle)
        return art_map

    yield make
    QThreadPool.globalInstance().waitForDone()
