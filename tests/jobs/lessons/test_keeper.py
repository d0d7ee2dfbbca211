"""Lessons on a worker: one is kept between its pieces, and its files travel when they have changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.engine_api.contract import EngineSettings
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineError
from studio.core.storage.folder_lock import FolderLock
from studio.core.styles.learned_style_file import decode_learned
from studio.jobs.lessons.keeper import LessonKeeper, Piece
from tests.support.fakes import FakeEngine, make_card, make_picture


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def keeper(engine: FakeEngine) -> Iterator[LessonKeeper]:
    with closing(LessonKeeper(lambda settings: engine, EngineSettings())) as keeper:
        yield keeper


def make_lesson(title: str = "mine") -> TuneRequest:
    card = replace(make_card(title), title=title)
    return TuneRequest((make_picture(),), card, Path("/not/on/this/machine/mine.safetensors"))


def test_a_lesson_comes_in_pieces_of_a_step_at_least_and_ends_with_the_style(keeper: LessonKeeper) -> None:
    request = make_lesson()
    pieces: list[Piece | None] = [keeper.begin(request, b"", 0.0)]
    while pieces[-1] is not None and pieces[-1].done is None:
        pieces.append(keeper.go_on(request.id, 0.0))
    found = [piece for piece in pieces if piece is not None]
    assert [piece.training_step.step if piece.training_step else None for piece in found] == [1, 2, 3, 3]
    assert all(piece.style and piece.checkpoint for piece in found[:-1])
    card, _ = decode_learned(found[-1].style, request.output)
    assert card.title == "mine" and found[-1].done is not None and found[-1].done.notes == ("Nearer.",)
    assert keeper.go_on(request.id, 0.0) is None


def test_all_of_a_lesson_is_one_piece_where_there_is_time(keeper: LessonKeeper) -> None:
    piece = keeper.begin(make_lesson(), b"", 1e6)
    assert piece.done is not None and piece.style and not piece.checkpoint


def test_a_checkpoint_from_elsewhere_is_gone_on_with(keeper: LessonKeeper, engine: FakeEngine) -> None:
    keeper.begin(make_lesson(), b"so far", 0.0)
    (request,) = engine.requests
    assert isinstance(request, TuneRequest) and request.is_resumed
    assert request.output.is_file() and request.output.parent != Path("/not/on/this/machine")
    keeper.close()
    assert not request.output.parent.exists() and engine.is_closed and engine.closed == [request.id]


def test_another_lesson_takes_the_place_of_the_one_that_is_kept(keeper: LessonKeeper, engine: FakeEngine) -> None:
    first, second = make_lesson("first"), make_lesson("second")
    keeper.begin(first, b"", 0.0)
    keeper.begin(second, b"", 0.0)
    assert engine.closed == [first.id]
    assert keeper.go_on(first.id, 0.0) is None
    assert keeper.go_on(second.id, 0.0) is not None


def test_what_the_engine_raises_goes_through_and_ends_the_lesson(keeper: LessonKeeper, engine: FakeEngine) -> None:
    engine.error, engine.error_at = EngineError("There is not enough memory to learn."), 2
    request = make_lesson()
    keeper.begin(request, b"", 0.0)
    with pytest.raises(EngineError, match="not enough memory"):
        keeper.go_on(request.id, 0.0)
    assert keeper.go_on(request.id, 0.0) is None


def test_what_killed_workers_have_left_is_removed_and_what_others_are_at_stays(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, at_work = tmp_path / "style-studio-lesson-left", tmp_path / "style-studio-lesson-at-work"
    for folder in (left, at_work):
        folder.mkdir()
        (folder / "style.training").touch()
    lock = FolderLock(at_work)
    lock.take()
    for folder in (left, at_work):
        os.utime(folder, (0, 0))
    keeper = LessonKeeper(lambda settings: engine, EngineSettings())
    keeper.begin(make_lesson(), b"", 0.0)
    assert not left.exists() and at_work.exists() and len(list(tmp_path.iterdir())) == 2
    keeper.close()
    lock.release()
    assert list(tmp_path.iterdir()) == [at_work]
