"""How many pictures the bar below them tells of."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.ui.library.bars.selection_bar import SelectionBar
from studio.ui.library.questions import Found, Kind, Question


@pytest.mark.parametrize(
    ("shown", "total", "kind", "selected", "words"),
    [
        (1, 1, "all", 0, "One picture"),
        (1500, 1500, "all", 0, "1,500 pictures"),
        (12, 1500, "all", 0, "12 of 1,500 pictures"),
        (12, 1500, "alike", 0, "12 pictures"),
        (12, 1500, "all", 3, "3 of 12 selected"),
    ],
)
def test_the_count_says_how_many_of_how_many(
    qtbot: QtBot, shown: int, total: int, kind: Kind, selected: int, words: str
) -> None:
    bar = SelectionBar({})
    qtbot.addWidget(bar)
    bar.show_count(Found(Question((), kind=kind), np.arange(shown), total=total), selected)
    assert bar.count.text() == words
