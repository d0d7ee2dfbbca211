"""Works on their way from one layout to another."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from studio.ui.art_map.glide import Glide

START, END = np.zeros((3, 2), np.float32), np.ones((3, 2), np.float32)


def test_works_come_to_their_places_and_never_go_back_on_the_way(qtbot: QtBot) -> None:
    glide, seen = Glide(START), []
    glide.moved.connect(lambda points: seen.append(float(points[0, 0])))
    glide.go(START, END, at_once=False)
    assert glide.target is END and 1.0 not in seen, "they are on their way"
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] == 1.0)
    assert seen == sorted(seen)


def test_at_once_is_one_step(qtbot: QtBot) -> None:
    glide, seen = Glide(START), []
    glide.moved.connect(seen.append)
    glide.go(START, END, at_once=True)
    assert len(seen) == 1 and seen[0] is END


def test_what_lies_elsewhere_ends_the_way_of_those_before(qtbot: QtBot) -> None:
    glide, seen = Glide(START), []
    glide.go(START, END, at_once=False)
    other = np.full((2, 2), 5, np.float32)
    glide.stay(other)
    glide.moved.connect(seen.append)
    assert glide.target is other
    glide.go(other, other + 1, at_once=True)
    assert len(seen) == 1, "nothing of the way before came in between"
