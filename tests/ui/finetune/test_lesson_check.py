"""What to expect of a lesson is said before it begins, and the button says that it is learnt anyway."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pytestqt.qtbot import QtBot

from studio.core.curator import lesson_outlook
from studio.core.curator.lesson_outlook import PHOTOS, UNLIKE, LessonOutlook
from studio.core.engine_api.contract import DescribeRequest
from studio.core.errors import EngineError, WeightsError
from studio.core.training.reference_checks import Remark
from studio.ui.app import Studio
from tests.support.fakes import FakeEngine, Gate, make_picture


class Outlook:
    """Says the same of all pictures; seen: how many at each time."""

    def __init__(self, *remarks: Remark) -> None:
        self.said, self.seen = remarks, list[int]()

    def remarks(self, features: Sequence[NDArray[np.floating]]) -> tuple[Remark, ...]:
        self.seen.append(len(features))
        return self.said


@pytest.fixture
def works(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"work {number}.png" for number in range(4)]
    for number, path in enumerate(paths):
        Image.fromarray(make_picture(300, 280, seed=number).pixels).save(path)
    return paths


def use(monkeypatch: pytest.MonkeyPatch, outlook: Outlook) -> Outlook:
    monkeypatch.setattr(lesson_outlook.LessonOutlook, "load", lambda: outlook)
    return outlook


def choose(qtbot: QtBot, studio: Studio, paths: Sequence[Path]) -> None:
    """Choose pictures, and wait until all has been said of them."""
    controller = studio.tune_controller
    with qtbot.waitSignal(controller.references.changed):
        controller.references.add(paths)
    qtbot.waitUntil(lambda: not controller.is_looking)


def asked(engine: FakeEngine) -> int:
    return sum(isinstance(request, DescribeRequest) for request in engine.requests)


def test_photos_are_doubted_before_anything_is_learnt(
    qtbot: QtBot, loaded: Studio, works: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Outlook(Remark(PHOTOS)))
    choose(qtbot, loaded, works[:3])
    window = loaded.tune_window
    assert window.remarks.text() == PHOTOS and window.main.text() == "Learn anyway"
    while loaded.tune_controller.references.pictures:
        with qtbot.waitSignal(loaded.tune_controller.references.changed):
            loaded.tune_controller.references.remove([0])
    qtbot.waitUntil(lambda: not loaded.tune_controller.remarks)
    assert window.remarks.text() == "" and window.main.text() == "Learn"


def test_what_is_no_doubt_leaves_the_button_as_it_is(
    qtbot: QtBot, loaded: Studio, works: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Outlook(Remark(UNLIKE, is_doubt=False)))
    choose(qtbot, loaded, works[:3])
    assert loaded.tune_window.remarks.text() == UNLIKE and loaded.tune_window.main.text() == "Learn"


def test_each_picture_is_looked_at_once(
    qtbot: QtBot, loaded: Studio, works: list[Path], engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlook = use(monkeypatch, Outlook())
    choose(qtbot, loaded, works[:3])
    choose(qtbot, loaded, works[3:])
    assert asked(engine) == 4 and outlook.seen[-1] == 4


@pytest.mark.parametrize("engine", [FakeEngine(error=EngineError("It broke.")), FakeEngine()])
def test_where_it_cannot_be_told_nothing_is_said(
    qtbot: QtBot, loaded: Studio, works: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged() -> LessonOutlook:
        raise WeightsError("known_pictures.safetensors is damaged.", "")

    monkeypatch.setattr(lesson_outlook.LessonOutlook, "load", damaged)
    choose(qtbot, loaded, works[:3])
    assert loaded.tune_controller.remarks == () and loaded.tune_window.main.isEnabled()


@pytest.mark.parametrize("engine", [FakeEngine(gate=Gate())])
def test_who_does_not_wait_can_learn(
    qtbot: QtBot, loaded: Studio, works: list[Path], engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Outlook())
    with qtbot.waitSignal(loaded.tune_controller.references.changed):
        loaded.tune_controller.references.add(works[:3])
    assert loaded.tune_window.main.isEnabled() and loaded.tune_window.main.text() == "Learn"
    qtbot.waitUntil(lambda: not loaded.tune_controller.is_looking)
