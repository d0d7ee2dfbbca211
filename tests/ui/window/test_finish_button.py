"""What the main button says while a picture is painted."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.ui.window.finish_button import FinishButton


@pytest.mark.parametrize(
    ("progress", "seconds_left", "caption"),
    [(0.0, None, "starting…"), (0.011, None, "1 %"), (0.4, 12.0, "0:12 left  40 %")],
)
def test_the_share_is_told_before_the_time_left_is_known(
    qtbot: QtBot, progress: float, seconds_left: float | None, caption: str
) -> None:
    button = FinishButton()
    qtbot.addWidget(button)
    button.show_running(progress, seconds_left)
    assert button.caption == caption
