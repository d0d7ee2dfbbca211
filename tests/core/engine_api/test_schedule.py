"""The plan of an optimisation: coarse to fine, no smaller than the network can see, and what it costs."""

from __future__ import annotations

from itertools import pairwise

import pytest

from studio.core.engine_api.schedule import SMALLEST_EDGE, stages
from studio.core.recipe import QUALITIES


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize(("long_edge", "short_edge"), [(128, 96), (512, 512), (768, 400), (4096, 3072)])
def test_stages_grow_up_to_the_result(long_edge: int, short_edge: int, quality: str) -> None:
    edges = [stage.long_edge for stage in stages(long_edge, short_edge, quality)]  # type: ignore[arg-type]
    assert edges[-1] == long_edge
    assert edges == sorted(set(edges))
    assert all(1.2 < larger / smaller < 2.2 for smaller, larger in pairwise(edges))


@pytest.mark.parametrize("long_edge", [256, 512, 1000, 8192])
def test_painting_starts_small_but_not_too_small_to_see(long_edge: int) -> None:
    first = stages(long_edge, long_edge, "standard")[0].long_edge
    assert SMALLEST_EDGE <= first < 2 * SMALLEST_EDGE


def test_a_result_smaller_than_that_takes_one_stage() -> None:
    plan = stages(SMALLEST_EDGE // 2, SMALLEST_EDGE // 2, "draft")
    assert [stage.long_edge for stage in plan] == [SMALLEST_EDGE // 2]


@pytest.mark.parametrize("quality", QUALITIES)
def test_every_stage_does_something(quality: str) -> None:
    assert all(stage.steps > 0 and stage.cost > 0 for stage in stages(1024, 700, quality))  # type: ignore[arg-type]


def test_a_step_costs_more_where_there_are_more_pixels() -> None:
    costs = [stage.cost / stage.steps for stage in stages(1024, 700, "standard")]
    assert costs == sorted(set(costs))
    slim, square = (stages(1024, short_edge, "standard")[-1].cost for short_edge in (300, 1024))
    assert slim < square


def test_better_quality_is_more_work() -> None:
    work = [sum(stage.cost for stage in stages(768, 512, quality)) for quality in QUALITIES]
    assert work == sorted(set(work))


@pytest.mark.parametrize("start_edge", [180, 256, 500])
def test_going_on_leaves_out_the_sizes_below_the_start(start_edge: int) -> None:
    afresh, onwards = stages(512, 512, "standard"), stages(512, 512, "standard", start_edge)
    assert onwards == afresh[-len(onwards) :]
    assert len(onwards) < len(afresh)
    assert onwards[0].long_edge > 0.7 * start_edge


def test_going_on_from_a_larger_picture_still_finishes_it() -> None:
    assert [stage.long_edge for stage in stages(512, 512, "standard", 2000)] == [512]
