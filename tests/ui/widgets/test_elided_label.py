"""Lines that give way to their place, and what their tooltips say then."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.ui.widgets.elided_label import ElidedLabel

TEXT = "A line that is longer than its place"
GIVEN = "church.jpg: The file is damaged."


def test_a_cut_line_shows_in_full_as_a_tooltip(qtbot: QtBot) -> None:
    label = _label(qtbot)
    assert label.toolTip() == ""
    label.resize(20, 20)
    assert label.toolTip() == TEXT
    label.resize(600, 20)
    assert label.toolTip() == ""


def test_a_given_tooltip_stays_however_the_label_is_laid_out(qtbot: QtBot) -> None:
    label = _label(qtbot)
    label.resize(20, 20)
    label.setToolTip(GIVEN)
    label.resize(30, 20)
    label.setText(TEXT.upper())
    label.resize(600, 20)
    assert label.toolTip() == GIVEN


def test_a_cut_line_shows_in_full_again_once_its_given_tooltip_is_taken_away(qtbot: QtBot) -> None:
    label = _label(qtbot)
    label.setToolTip(GIVEN)
    label.setToolTip("")
    label.resize(20, 20)
    assert label.toolTip() == TEXT


def test_a_line_that_a_larger_font_cuts_shows_in_full_as_a_tooltip(qtbot: QtBot) -> None:
    label = _label(qtbot)
    font = label.font()
    font.setPixelSize(80)
    label.setFont(font)
    assert label.toolTip() == TEXT


def _label(qtbot: QtBot) -> ElidedLabel:
    """Wide enough for its text."""
    label = ElidedLabel(TEXT)
    qtbot.addWidget(label)
    label.resize(600, 20)
    label.show()
    return label
