"""Lines of many works: only what is in sight is drawn, and once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.library.facts import Facts, Years
from studio.core.library.influence import DatedWork, Edge, InfluenceGraph, TimeLayout
from studio.core.library.library_index import IndexedPicture
from studio.ui.compare import edge_layer
from studio.ui.compare.edge_layer import EdgeLayer
from studio.ui.compare.time_view import TimeView
from studio.ui.theme.theme import apply_theme

WORKS = 40


def row_of_works() -> tuple[InfluenceGraph, TimeLayout]:
    """Works beside each other, each with a line to the one before it, and one line above from the first to the last."""
    facts = [Facts(year=str(1800 + number)) for number in range(WORKS)]
    pictures = [IndexedPicture(n, Path(f"/{n}.png"), str(n), 60, 40, facts[n]) for n in range(WORKS)]
    works = tuple(DatedWork(picture, Years(1800 + n, 1800 + n)) for n, picture in enumerate(pictures))
    edges = [Edge(number, number - 1, 0.5, True) for number in range(1, WORKS)]
    places = np.stack((np.arange(WORKS) * 2.0, np.zeros(WORKS)), 1).astype(np.float32)
    return InfluenceGraph(works, (*edges, Edge(WORKS - 1, 0, 0.9, False)), 0), TimeLayout(places, (), ())


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lines were drawn each time."""
    found: list[int] = []
    stroke = EdgeLayer._stroke

    def count(self: EdgeLayer, painter: object, numbers: list[int], *rest: object) -> None:
        found.append(len(numbers))
        stroke(self, painter, numbers, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(EdgeLayer, "_stroke", count)
    return found


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication, drawings: list[int]) -> TimeView:
    apply_theme(qapp, "dark")
    view = TimeView()
    qtbot.addWidget(view)
    view.resize(800, 400)
    view.show_graph(*row_of_works(), [QImage()] * WORKS)
    view.grab()
    drawings.clear()
    return view


def test_lines_out_of_sight_are_not_drawn() -> None:
    layer = EdgeLayer(*row_of_works())
    assert layer.in_sight(QRectF(8.5, -1, 1, 2)).tolist() == [4, WORKS - 1]
    assert layer.in_sight(QRectF(0, 1, 100, 2)).tolist() == []
    assert (
        EdgeLayer(InfluenceGraph((), (), 0), TimeLayout(np.zeros((0, 2), np.float32), (), ()))
        .in_sight(QRectF(0, 0, 1, 1))
        .tolist()
        == []
    )


def test_a_step_of_a_drag_draws_no_line_again(view: TimeView, drawings: list[int]) -> None:
    view._origin += QPointF(20, 10)
    moved = view.grab().toImage()
    assert drawings == []
    view._edges.redraw()
    assert view.grab().toImage() == moved and len(drawings) == 1


def test_a_far_move_draws_what_came_into_sight(view: TimeView, drawings: list[int]) -> None:
    view.zoom(20, QPointF(400, 200))
    view.grab()
    assert len(drawings) == 1 and 1 < drawings[0] < 10
    view._origin += QPointF(800, 0)
    view.grab()
    assert len(drawings) == 2 and 1 < drawings[1] < 10


def test_many_lines_are_scaled_while_zooming_and_sharp_afterwards(
    qtbot: QtBot, view: TimeView, drawings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_layer, "FEW", 3)
    view.show()
    view.zoom(1.1, QPointF(400, 200))
    view.grab()
    assert drawings == []
    qtbot.waitUntil(lambda: len(drawings) == 1)


def test_lines_of_the_chosen_work_are_drawn_over_the_others(view: TimeView, drawings: list[int]) -> None:
    view.choose(5)
    view.grab()
    assert drawings == [WORKS - 2, 2]
