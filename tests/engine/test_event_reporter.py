"""What the reporter tells of snapshots: not more than anybody can see, with notes, kept colours and transparency."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from studio.core.engine_api.contract import Done, Event, Frame, Progress, StyleRequest
from studio.core.errors import EngineError
from studio.core.picture import Picture
from studio.engine import event_reporter
from studio.engine.event_reporter import Reporter
from studio.engine.keep_colors import ColorKeeper
from studio.engine.optimization.optimize import Snapshot
from tests.support.requests import PHOTO, STYLE, request_of
from tests.support.scenes import flat, picture_of, waves

IMAGE = waves(24, 96)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """What time it is, in s: the first of these numbers."""
    now = [100.0]
    monkeypatch.setattr(event_reporter, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    yield now


def reporter_of(request: StyleRequest, photo: torch.Tensor | None = None) -> Reporter:
    return Reporter(request, photo, ColorKeeper(), started=90.0)


def frames_of(events: list[Event]) -> list[Frame]:
    return [event for event in events if isinstance(event, Frame)]


def test_frames_come_no_faster_than_a_film(clock: list[float]) -> None:
    reporter, seen = reporter_of(request_of()), []
    for step in range(8):
        seen += [frame.step for frame in frames_of(list(reporter.report(Snapshot(IMAGE, step, 8, step / 8))))]
        clock[0] += 0.45 * event_reporter.FRAME_INTERVAL
    assert seen == [0, 3, 6]


def test_signs_of_life_say_how_far_the_last_snapshot_was(clock: list[float]) -> None:
    request = request_of()
    reporter = reporter_of(request)
    list(reporter.report(Snapshot(IMAGE, 3, 8, 0.375)))
    assert list(reporter.report(None)) == []
    clock[0] += event_reporter.SIGN_OF_LIFE
    assert list(reporter.report(None)) == [Progress(request.id, 0.375)]


def test_a_note_is_told_even_where_no_frame_is_due(clock: list[float]) -> None:
    request = request_of()
    reporter = reporter_of(request)
    list(reporter.report(Snapshot(IMAGE, 1, 8, 0.1)))
    assert list(reporter.report(Snapshot(IMAGE, 2, 8, 0.2, note="Smaller."))) == [Progress(request.id, 0.2, "Smaller.")]


def test_the_end_is_a_last_frame_and_the_result_with_what_was_noted(clock: list[float]) -> None:
    request = request_of()
    reporter = reporter_of(request)
    list(reporter.report(Snapshot(IMAGE, 5, 8, 0.9, {"total": 2.0})))
    *_, frame, done = reporter.done(waves(24, 96, turn=1.0), ["Smaller."])
    assert isinstance(frame, Frame) and isinstance(done, Done)
    assert (frame.is_final, frame.progress, frame.step, frame.seconds) == (True, 1.0, 5, 10.0)
    assert done.result is frame.picture
    assert (done.steps, done.seconds, done.notes) == (5, 10.0, ("Smaller.",))
    assert np.array_equal(done.result.pixels, picture_of(waves(24, 96, turn=1.0)).pixels)


def test_kept_colours_come_with_the_painting_as_it_was() -> None:
    photo = waves(24, 96, turn=2.0)
    *_, done = reporter_of(request_of(keep_color=1.0), photo).done(IMAGE)
    assert isinstance(done, Done) and done.uncolored is not None
    assert np.array_equal(done.uncolored.pixels, picture_of(IMAGE).pixels)
    assert not np.array_equal(done.result.pixels, done.uncolored.pixels)
    *_, plain = reporter_of(request_of(), photo).done(IMAGE)
    assert isinstance(plain, Done) and plain.uncolored is None


def test_transparency_of_the_photo_is_put_back_at_the_size_of_the_painting() -> None:
    alpha = np.zeros((PHOTO.height, PHOTO.width), np.uint8)
    alpha[:, : PHOTO.width // 2] = 255
    *_, done = reporter_of(request_of(Picture(PHOTO.pixels, "photo", alpha))).done(IMAGE)
    assert isinstance(done, Done) and done.result.alpha is not None
    assert done.result.alpha.shape == (24, 96)
    assert done.result.alpha[:, :40].min() == 255 and done.result.alpha[:, 56:].max() == 0


def test_a_pattern_is_named_after_its_style() -> None:
    *_, done = reporter_of(request_of(method="pattern")).done(IMAGE)
    assert isinstance(done, Done)
    assert done.result.name == f"Pattern of {STYLE.name}"


def test_what_is_no_picture_is_refused_in_a_sentence() -> None:
    with pytest.raises(EngineError, match="fell apart"):
        list(reporter_of(request_of()).report(Snapshot(IMAGE * float("nan"), 1, 2, 0.5)))
    with pytest.raises(EngineError, match="one plain colour"):
        list(reporter_of(request_of()).done(flat(24, 96)))
