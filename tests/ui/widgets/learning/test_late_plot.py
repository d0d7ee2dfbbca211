"""A plot that is loaded when it is first looked at, with a label in the place of the plot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from studio.core.errors import StudioError
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.learning.late_plot import LatePlot


class Loader:
    """Imports the plot, or fails as long as `error` is set."""

    def __init__(self) -> None:
        self.error: StudioError | None = None
        self.loads = 0

    def __call__(self) -> type[QLabel]:
        self.loads += 1
        if self.error is not None:
            raise self.error
        return QLabel


@pytest.fixture
def load() -> Loader:
    return Loader()


@pytest.fixture
def pages(qtbot: QtBot, load: Loader) -> Iterator[LatePlot[QLabel]]:
    files = SerialExecutor("plot")
    pages = LatePlot(files, load, lambda plot: plot.setText("drawn"), "Soon", "No: {}")
    qtbot.addWidget(pages)
    yield pages
    files.close()


def test_nothing_is_loaded_before_it_is_looked_at(qtbot: QtBot, pages: LatePlot[QLabel], load: Loader) -> None:
    pages.redraw(True)
    assert load.loads == 0 and pages.plot is None
    pages.show()
    qtbot.waitUntil(lambda: pages.plot is not None)
    assert pages.plot is not None and pages.plot.text() == "drawn" and pages.currentWidget() is pages.plot
    pages.hide()
    pages.show()
    assert load.loads == 1


def test_words_are_shown_as_long_as_there_is_nothing_to_draw(
    qtbot: QtBot, pages: LatePlot[QLabel], load: Loader
) -> None:
    pages.show()
    assert pages.currentWidget() is pages.words and pages.words.text() == "Soon"
    qtbot.waitUntil(lambda: pages._make is not None)
    assert pages.plot is None
    pages.redraw(True)
    assert pages.currentWidget() is pages.plot
    pages.redraw(False)
    assert pages.currentWidget() is pages.words


def test_what_cannot_be_loaded_is_told_and_tried_again(qtbot: QtBot, pages: LatePlot[QLabel], load: Loader) -> None:
    pages.redraw(True)
    load.error = StudioError("it is not there")
    pages.show()
    qtbot.waitUntil(lambda: pages.words.text() == "No: it is not there")
    load.error = None
    pages.hide()
    pages.show()
    qtbot.waitUntil(lambda: pages.plot is not None)
    assert load.loads == 2
