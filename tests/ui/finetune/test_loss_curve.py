"""The curve of learning: what it draws, what it says where it is not seen, and what it costs before that."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.engine_api.learning import TrainingStep
from studio.ui.finetune.loss_curve import LossCurve
from studio.ui.finetune.loss_plot import LossPlot
from studio.ui.theme.theme import apply_theme, color
from studio.ui.threads.serial_executor import SerialExecutor


def step(step: int, total: float, held_out: float | None = None, is_best: bool = False) -> TrainingStep:
    return TrainingStep(step, 20, {"total": total}, None if held_out is None else {"total": held_out}, is_best)


TRAINING_LOG = [step(0, 2.0, 2.1, True), step(1, 1.5), step(2, 1.0, 1.2, True), step(3, 1.1, 1.3)]


@pytest.fixture
def curve(qtbot: QtBot, qapp: QApplication) -> Iterator[LossCurve]:
    """Shown, its plot ready to be made."""
    apply_theme(qapp, "dark")
    files = SerialExecutor("curve")
    curve = LossCurve(files)
    qtbot.addWidget(curve)
    curve.resize(400, 200)
    curve.show()
    curve.show_training_log(TRAINING_LOG[:1])
    yield curve
    files.close()


@pytest.fixture
def plot(qtbot: QtBot, curve: LossCurve) -> LossPlot:
    curve.show_training_log(TRAINING_LOG)
    qtbot.waitUntil(lambda: curve.pages.plot is not None)
    assert curve.pages.plot is not None
    return curve.pages.plot


def test_no_name_of_a_curve_is_cut_or_lies_on_the_curves(plot: LossPlot) -> None:
    item = plot.plot.getPlotItem()
    for width in (340, 240, 700, 340):
        plot.resize(width, 200)
        QApplication.processEvents()
        for _, label in plot.legend.items:
            place = label.mapRectToItem(item, label.boundingRect())
            assert place.left() >= 0 and place.right() <= width
            assert place.bottom() <= item.vb.geometry().top() + 6, "its line is higher than its letters"


def test_both_losses_are_drawn_and_the_best_point_is_marked(plot: LossPlot) -> None:
    steps, losses = plot.training.getData()
    assert list(steps) == [1, 2, 3]
    assert list(losses) == pytest.approx([125, 100 * 1.25 / 1.2, 100])  # % of the first steps
    steps, losses = plot.held_out.getData()
    assert list(steps) == [0, 2, 3]
    assert list(losses) == pytest.approx([100, 100 * 1.2 / 2.1, 100 * 1.3 / 2.1])  # % of the mix
    (point,) = plot.best.points()
    assert (point.pos().x(), point.pos().y()) == pytest.approx((2, 100 * 1.2 / 2.1))
    assert [label.text for _, label in plot.legend.items][-1] == "best: 57 % at step 2"


def test_what_the_photo_counts_in_the_total_is_no_part_of_the_style(curve: LossCurve, plot: LossPlot) -> None:
    losses = ({"style": 0.8, "total": 1.0}, {"style": 0.4, "total": 2.0})
    steps = [TrainingStep(number, 20, each, None, False) for number, each in enumerate(losses, start=1)]
    curve.show_training_log([step(0, 2.0, 2.1, True), *steps])
    _, shown = plot.training.getData()
    assert shown[1] < shown[0]


def test_the_whole_run_has_room_from_the_first_step_on(plot: LossPlot) -> None:
    (left, right), _ = plot.plot.viewRange()
    assert left <= 0 and 20 <= right < 25


def test_chance_does_not_look_like_learning(curve: LossCurve, plot: LossPlot) -> None:
    curve.show_training_log([step(0, 1.0, 1.0, True), step(1, 1.001), step(2, 1.0, 0.999, True)])
    _, (low, high) = plot.plot.viewRange()
    assert low <= 80 and high >= 105


def test_it_says_the_same_in_words(curve: LossCurve, plot: LossPlot) -> None:
    assert curve.accessibleName() == "Learning curve: how far it still is from the style"
    said = "57 % as far from the style as at the start, on photos it has not seen; best at step 2"
    assert curve.accessibleDescription() == said


def test_what_lies_below_the_best_is_explained(curve: LossCurve, plot: LossPlot) -> None:
    assert not curve.left_out.isVisible()
    curve.show_training_log([*TRAINING_LOG, step(4, 1.0, 1.1)])
    reason = "Where the coloured curve is below its best, too much of the photo was lost, so that was not taken."
    assert curve.left_out.isVisible() and curve.left_out.text() == reason
    assert curve.accessibleDescription().endswith(reason)
    curve.show_training_log(TRAINING_LOG)
    assert not curve.left_out.isVisible() and not curve.accessibleDescription().endswith(reason)


def test_learning_afresh_leaves_nothing_of_the_last_curve(curve: LossCurve, plot: LossPlot) -> None:
    curve.show_training_log(())
    assert (
        curve.pages.currentWidget() is curve.pages.words and curve.accessibleDescription() == "" and curve.best is None
    )
    curve.show_training_log([step(1, 1.0), step(2, 0.9)])
    assert curve.pages.currentWidget() is plot
    assert len(plot.best.points()) == 0 and plot.legend.getLabel(plot.best) is None


def test_one_step_is_no_curve(curve: LossCurve) -> None:
    assert curve.pages.currentWidget() is curve.pages.words
    assert curve.best is not None and curve.best.step == 0


def test_wheel_and_mouse_move_nothing(qtbot: QtBot, curve: LossCurve, plot: LossPlot) -> None:
    before, middle = plot.plot.viewRange(), plot.plot.viewport().rect().center()
    held = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
    where = QPointF(middle), QPointF(plot.mapToGlobal(middle))
    QApplication.sendEvent(plot.plot.viewport(), QWheelEvent(*where, QPoint(), QPoint(0, 120), *held))
    qtbot.mousePress(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(plot.plot.viewport(), middle + QPoint(60, 30))
    qtbot.mouseRelease(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 30))
    assert plot.plot.viewRange() == before


def test_the_plot_follows_the_theme(qapp: QApplication, plot: LossPlot) -> None:
    apply_theme(qapp, "light")
    image = plot.grab().toImage()
    assert image.pixelColor(2, 2) == color("window")
    assert plot.held_out.opts["pen"].color() == color("accent")
    assert plot.plot.getAxis("left").textPen().color() == color("muted")
    apply_theme(qapp, "dark")
    assert plot.grab().toImage().pixelColor(2, 2) == color("window")


def test_the_window_starts_without_loading_the_plot() -> None:
    code = "import sys, studio.ui.app; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_legend_covers_no_curve_and_the_scales_are_explained(curve: LossCurve, plot: LossPlot) -> None:
    plot.plot.getPlotItem().layout.activate()
    legend, box = plot.legend.sceneBoundingRect(), plot.plot.getPlotItem().getViewBox().sceneBoundingRect()
    assert legend.bottom() <= box.top() + 2
    assert curve.scales.isVisible() and curve.scales.text().startswith("Lower is nearer")
