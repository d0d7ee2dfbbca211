"""Render many with regions: each photo is looked at, and painted with the artwork's regions in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import Event, Failed, Request, SeeRequest, StyleRequest
from studio.core.errors import EngineError
from studio.core.regions.region import Region
from studio.core.regions.shapes import Drawn, Found, Mask, Polygon
from studio.ui.app import Studio
from tests.support.fakes import FakeEngine, make_picture

SUBJECT = Region("Subject", Mask.of(Found("subject")), {"strength": 0.2})


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of two photos."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed, name in enumerate(("a.png", "b.png")):
        Image.fromarray(make_picture(64, 48, seed=seed).pixels).save(folder / name)
    return folder


@pytest.fixture
def chosen(qtbot: QtBot, loaded: Studio, photos: Path) -> Studio:
    """The studio with a photo, a style, and two photos in the open window of the batch."""
    loaded.actions["render_many"].trigger()
    loaded.batch_window.add_places([photos])
    qtbot.waitUntil(lambda: not loaded.batch.is_scanning)
    return loaded


def run(qtbot: QtBot, studio: Studio, *regions: Region) -> list[str]:
    studio.session.change_regions(regions)
    studio.batch_window.main.click()
    qtbot.waitUntil(lambda: not studio.batch.is_running)
    return [report.state for report in studio.batch.statuses]


def painted(engine: FakeEngine) -> list[StyleRequest]:
    return [
        request
        for request in engine.requests
        if isinstance(request, StyleRequest) and request.content is not None and request.content.name in "a.png b.png"
    ]


def test_the_regions_of_the_artwork_are_painted_in_every_photo(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine
) -> None:
    assert run(qtbot, chosen, SUBJECT) == ["done", "done"]
    requests = painted(engine)
    assert [request.regions[0].recipe.strength for request in requests] == [0.2, 0.2]
    assert all(request.regions[0].mask.any() and not request.regions[0].mask.all() for request in requests)
    looked_at = [request.content.name for request in engine.started if isinstance(request, SeeRequest)]
    assert [name for name in looked_at if name in ("a.png", "b.png")] == ["a.png", "b.png"]


def test_what_was_brushed_on_one_photo_is_left_out_of_the_others_and_the_window_says_so_beforehand(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine
) -> None:
    note = chosen.batch_window.regions
    assert not note.text()
    stroke = Drawn(np.full((48, 64), 255, np.uint8))
    lasso = Polygon(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    corrected = replace(SUBJECT, mask=SUBJECT.mask.then("subtract", stroke))
    sky = Region("Sky", Mask.of(stroke), {"strength": 0.9})
    chosen.session.change_regions([corrected, Region("Corner", Mask.of(lasso), {"strength": 0.1}), sky])
    assert "these regions: Subject, Corner." in note.text()
    assert "brushed in the open photo: Subject." in note.text()
    assert "alone: Sky." in note.text()
    assert run(qtbot, chosen, *chosen.session.artwork.regions) == ["done", "done"]
    assert [[region.recipe.strength for region in request.regions] for request in painted(engine)] == [[0.2, 0.1]] * 2
    assert all(request.regions[0].mask.any() for request in painted(engine))


def test_a_photo_that_cannot_be_looked_at_is_skipped_alone(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = engine.run

    def run_once(request: Request) -> Iterator[Event]:
        if isinstance(request, SeeRequest) and request.content.name == "a.png":
            return iter([Failed(request.id, EngineError("Too dark to see.", ""))])
        return honest(request)

    monkeypatch.setattr(engine, "run", run_once)
    assert run(qtbot, chosen, SUBJECT) == ["skipped", "done"]
    assert "Too dark" in chosen.batch.statuses[0].reason


def test_a_batch_is_stopped_while_a_photo_is_looked_at(
    qtbot: QtBot, chosen: Studio, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[SeeRequest] = []
    chosen.session.change_regions([SUBJECT])
    monkeypatch.setattr(chosen.batch._worker, "look", asked.append)  # never answered
    chosen.batch_window.main.click()
    qtbot.waitUntil(lambda: bool(asked))
    chosen.batch.stop()
    qtbot.waitUntil(lambda: not chosen.batch.is_scanning)
    assert [report.state for report in chosen.batch.statuses] == ["waiting", "waiting"]
    assert chosen.batch.interrupted is not None


def test_the_masks_are_layers_of_the_files_that_have_them(qtbot: QtBot, chosen: Studio, photos: Path) -> None:
    chosen.batch.choose(replace(chosen.batch.options, format="ora"))
    qtbot.waitUntil(lambda: not chosen.batch.is_scanning)
    assert run(qtbot, chosen, SUBJECT) == ["done", "done"]
    for file in photos.rglob("*.ora"):
        with ZipFile(file) as archive:
            assert 'name="Region: Subject"' in archive.read("stack.xml").decode()
    assert len(list(photos.rglob("*.ora"))) == 2
