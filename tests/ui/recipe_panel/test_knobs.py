"""Every knob of the table as the artist meets it: by hand to the canvas, and back by undo or a double click."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.recipe import KNOBS, Knob
from studio.core.styles.style import Style
from studio.ui.app import Studio
from studio.ui.recipe_panel.knob_widget import KnobWidget
from tests.support.fakes import make_picture
from tests.ui.conftest import card_named

EVERY_KNOB = pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.field)
SLIDERS = [knob for knob in KNOBS if knob.scale in ("linear", "log")]
ALGORITHM = re.compile(r"\b(loss|gram|tensor|layer|gradient|optimi\w+|iteration|weight|parameter|algorithm)s?\b", re.I)


def handle_of(studio: Studio, knob: Knob) -> QWidget:
    """What is moved: track, list or field. Folded knobs are unfolded, and the method is one they belong to."""
    if studio.session.artwork.recipe.method not in knob.methods:
        studio.session.change(method=knob.methods[0])
        studio.session.commit()
    studio.window.panel.advanced_button.setChecked(True)
    widget = studio.window.panel.knobs[knob.field]
    assert isinstance(widget, KnobWidget)
    handle = widget.focusProxy()
    assert handle is not None
    handle.setFocus()
    return handle


def move(qtbot: QtBot, studio: Studio, knob: Knob) -> None:
    """Another value, by key."""
    key = Qt.Key.Key_Down if knob.scale == "choice" else Qt.Key.Key_PageUp
    qtbot.keyClick(handle_of(studio, knob), key)


def finish(qtbot: QtBot, studio: Studio) -> QImage:
    """The canvas with the finished picture."""
    studio.actions["finish"].trigger()
    qtbot.waitUntil(lambda: studio.session.artwork.is_finished)
    return studio.window.canvas.grab().toImage()


@EVERY_KNOB
def test_every_knob_goes_from_its_widget_to_the_canvas_and_back_by_undo(
    qtbot: QtBot, loaded: Studio, knob: Knob
) -> None:
    handle_of(loaded, knob)
    before = finish(qtbot, loaded)
    move(qtbot, loaded, knob)
    chosen = getattr(loaded.session.artwork.recipe, knob.field)
    assert chosen != knob.default
    widget = loaded.window.panel.knobs[knob.field]
    assert widget.value == chosen and widget.label.is_changed
    after = finish(qtbot, loaded)
    assert getattr(loaded.session.artwork.result.recipe, knob.field) == chosen
    assert after != before
    loaded.actions["undo"].trigger()
    assert widget.value == knob.default and not widget.label.is_changed
    assert loaded.window.canvas.grab().toImage() == before


def test_a_double_click_on_its_name_resets_a_knob_as_one_step(qtbot: QtBot, loaded: Studio) -> None:
    for knob in KNOBS:
        move(qtbot, loaded, knob)
        moved = loaded.session.artwork.recipe
        widget = loaded.window.panel.knobs[knob.field]
        qtbot.mouseDClick(widget.label, Qt.MouseButton.LeftButton)
        assert getattr(loaded.session.artwork.recipe, knob.field) == knob.default
        assert not widget.label.is_changed
        loaded.actions["undo"].trigger()
        assert loaded.session.artwork.recipe == moved
        loaded.session.reset_settings()  # a pattern has fewer knobs


def test_a_drag_is_one_step_however_long(qtbot: QtBot, loaded: Studio) -> None:
    seen: list[ArtworkState] = []
    loaded.session.recipe_changed.connect(lambda: seen.append(loaded.session.artwork.state))
    for knob in SLIDERS:
        seen.clear()
        track = loaded.window.panel.knobs[knob.field].track
        qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() // 2 + 20, track.height() // 2))
        for x in range(track.width() // 2, track.width() - 10, 7):
            qtbot.mouseMove(track, QPoint(x, track.height() // 2))
        qtbot.mouseRelease(track, Qt.MouseButton.LeftButton)
        assert len(seen) > 5
        assert loaded.actions["undo"].text() == f"Undo {knob.label}"
        loaded.actions["undo"].trigger()
        assert getattr(loaded.session.artwork.recipe, knob.field) == knob.default


def test_shift_is_finer_and_page_is_coarser_than_an_arrow(qtbot: QtBot, loaded: Studio) -> None:
    def moved(knob: Knob, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> float:
        qtbot.keyClick(handle_of(loaded, knob), key, modifiers)
        value = getattr(loaded.session.artwork.recipe, knob.field)
        loaded.session.reset_settings()
        return abs(value - knob.default)

    for knob in SLIDERS:
        fine = moved(knob, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        assert fine == pytest.approx(knob.step)
        assert fine < moved(knob, Qt.Key.Key_Right) < moved(knob, Qt.Key.Key_PageUp)


def test_the_wheel_moves_only_a_knob_that_has_the_focus_and_is_pointed_at(qtbot: QtBot, loaded: Studio) -> None:
    for knob in KNOBS:
        handle = handle_of(loaded, knob)
        QApplication.processEvents()  # the panel lays itself out
        loaded.window.panel.ensureWidgetVisible(handle)
        loaded.window.canvas.setFocus()
        qtbot.mouseMove(handle)
        turn_wheel(handle)
        assert getattr(loaded.session.artwork.recipe, knob.field) == knob.default
        handle.setFocus()
        qtbot.mouseMove(loaded.window.canvas)
        turn_wheel(handle)  # as when the panel is scrolled until it lies below the pointer
        assert getattr(loaded.session.artwork.recipe, knob.field) == knob.default
        qtbot.mouseMove(handle)
        for notches in (-1, 1, -1):  # one of them, wherever the default stands
            turn_wheel(handle, notches)
        assert loaded.actions["undo"].text() == f"Undo {knob.label}"
        loaded.session.reset_settings()


def test_a_knob_is_explained_in_a_painters_words(loaded: Studio) -> None:
    for knob in KNOBS:
        widget = loaded.window.panel.knobs[knob.field]
        assert widget.toolTip().startswith(knob.help) and knob.help.endswith(".")
        assert ALGORITHM.search(knob.help) is None
        assert widget.focusProxy().accessibleName() == knob.label


def test_shares_are_dragged_as_one_step_and_double_clicked_even(qtbot: QtBot, loaded: Studio) -> None:
    loaded.session.mix_in(Style(make_picture(24, 24, "other", seed=7), card_named(loaded, "Poppies")))
    first, second = loaded.window.panel.styles.rows
    qtbot.mouseClick(first.track, Qt.MouseButton.LeftButton, pos=QPoint(first.track.width() - 20, 8))
    shares = loaded.session.artwork.mix.percents
    assert shares[0] > 80 and sum(shares) == pytest.approx(100)
    assert second.track.knob_value == pytest.approx(shares[1])
    qtbot.mouseDClick(first.track, Qt.MouseButton.LeftButton)
    assert loaded.session.artwork.mix.percents == pytest.approx((50, 50))
    loaded.actions["undo"].trigger()
    assert loaded.session.artwork.mix.percents == pytest.approx(shares)


def turn_wheel(widget: QWidget, notches: int = 1) -> None:
    event = QWheelEvent(
        QPointF(5, 5), widget.mapToGlobal(QPointF(5, 5)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_the_shares_of_three_styles_add_up_to_a_hundred_on_screen(qtbot: QtBot, loaded: Studio) -> None:
    for count, title in enumerate(("Poppies", "Lion"), start=2):
        loaded.importer.mix_in(card_named(loaded, title))
        qtbot.waitUntil(lambda count=count: len(loaded.session.artwork.styles) == count)
    rows = loaded.window.panel.styles.rows
    assert sum(row.field.value() for row in rows) == 100
    assert [row.track.knob_value for row in rows] == pytest.approx([100 / 3] * 3)
