"""Promises of the map of an index: PCA at once, UMAP when it is ready, and a sentence where it is not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QThreadPool
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.errors import StudioError
from studio.core.library.facts import Facts
from studio.core.library.files.vector_file import KINDS
from studio.core.library.library_index import Described, FileState, LibraryIndex
from studio.jobs.layout.layout_process import LayoutStopped
from studio.ui.art_map.library_reader import LibraryReader
from studio.ui.art_map.map_controller import _Read
from studio.ui.art_map.map_panel import MapPanel
from studio.ui.theme.theme import apply_theme

SOME = 12


class FakeProcess:
    """In place of the process: waits for its gate, then lies on a diagonal, or fails."""

    made: list[FakeProcess] = []
    error: StudioError | None = None

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.is_stopped = False
        FakeProcess.made.append(self)

    def places(self, vectors: np.ndarray, seed: int = 0) -> np.ndarray:
        self.gate.wait()
        if self.is_stopped:
            raise LayoutStopped
        if FakeProcess.error is not None:
            raise FakeProcess.error
        return np.stack([np.linspace(-1, 1, len(vectors))] * 2, axis=1).astype(np.float32)

    def stop(self) -> None:
        self.is_stopped = True
        self.gate.set()


@pytest.fixture(autouse=True)
def no_umap(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeProcess.made, FakeProcess.error = [], None
    monkeypatch.setattr("studio.ui.art_map.map_controller.LayoutProcess", FakeProcess)


def fill(folder: Path, count: int) -> None:
    file = BytesIO()
    Image.new("RGB", (32, 24), (255, 0, 0)).save(file, "WEBP", quality=90)
    draw = np.random.default_rng(0)
    with LibraryIndex(folder, is_writer=True) as index:
        for number in range(count):
            vectors = {kind: draw.random(length).astype(np.float32) for kind, (length, _) in KINDS.items()}
            facts = Facts(f"Work {number}", "Anna" if number else "", str(1880 + number) if number > 1 else "")
            described = Described(f"print {number}", 32, 24, vectors, file.getvalue())
            index.add(folder / f"{number}.png", FileState(1, 1), facts, described)
        index.commit()


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[MapPanel]:
    apply_theme(qapp, "dark")
    fill(tmp_path / "index", SOME)
    panel = MapPanel(tmp_path / "index")
    qtbot.addWidget(panel)
    panel.resize(700, 600)
    panel.show()
    yield panel
    panel.close_down()
    QThreadPool.globalInstance().waitForDone()


def show(qtbot: QtBot, panel: MapPanel, rows: list[int] | None = None) -> None:
    with qtbot.waitSignal(panel.works_changed):
        panel.controller.show() if rows is None else panel.show_rows(rows)


def test_an_index_is_shown_by_pca_with_its_thumbnails(qtbot: QtBot, panel: MapPanel) -> None:
    show(qtbot, panel)
    assert panel.map.count == SOME and panel.rows == list(range(SOME))
    assert panel.note.text().startswith("What is far apart differs")
    assert panel.map._works.titles[2] == "Work 2\nAnna, 1882"
    assert panel.map._works.titles[0] == "Work 0\nartist unknown, year unknown"
    panel.map.grab()
    qtbot.waitUntil(lambda: panel.map._store.is_idle)
    topmost = panel.map._painter._thumbnails[-1]
    x, y = (round(value) for value in panel.map.camera.view.places(panel.map.points[topmost][None])[0])
    color = panel.map.grab().toImage().pixelColor(x, y)
    assert color.red() > 240 and color.green() < 30


def test_works_go_to_their_places_by_umap_when_these_are_ready_and_back_at_once(qtbot: QtBot, panel: MapPanel) -> None:
    show(qtbot, panel)
    by_pca = panel.map.points.copy()
    panel.layouts.setCurrentIndex(1)
    assert panel.controller.state == "computing" and panel.stop.isVisible()
    assert (panel.map.points == by_pca).all() and panel.note.text().startswith("What is alike is being")
    FakeProcess.made[0].gate.set()
    qtbot.waitUntil(lambda: panel.controller.state == "idle")
    assert (panel.map.points[:, 0] == panel.map.points[:, 1]).all()
    assert panel.note.text().startswith("Works close together are alike") and panel.stop.isHidden()
    panel.layouts.setCurrentIndex(0)
    assert (panel.map.points == by_pca).all()
    panel.layouts.setCurrentIndex(1)
    assert panel.controller.shown_layout == "umap" and len(FakeProcess.made) == 1


def test_what_was_computed_is_there_at_once_the_next_time(qtbot: QtBot, panel: MapPanel, tmp_path: Path) -> None:
    show(qtbot, panel)
    panel.layouts.setCurrentIndex(1)
    FakeProcess.made[0].gate.set()
    qtbot.waitUntil(lambda: panel.controller.state == "idle")
    other = MapPanel(tmp_path / "index")
    qtbot.addWidget(other)
    other.layouts.setCurrentIndex(1)
    show(qtbot, other)
    assert other.controller.shown_layout == "umap" and len(FakeProcess.made) == 1
    assert (other.map.points == panel.map.points).all()
    other.close_down()


def test_stopping_stays_with_pca(qtbot: QtBot, panel: MapPanel) -> None:
    show(qtbot, panel)
    panel.layouts.setCurrentIndex(1)
    panel.stop.click()
    assert FakeProcess.made[0].is_stopped
    assert panel.layouts.currentData() == "pca" and panel.controller.state == "idle"


def test_other_works_end_what_is_computed_for_those_before(qtbot: QtBot, panel: MapPanel) -> None:
    show(qtbot, panel)
    panel.layouts.setCurrentIndex(1)
    show(qtbot, panel, list(range(11)))
    assert FakeProcess.made[0].is_stopped and not FakeProcess.made[1].is_stopped
    FakeProcess.made[1].gate.set()
    qtbot.waitUntil(lambda: panel.controller.state == "idle")
    assert panel.map.count == 11 and panel.controller.shown_layout == "umap"


def test_why_there_is_no_umap_is_said_and_pca_stays(qtbot: QtBot, panel: MapPanel) -> None:
    FakeProcess.error = StudioError("UMAP cannot be loaded.", "Install umap-learn.")
    show(qtbot, panel)
    by_pca = panel.map.points.copy()
    panel.layouts.setCurrentIndex(1)
    FakeProcess.made[0].gate.set()
    qtbot.waitUntil(lambda: panel.controller.state == "idle")
    assert panel.note.text() == "UMAP cannot be loaded. Install umap-learn."
    assert (panel.map.points == by_pca).all()


def test_too_few_works_for_umap_are_told(qtbot: QtBot, panel: MapPanel) -> None:
    show(qtbot, panel, [0, 1, 2])
    panel.layouts.setCurrentIndex(1)
    assert panel.note.text() == "What is alike is only seen among 10 pictures or more."
    assert FakeProcess.made == []


def test_colors_are_of_facts_and_what_is_not_known_is_named(qtbot: QtBot, panel: MapPanel) -> None:
    show(qtbot, panel)
    panel.colors.setCurrentIndex(panel.colors.findData("artist"))
    assert panel.map.legend.text() == "Artist: Anna 11, unknown 1"
    panel.colors.setCurrentIndex(panel.colors.findData("year"))
    assert panel.map.legend.text() == "Year: 1882 to 1891, unknown 2"
    panel.colors.setCurrentIndex(panel.colors.findData("period"))
    assert panel.map.legend.text() == "Period: 1880s 8, 1890s 2, unknown 2"


def test_selected_works_stay_selected_when_others_come(qtbot: QtBot, panel: MapPanel) -> None:
    show(qtbot, panel, [2, 4, 6])
    panel.map.set_selection([1, 2])
    show(qtbot, panel, [1, 3, 4, 5])
    assert panel.selected_rows == [4]


def test_of_many_questions_the_first_is_answered_and_the_last(qtbot: QtBot, panel: MapPanel) -> None:
    seen: list[int] = []
    panel.works_changed.connect(lambda: seen.append(panel.map.count))
    for count in range(1, SOME):
        panel.show_rows(list(range(count)))
    qtbot.waitUntil(lambda: panel.controller.state == "idle" and seen[-1:] == [SOME - 1])
    assert seen == [1, SOME - 1]


def test_the_view_stays_when_some_works_come(qtbot: QtBot, panel: MapPanel) -> None:
    show(qtbot, panel, list(range(10)))
    panel.map.camera.zoom_by(4)
    show(qtbot, panel)
    assert panel.map.camera.view.zoom == pytest.approx(4)


def test_an_index_that_cannot_be_read_is_told(qtbot: QtBot, panel: MapPanel, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "library.sqlite").write_bytes(b"no database" * 100)
    other = MapPanel(tmp_path / "broken")
    qtbot.addWidget(other)
    with qtbot.waitSignal(other.failed) as told:
        other.show_rows([1, 2])
    assert "damaged" in str(told.args[0])
    other.close_down()


def test_closing_ends_what_is_computed(qtbot: QtBot, panel: MapPanel) -> None:
    show(qtbot, panel)
    panel.layouts.setCurrentIndex(1)
    panel.close_down()
    assert FakeProcess.made[0].is_stopped
    panel.close_down()


def test_tools_are_shown_and_chosen(qtbot: QtBot, panel: MapPanel) -> None:
    panel.tools["lasso"].click()
    assert panel.map.tool == "lasso"
    panel.tools["rectangle"].click()
    assert panel.map.tool == "rectangle" and not panel.tools["lasso"].isChecked()
    panel.tools["rectangle"].click()
    assert panel.map.tool == "pan"


def test_closing_ends_a_plane_that_is_being_made(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_making, was_ended = threading.Event(), threading.Event()

    def make(*arguments: object, go_on: Callable[[], None]) -> None:
        is_making.set()
        try:
            for _ in range(1000):  # of 0.05 s, unless it is told to end
                go_on()
                was_ended.wait(0.05)
        except CancelledError:
            was_ended.set()
            raise

    monkeypatch.setattr("studio.ui.art_map.library_reader.make_plane", make)
    fill(tmp_path / "index", 3)
    panel = MapPanel(tmp_path / "index")
    qtbot.addWidget(panel)
    panel.controller.show()
    assert is_making.wait(60)
    panel.controller.close()
    assert was_ended.is_set()


@pytest.mark.parametrize("step", ["picture", "title"])
def test_reading_ends_between_two_steps(tmp_path: Path, step: str) -> None:
    fill(tmp_path / "index", 3)
    reader = LibraryReader(tmp_path / "index")
    library = reader.plane(None, None)
    reader.stop()
    with pytest.raises(CancelledError):
        if step == "picture":
            reader.plane(None, None)
        else:
            _Read(library, reader.go_on)
    reader.close()
