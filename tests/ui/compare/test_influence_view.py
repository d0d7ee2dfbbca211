"""Works in time, in the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.library.facts import Facts
from studio.core.library.indexing import thumbnail_of
from studio.core.library.library_index import Described, FileState, LibraryIndex
from studio.ui.app import Studio
from studio.ui.compare.compare_works import CompareWorks
from studio.ui.compare.influence_view import InfluenceView, graph_of_folder
from studio.ui.compare.influence_window import InfluenceWindow
from studio.ui.theme.theme import apply_theme
from tests.support.accessible_tree import unspoken_controls
from tests.support.fakes import make_picture

WORKS = (
    ("Early", "1800", 0),
    ("Middle", "c. 1850", 20),
    ("Late", "1853", 30),
    ("Alone", "1900", 150),
    ("Undated", "", 0),
)


def index_of(folder: Path) -> None:
    with LibraryIndex(folder, is_writer=True) as index:
        for number, (title, year, degrees) in enumerate(WORKS):
            style = np.zeros(128, np.float32)
            style[:2] = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
            vectors = {"style": style, "subject": style, "palette": np.full(294, 294**-0.5, np.float32)}
            thumbnail = thumbnail_of(make_picture(60, 40, seed=number)) if number else b"damaged"
            described = Described(f"f{number}", 60, 40, vectors, thumbnail)
            index.add(Path(f"/works/{number}.png"), FileState(1, 1), Facts(title, "Anna", year), described)
        index.commit()


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[InfluenceView]:
    apply_theme(qapp, "dark")
    index_of(tmp_path)
    view = InfluenceView(graph_of_folder(tmp_path, None))
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    view.refresh()
    qtbot.waitUntil(lambda: "Dated works" in view.status.text())
    yield view


def click(qtbot: QtBot, view: InfluenceView, work: int) -> None:
    qtbot.mouseClick(view.time, Qt.MouseButton.LeftButton, pos=view.time.frame(work).center().toPoint())


def test_dated_works_are_counted_and_the_caution_stands_there(view: InfluenceView) -> None:
    assert view.status.text() == "Dated works: 4; lines between them: 3. Left out without a date: 1."
    assert "does not mean influenced" in view.note.text()
    assert list(unspoken_controls(view)) == []


def test_a_click_tells_of_a_work_and_the_earlier_ones_it_is_like(qtbot: QtBot, view: InfluenceView) -> None:
    click(qtbot, view, 2)
    assert view.status.text().splitlines() == [
        "Late, Anna, 1853",
        "0.98  Middle, Anna, c. 1850",
        "0.87  Early, Anna, 1800",
    ]
    assert view.time.accessibleDescription() == "Late, Anna, 1853"
    with qtbot.waitSignal(view.compare_asked) as asked:
        view.compare.click()
    assert asked.args == [Path("/works/2.png"), Path("/works/1.png")]
    click(qtbot, view, 3)
    assert not view.compare.isEnabled()
    qtbot.mouseClick(view.time, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert view.time.chosen == -1


def test_keys_go_through_time_and_open(qtbot: QtBot, view: InfluenceView) -> None:
    for key, chosen in ((Qt.Key.Key_Right, 0), (Qt.Key.Key_Right, 1), (Qt.Key.Key_End, 3), (Qt.Key.Key_Left, 2)):
        qtbot.keyClick(view.time, key)
        assert view.time.chosen == chosen
    with qtbot.waitSignal(view.compare_asked) as asked:
        qtbot.keyClick(view.time, Qt.Key.Key_Return)
    assert asked.args == [Path("/works/2.png"), Path("/works/1.png")]
    with qtbot.waitSignal(view.style_asked) as asked:
        view.use.click()
    assert asked.args == [Path("/works/2.png")]


def test_zoom_keeps_what_is_under_the_cursor_and_a_drag_moves(qtbot: QtBot, view: InfluenceView) -> None:
    before = view.time.frame(1)
    view.time.zoom(2, before.center())
    after = view.time.frame(1)
    assert after.width() == pytest.approx(2 * before.width())
    assert (after.center() - before.center()).manhattanLength() < 0.01
    start = QPoint(10, 10)
    qtbot.mousePress(view.time, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view.time, start + QPoint(40, 25))
    qtbot.mouseRelease(view.time, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 25))
    moved = view.time.frame(1).center() - after.center()
    assert moved == QPointF(40, 25)
    view.fit.click()
    assert view.time.frame(1) == before


def test_other_settings_give_another_graph(qtbot: QtBot, view: InfluenceView) -> None:
    view.nearest.setValue(1)
    qtbot.waitUntil(lambda: "lines between them: 2" in view.status.text())
    view.at_least.setValue(95)
    qtbot.waitUntil(lambda: "lines between them: 1" in view.status.text())
    assert view.limit.text() == "0.95"


def test_how_many_works_are_too_many_is_told(
    qtbot: QtBot, view: InfluenceView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.ui.compare.influence_view.MOST_WORKS", 3)
    view.refresh()
    qtbot.waitUntil(lambda: "Dated works: 3" in view.status.text())
    assert view.status.text().endswith("Left out, because no more than 3 works are drawn: 1.")


def test_a_library_without_dates_or_without_an_index_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    with LibraryIndex(tmp_path / "empty", is_writer=True):
        pass
    empty = InfluenceView(graph_of_folder(tmp_path / "empty", None))
    qtbot.addWidget(empty)
    empty.refresh()
    qtbot.waitUntil(lambda: "has a date" in empty.status.text())
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "library.sqlite").write_bytes(b"no database" * 100)
    broken = InfluenceView(graph_of_folder(tmp_path / "broken", None))
    qtbot.addWidget(broken)
    broken.refresh()
    qtbot.waitUntil(lambda: "damaged" in broken.status.text())


def test_thumbnails_are_drawn_and_what_is_none_is_left_plain(view: InfluenceView) -> None:
    image = view.time.grab().toImage()
    ratio = view.time.devicePixelRatioF()

    def shades(work: int) -> int:
        frame = view.time.frame(work).adjusted(3, 3, -3, -3).toRect()
        part = image.copy(int(frame.x() * ratio), int(frame.y() * ratio), 20, 12)
        return len({part.pixel(x, y) for x in range(part.width()) for y in range(part.height())})

    assert shades(0) == 1 < shades(1)


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, save_photo: Callable[..., Path]) -> list[Path]:
    """Two works in the user's library."""
    monkeypatch.setenv("STYLE_STUDIO_CACHE", str(tmp_path / "cache"))
    works = [save_photo(f"{number}.png", seed=number) for number in range(2)]
    with LibraryIndex(is_writer=True) as index:
        vectors = {"style": np.full(128, 128**-0.5, np.float32), "subject": np.zeros(128, np.float32)}
        vectors["palette"] = np.zeros(294, np.float32)
        for number, path in enumerate(works):
            facts = Facts(f"Work {number}", year=str(1880 + number))
            index.add(path, FileState(1, 1), facts, Described(f"f{number}", 9, 9, vectors))
        index.commit()
    return works


def test_the_window_shows_the_library_and_compares_from_there(
    qtbot: QtBot, indexed: list[Path], studio: Studio
) -> None:
    studio.actions["influence"].trigger()
    (window,) = studio.window.findChildren(InfluenceWindow)
    qtbot.waitUntil(lambda: "Dated works: 2" in window.view.status.text())
    window.view.time.choose(1)
    window.view.compare.click()
    (dialog,) = studio.window.findChildren(CompareWorks)
    qtbot.waitUntil(lambda: dialog.comparer.comparison is not None)
    assert [work.path for work in dialog.comparer.works if work is not None] == indexed[::-1]
    studio.actions["influence"].trigger()
    assert studio.window.findChildren(InfluenceWindow) == [window]
