"""Too little memory and numbers that blow up: smaller, back and again, or a sentence; and the next job works."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.core.errors import EngineError
from studio.core.picture import Picture
from studio.engine import event_reporter, keep_colors, torch_engine
from studio.engine.losses.objective import Evaluation, Objective
from studio.engine.optimization import features, initialization, optimize, targets
from studio.engine.runtime import tiling
from studio.engine.torch_engine import TorchEngine
from tests.support.requests import LONG_EDGE, events_of, paint, request_of

pytestmark = pytest.mark.usefixtures("few_steps")

MARGIN = 96  # px of a tile
ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    MemoryError(),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
]


def let_fail(
    monkeypatch: pytest.MonkeyPatch, error: Exception, is_too_much: Callable[[Objective, Tensor], bool]
) -> None:
    """Raise `error` in the middle of evaluations that are too much."""
    evaluate = Objective.evaluate

    def limited(objective: Objective, image: Tensor) -> Generator[None, None, Evaluation]:
        job = evaluate(objective, image)
        yield next(job)
        if is_too_much(objective, image):
            raise error
        return (yield from job)

    monkeypatch.setattr(Objective, "evaluate", limited)


def change_evaluations(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[int, Evaluation], Evaluation]
) -> list[Evaluation]:
    """Change what evaluations find, by their number from 1. Returns what they found then, filled as it goes."""
    evaluate, found = Objective.evaluate, []

    def changed(objective: Objective, image: Tensor) -> Generator[None, None, Evaluation]:
        evaluation = change(len(found) + 1, (yield from evaluate(objective, image)))
        found.append(evaluation)
        return evaluation

    monkeypatch.setattr(Objective, "evaluate", changed)
    return found


def spoilt(evaluation: Evaluation, kind: str) -> Evaluation:
    if kind == "gradient":
        gradient = evaluation.gradient.clone()
        gradient[0, 0, 0, 0] = math.nan
        return replace(evaluation, gradient=gradient)
    value = {"nan": math.nan, "infinite": math.inf, "huge": 1e9}[kind]
    return replace(evaluation, losses=evaluation.losses | {"total": value})


def is_a_picture(picture: Picture) -> bool:
    return (picture.width, picture.height) == (LONG_EDGE, 48) and picture.pixels.std() > 5


@pytest.mark.parametrize("error", ERRORS, ids=["cuda", "python", "host"])
def test_out_of_memory_first_means_smaller_tiles(
    error: Exception, engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = paint(engine, request_of()).result
    monkeypatch.setattr(optimize, "SMALLEST_TILE", 16)
    monkeypatch.setattr(tiling, "SMALLEST_TILE", 2 * MARGIN + 64)
    tried = []

    def is_too_much(objective: Objective, image: Tensor) -> bool:
        tried.append(objective.tile_pixels)
        return min(objective.tile_pixels, image[0, 0].numel()) > 5000

    let_fail(monkeypatch, error, is_too_much)
    done = paint(engine, request_of())
    assert min(tried) <= 5000 < max(tried)
    assert done.notes == ()
    assert np.abs(done.result.pixels.astype(int) - expected.pixels.astype(int)).mean() < 1  # the same picture


@pytest.mark.parametrize("error", ERRORS, ids=["cuda", "python", "host"])
def test_when_no_tile_fits_the_picture_is_painted_smaller_and_the_user_told(
    error: Exception, engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as trouble:
        let_fail(trouble, error, lambda objective, image: max(image.shape) == LONG_EDGE)
        progress, _, done = events_of(engine, request_of())
    assert is_a_picture(done.result)
    assert any("emory" in note for note in done.notes)
    assert any("emory" in event.note for event in progress)
    assert paint(engine, request_of()).notes == ()


def test_a_pattern_that_is_painted_smaller_repeats_without_a_seam(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    enlarged: list[tuple[Tensor, Tensor]] = []
    enlarge = initialization.enlarge_seamless

    def noted(image: Tensor, size: tuple[int, int]) -> Tensor:
        enlarged.append((image, enlarge(image, size)))
        return enlarged[-1][1]

    monkeypatch.setattr(initialization, "enlarge_seamless", noted)
    let_fail(monkeypatch, ERRORS[1], lambda objective, image: max(image.shape) == LONG_EDGE)
    done = paint(engine, request_of(None, method="pattern", seamless="on"))
    assert any("emory" in note for note in done.notes)
    expected = (enlarge(enlarged[0][0], (LONG_EDGE, LONG_EDGE))[0] * 255).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(done.result.pixels, expected)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (torch_engine, "shrinking"),
        (event_reporter, "writing"),
        (keep_colors, "to_oklab"),
        (targets, "resize"),
        (targets, "moments"),
        (features, "total_variation"),
        (initialization, "recolor"),
        (initialization, "enlarge"),
        (optimize.Encoder, "trace"),
        (optimize.BoundedLBFGS, "step"),
    ],
    ids=lambda part: part if isinstance(part, str) else "in",
)
def test_out_of_memory_anywhere_ends_in_a_picture_or_a_sentence_and_the_next_job_works(
    part: object, name: str, engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **named: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with monkeypatch.context() as trouble:
        trouble.setattr(part, name, fail)
        try:
            done = paint(engine, request_of(keep_color=0.5, strength=0.3))
        except EngineError as error:
            assert "memory" in error.message
            assert error.remedy
        else:
            assert any("emory" in note for note in done.notes)
    assert is_a_picture(paint(engine, request_of()).result)


@pytest.mark.parametrize("kind", ["nan", "infinite", "gradient", "huge"])
def test_numbers_that_blow_up_once_are_taken_back(
    kind: str, engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = change_evaluations(
        monkeypatch, lambda number, evaluation: spoilt(evaluation, kind) if number == 2 else evaluation
    )
    _, frames, done = events_of(engine, request_of())
    assert len(found) > 2
    assert is_a_picture(done.result)
    assert all(0 <= loss < 1e6 for frame in frames for loss in frame.losses.values())


@pytest.mark.parametrize("kind", ["nan", "infinite", "gradient"])
def test_numbers_that_always_blow_up_end_in_a_sentence(
    kind: str, engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as trouble:
        change_evaluations(trouble, lambda number, evaluation: spoilt(evaluation, kind))
        with pytest.raises(EngineError, match="blew up") as raised:
            paint(engine, request_of())
        assert raised.value.remedy
    assert is_a_picture(paint(engine, request_of()).result)


def test_the_best_picture_is_kept_when_later_ones_are_worse(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = change_evaluations(
        monkeypatch, lambda number, evaluation: spoilt(evaluation, "huge") if number % 2 == 0 else evaluation
    )
    _, frames, done = events_of(engine, request_of())
    assert found[1].losses["total"] == 1e9
    assert frames[-1].losses["total"] < 1e6
    assert np.array_equal(done.result.pixels, frames[-1].picture.pixels)
