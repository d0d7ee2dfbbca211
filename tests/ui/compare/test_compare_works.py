"""The dialog that compares two works: what it shows, what a hand and a key do, what it writes and passes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.comparison.report import NO_INFLUENCE
from studio.core.engine_api.contract import Compared, CompareRequest, Event, Progress, Request, SeeRequest
from studio.core.errors import EngineError
from studio.ui.app import Studio
from studio.ui.compare.compare_works import CompareWorks
from studio.ui.theme.theme import apply_theme
from tests.support.accessible_tree import unspoken_controls
from tests.support.clipped_widgets import clipped_widgets
from tests.support.dragging import HELD, files
from tests.support.fakes import FakeEngine, Gate, compare


class ComparingEngine(FakeEngine):
    """Waits at its gate before it compares, and can fail; its answer is of the kind of all FakeEngines."""

    failure: EngineError | None = None

    def run(self, request: Request) -> Iterator[Event]:
        if isinstance(request, CompareRequest):
            self.started.append(request)
            if isinstance(self.gate, Gate):
                self.gate.wait()
            yield Progress(request.id, 0.5)  # after which it can be stopped
            if self.failure is not None:
                raise self.failure
            yield compare(request)
        else:
            yield from super().run(request)

    @property
    def comparisons(self) -> list[CompareRequest]:
        return [request for request in self.started if isinstance(request, CompareRequest)]


@pytest.fixture
def engine() -> ComparingEngine:
    return ComparingEngine()


@pytest.fixture
def works(save_photo: Callable[..., Path]) -> tuple[Path, Path]:
    first, second = save_photo("first.png", 64, 48), save_photo("second.png", 40, 60, seed=5)
    rows = "first.png\tPoppies\tHokusai\t1833\tprint\tPublic domain\tx\n"
    (first.parent / "MANIFEST.tsv").write_text("path\ttitle\tauthor\tyear\tkind\tlicence\tsource\n" + rows)
    return first, second


def opened(qtbot: QtBot, studio: Studio, works: tuple[Path, Path]) -> CompareWorks:
    dialog = studio.comparisons.open(*works)
    qtbot.waitUntil(lambda: dialog.comparer.comparison is not None)
    return dialog


def test_both_works_are_shown_and_compared_in_words(
    qtbot: QtBot, studio: Studio, engine: ComparingEngine, works: tuple[Path, Path]
) -> None:
    dialog = opened(qtbot, studio, works)
    assert [title.text() for title in dialog.titles] == ["Poppies\nHokusai, 1833", "second.png"]
    (request,) = engine.comparisons
    assert (request.first.width, request.second.width) == (64, 40)
    assert "\N{LEFT DOUBLE QUOTATION MARK}Poppies\N{RIGHT DOUBLE QUOTATION MARK}" in dialog.traits.summary.text()
    assert "\N{HORIZONTAL ELLIPSIS}" not in dialog.traits.summary.text()  # nothing is left out
    assert "strokes: " in dialog.traits.bars.accessibleDescription()
    assert "75 %" in dialog.palettes[0].accessibleDescription()
    assert dialog.traits.roses[0].accessibleDescription() == "mostly level, 2.3 % of the edge wide"
    assert any(label.text() == NO_INFLUENCE for label in dialog.findChildren(type(dialog.traits.summary)))
    assert dialog.pairs.value() == dialog.view.count == 3


def test_without_works_it_waits_for_two_and_takes_drops(
    qtbot: QtBot, studio: Studio, engine: ComparingEngine, works: tuple[Path, Path]
) -> None:
    studio.actions["compare_works"].trigger()
    (dialog,) = studio.window.findChildren(CompareWorks)
    assert not dialog.export.isEnabled() and not dialog.mix.isEnabled() and not dialog.use[0].isEnabled()
    mime, place = files(works[0]), QPoint(dialog.view.width() - 20, 20)
    QApplication.sendEvent(dialog.view, QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, *HELD))
    drop = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, mime, *HELD)
    with qtbot.waitSignal(dialog.comparer.opened) as side:
        QApplication.sendEvent(dialog.view, drop)
    assert side.args == [1]
    assert dialog.use[1].isEnabled() and not dialog.use[0].isEnabled()
    assert engine.comparisons == []
    with qtbot.waitSignal(dialog.comparer.compared):
        dialog.comparer.open(0, works[1])
    assert dialog.export.isEnabled()


def test_a_pair_is_taken_in_hand_by_mouse_and_by_keys(qtbot: QtBot, studio: Studio, works: tuple[Path, Path]) -> None:
    view = opened(qtbot, studio, works).view

    def hover(place: QPointF) -> None:
        for one in (QPointF(1, 1), place):
            button, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
            event = QMouseEvent(QEvent.Type.MouseMove, one, view.mapToGlobal(one), button, button, keys)
            QApplication.sendEvent(view, event)

    for place in (view.points(1)[1], (view.points(1)[0] + view.points(1)[1]) / 2):
        hover(place)
        assert view.pair == 1
    hover(QPointF(2, 2))
    assert view.pair == -1
    hover(view.points(1)[0])
    assert "Pair 2 of 3" in view.accessibleDescription()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.pair == 2
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.pair == 0
    view.show_pairs(0)
    assert view.pair == -1 and view.count == 0


def test_patches_lie_where_they_are_in_the_works(qtbot: QtBot, studio: Studio, works: tuple[Path, Path]) -> None:
    view = opened(qtbot, studio, works).view
    for side, point in enumerate(view.points(0)):
        frame = view.frame(side)
        share = ((point.x() - frame.x()) / frame.width(), (point.y() - frame.y()) / frame.height())
        assert share == pytest.approx(((0.2, 0.3), (0.3, 0.3))[side])
    wide, tall = view.frame(0), view.frame(1)
    assert wide.width() / wide.height() == pytest.approx(64 / 48)
    assert tall.width() / tall.height() == pytest.approx(40 / 60)
    assert not wide.intersects(tall)


def test_what_draws_the_eye_darkens_the_rest(qtbot: QtBot, studio: Studio, works: tuple[Path, Path]) -> None:
    dialog = opened(qtbot, studio, works)
    dialog.pairs.setValue(0)

    def brightness() -> int:
        image = dialog.view.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        corner = dialog.view.frame(0).topLeft().toPoint() + QPoint(3, 3)
        return image.pixelColor(corner * dialog.view.devicePixelRatioF()).value()

    plain = brightness()
    dialog.attention.setChecked(True)
    assert brightness() < plain


def test_either_becomes_a_style_and_both_a_mix(qtbot: QtBot, studio: Studio, works: tuple[Path, Path]) -> None:
    dialog = opened(qtbot, studio, works)
    asked: list[object] = []
    dialog.style_asked.connect(asked.append)
    dialog.mix_asked.connect(asked.append)
    dialog.use[1].click()
    qtbot.waitUntil(lambda: [style.card.title for style in studio.session.artwork.state.styles] == ["second"])
    dialog.mix.click()
    qtbot.waitUntil(lambda: len(studio.session.artwork.state.styles) >= 2)
    assert asked == [works[1], list(works)]


def test_the_comparison_is_written_as_a_picture_and_as_numbers(
    qtbot: QtBot, studio: Studio, works: tuple[Path, Path], tmp_path: Path
) -> None:
    dialog = opened(qtbot, studio, works)
    for name in ("both.png", "both.json"):
        with qtbot.waitSignal(dialog.comparer.written):
            dialog.comparer.write(tmp_path / name)
    with Image.open(tmp_path / "both.png") as image:
        assert image.width == 1600
    values = json.loads((tmp_path / "both.json").read_text(encoding="utf-8"))
    assert values["first"]["path"] == str(works[0])
    with qtbot.waitSignal(dialog.comparer.failed):
        dialog.comparer.write(tmp_path / "nowhere" / "both.png")
    assert dialog.comparer.comparison is not None and dialog.status.text()


def test_closing_stops_the_engine_and_another_work_begins_anew(
    qtbot: QtBot, studio: Studio, engine: ComparingEngine, works: tuple[Path, Path]
) -> None:
    engine.gate = Gate()
    dialog = studio.comparisons.open(*works)
    qtbot.waitUntil(lambda: len(engine.comparisons) == 1)
    assert dialog.progress.isVisible()
    dialog.comparer.open(1, works[0])
    qtbot.waitUntil(lambda: dialog.comparer.works[1] is not None and dialog.comparer.works[1].path == works[0])
    engine.gate.let_pass(1)
    qtbot.waitUntil(lambda: len(engine.comparisons) == 2)
    assert dialog.comparer.comparison is None  # the first answer is of works that are not shown any more
    ended: list[Event] = []
    studio.session.event_unclaimed.connect(ended.append)
    dialog.reject()
    engine.gate.open()
    qtbot.waitUntil(lambda: any(event.request_id == engine.comparisons[1].id for event in ended))
    assert not any(isinstance(event, Compared) for event in ended if event.request_id == engine.comparisons[1].id)


def test_what_cannot_be_opened_or_compared_is_said_and_costs_nothing(
    qtbot: QtBot, studio: Studio, engine: ComparingEngine, works: tuple[Path, Path], tmp_path: Path
) -> None:
    dialog = opened(qtbot, studio, works)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with qtbot.waitSignal(dialog.comparer.failed):
        dialog.comparer.open(0, tmp_path / "bad.png")
    assert "bad.png" in dialog.status.text()
    assert dialog.comparer.comparison is not None and dialog.traits.summary.text()
    engine.failure = EngineError("There is not enough memory.")
    with qtbot.waitSignal(dialog.comparer.failed):
        dialog.comparer.open(0, works[1])
    assert dialog.status.text().startswith("There is not enough memory.")
    assert not dialog.comparer.is_comparing and not dialog.export.isEnabled()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_all_of_it_is_seen_named_and_reached(
    qtbot: QtBot, qapp: QApplication, studio: Studio, works: tuple[Path, Path], theme: str
) -> None:
    apply_theme(qapp, theme)  # type: ignore[arg-type]
    dialog = opened(qtbot, studio, works)
    qtbot.waitUntil(lambda: clipped_widgets(dialog) == [])  # on a screen of 800 px
    assert unspoken_controls(dialog) == []
    for part in (*dialog.choosers, dialog.view, dialog.pairs, dialog.attention, *dialog.use, dialog.mix, dialog.export):
        assert part.focusPolicy() & Qt.FocusPolicy.TabFocus, part.accessibleName()


def test_a_look_at_a_photo_goes_on_beside_a_comparison(
    qtbot: QtBot, studio: Studio, engine: ComparingEngine, works: tuple[Path, Path]
) -> None:
    studio.importer.open_picture(works[0])
    opened(qtbot, studio, works)
    qtbot.waitUntil(lambda: any(isinstance(request, SeeRequest) for request in engine.started))
