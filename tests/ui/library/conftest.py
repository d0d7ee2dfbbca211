"""A studio in its library, with six works in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import DescribeRequest, Event, Request
from studio.core.errors import EngineError
from studio.ui.app import Studio
from studio.ui.library.library_grid import LibraryGrid
from tests.support.fakes import GUARD_SECONDS, FakeEngine, Gate

COLOURS = {
    "ember": (200, 40, 30),
    "fire": (205, 50, 30),
    "meadow": (60, 160, 50),
    "night": (20, 25, 70),
    "ocean": (30, 90, 170),
    "sky": (120, 180, 230),
}


class WatchedEngine(FakeEngine):
    """Describes only as many pictures as `describing` lets pass; `refuses` fails all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.describing = Gate()
        self.describing.open()
        self.refuses = False

    def run(self, request: Request) -> Iterator[Event]:
        if isinstance(request, DescribeRequest):
            self.describing.wait(GUARD_SECONDS)
            if self.refuses:
                raise EngineError("The engine has no memory left.")
        yield from super().run(request)

    @property
    def is_held(self) -> bool:
        """Whether it stands in front of the gate; the window has to go on until then."""
        return self.describing._waiting > 0

    @property
    def described(self) -> list[str]:
        return [request.content.name for request in self.started if isinstance(request, DescribeRequest)]


@pytest.fixture
def engine() -> Iterator[WatchedEngine]:
    engine = WatchedEngine()
    yield engine
    engine.describing.open()


@pytest.fixture(autouse=True)
def without_styles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled styles are left out where a test does not need them: each takes a moment to open."""
    monkeypatch.setattr("studio.ui.library.library.Library._style_files", lambda self: ())


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of six works in colours of their own, with a manifest and a file that is no picture."""
    folder = tmp_path / "works"
    folder.mkdir()
    rows = ["path\ttitle\tauthor\tyear\tkind\tlicence"]
    for number, (name, colour) in enumerate(COLOURS.items()):
        save(folder / f"{name}.png", colour)
        rows.append(f"{name}.png\tThe {name}\t{'Ada' if number % 2 else 'Bo'}\t{1880 + number}\tpainting\tCC0 1.0")
    (folder / "broken.png").write_bytes(b"no picture at all")
    (folder / "MANIFEST.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder.resolve()


def save(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> None:
    Image.new("RGB", size, colour).save(path)


def is_done(studio: Studio) -> bool:
    library = studio.library
    return library.indexer.state in ("idle", "failed") and library.indexer.is_open and not library.browser.is_busy


@pytest.fixture
def filled(qtbot: QtBot, studio: Studio, pictures: Path) -> Studio:
    """The studio in its library, with the six works in it."""
    studio.actions["library"].trigger()
    studio.library.add([pictures])
    qtbot.waitUntil(
        lambda: names(studio) != [] and len(names(studio)) == len(COLOURS) and is_done(studio), timeout=60000
    )
    return studio


def names(studio: Studio) -> list[str]:
    """The files that are shown, in order; [] while one of them is still to be read."""
    room = studio.library.room
    entries = [studio.library.entries.entry(int(row)) for row in room.model.rows]
    return [entry.picture.path.stem for entry in entries if entry is not None] if all(entries) else []


def grid_of(studio: Studio) -> LibraryGrid:
    return studio.library.room.grid


def select(studio: Studio, *wanted: str) -> None:
    grid = grid_of(studio)
    grid.clearSelection()
    shown = names(studio)
    for name in wanted:
        grid.selectionModel().select(
            grid.model().index(shown.index(name), 0), grid.selectionModel().SelectionFlag.Select
        )


def trigger(studio: Studio, name: str) -> None:
    action = studio.library.selection.actions[name]
    assert action.isEnabled(), action.toolTip()
    action.trigger()
