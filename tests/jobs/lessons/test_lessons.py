"""Whose a style's file is: what these lessons have begun they go on with, whatever came between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import PictureError
from studio.jobs.lessons.lessons import Lessons, OpenLesson, open_lessons
from tests.support.fakes import make_card, make_picture

NAME = "monet.safetensors"


def request_of(item: BatchItem, is_resumed: bool) -> TuneRequest:
    return TuneRequest((make_picture(),), make_card(), Path(NAME), is_resumed=is_resumed)


def unplugged(item: BatchItem, is_resumed: bool) -> TuneRequest:
    raise PictureError("The disk with the works is not connected.")


def nothing(lessons: Lessons, item: BatchItem) -> None:
    pass


def a_run(
    folder: Path, then: Callable[[Lessons, BatchItem], object] = nothing, open_lesson: OpenLesson = request_of
) -> str:
    """What becomes of the one lesson until the process is killed: "begun" and `then`, or why it is skipped."""
    with closing(open_lessons(folder, {}, {Path("/art/monet"): NAME}, open_lesson)) as lessons:
        (item,) = lessons.left
        opened = lessons.open(item)
        if isinstance(opened, ItemReport):
            return opened.reason
        then(lessons, item)
        return "begun"


def write_style(lessons: Lessons, item: BatchItem) -> None:
    """As a lesson does before its first checkpoint."""
    lessons.path_of(item).write_bytes(b"the first best style")


def test_a_lesson_that_was_killed_before_its_checkpoint_is_begun_again_after_it_was_skipped(tmp_path: Path) -> None:
    assert a_run(tmp_path, write_style) == "begun"
    for _ in range(2):
        assert "not connected" in a_run(tmp_path, open_lesson=unplugged)
    assert a_run(tmp_path) == "begun"


def test_a_lesson_that_was_killed_twice_before_its_checkpoint_is_begun_again(tmp_path: Path) -> None:
    assert a_run(tmp_path, write_style) == "begun"
    assert [a_run(tmp_path) for _ in range(2)] == ["begun", "begun"]


def test_a_lesson_that_fails_without_having_written_anything_anew_is_begun_again(tmp_path: Path) -> None:
    assert a_run(tmp_path, write_style) == "begun"
    assert a_run(tmp_path, lambda lessons, item: lessons.leave(item, PictureError("No memory."))) == "begun"
    assert a_run(tmp_path) == "begun"


@pytest.mark.parametrize("runs", [1, 3])
def test_a_style_of_somebody_else_stays_theirs_however_often_it_was_skipped(tmp_path: Path, runs: int) -> None:
    (tmp_path / NAME).write_bytes(b"somebody else's")
    for _ in range(runs):
        assert "exists already" in a_run(tmp_path)
        assert "exists already" in a_run(tmp_path, open_lesson=unplugged)
    assert (tmp_path / NAME).read_bytes() == b"somebody else's"
