"""Strokes, similar colours and growth in pixels, and what they leave of a mask's shapes."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.picture import Pixels
from studio.core.regions.brush import Dab, paint_line
from studio.core.regions.edit_mask import with_shape, with_stroke
from studio.core.regions.rasterize import rasterize
from studio.core.regions.shapes import WIDEST, Drawn, Everything, Found, Mask, Operation, rectangle
from studio.core.regions.similar_color import similar_color

SIZE = (40, 30)
SUBJECT = np.zeros((30, 40), np.uint8)
SUBJECT[10:20, 10:20] = 255


def dot(x: float, y: float, radius: float = 4.0, softness: float = 0.0) -> Pixels:
    stroke = np.zeros((30, 40), np.uint8)
    paint_line(stroke, Dab(x, y, radius), Dab(x, y, radius), softness)
    return stroke


def drawn(mask: Mask) -> Pixels:
    return rasterize(mask, SIZE, {"subject": SUBJECT})


def test_a_dab_is_a_disc_and_tells_what_it_touched() -> None:
    stroke = np.zeros((30, 40), np.uint8)
    box = paint_line(stroke, Dab(20, 15, 5), Dab(20, 15, 5), 0.0)
    assert box is not None
    left, top, right, bottom = box
    rows, columns = np.nonzero(stroke)
    assert left <= columns.min() and columns.max() < right and top <= rows.min() and rows.max() < bottom
    assert stroke[15, 20] == 255 and stroke[15, 24] > 127 and stroke[15, 26] == 0
    assert abs(np.count_nonzero(stroke > 127) - np.pi * 25) < 6


def test_a_soft_brush_fades_towards_its_rim() -> None:
    row = dot(20.5, 15.5, 10, softness=1.0)[15, 20:31].astype(int)
    assert row[0] == 255 and row[-1] == 0 and all(np.diff(row) <= 0) and 0 < row[5] < 255


def test_a_line_has_no_gaps_and_its_width_follows_the_pressure() -> None:
    stroke = np.zeros((30, 40), np.uint8)
    paint_line(stroke, Dab(5, 15, 1), Dab(35, 15, 6), 0.0)
    assert (stroke[15, 5:35] == 255).all()
    assert np.count_nonzero(stroke[:, 8] > 127) < np.count_nonzero(stroke[:, 32] > 127)


def test_a_stroke_outside_of_the_picture_touches_nothing() -> None:
    stroke = np.zeros((30, 40), np.uint8)
    assert paint_line(stroke, Dab(-50, 5, 3), Dab(-20, 5, 3), 0.5) is None
    assert not stroke.any()


def test_where_a_stroke_goes_twice_it_covers_no_more_than_once() -> None:
    stroke = dot(20, 15, 8, softness=1.0)
    before = stroke.copy()
    paint_line(stroke, Dab(20, 15, 8), Dab(20, 15, 8), 1.0)
    assert np.array_equal(stroke, before)


def test_similar_colours_hang_together() -> None:
    pixels = np.full((20, 30, 3), 200, np.uint8)
    pixels[:, 14:16] = 20  # a wall
    pixels[10, 14:16] = 200  # with a door
    assert (similar_color(pixels, 2, 2, 0.1)[:, 20] == 255).all()
    pixels[10, 14:16] = 20
    found = similar_color(pixels, 2, 2, 0.1)
    assert (found[:, :14] == 255).all() and not found[:, 14:].any()


def test_a_larger_tolerance_takes_more() -> None:
    pixels = np.repeat(np.arange(0, 250, 5, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(4, axis=0)
    few, many = similar_color(pixels, 0, 0, 0.1), similar_color(pixels, 0, 0, 0.4)
    assert 0 < np.count_nonzero(few) < np.count_nonzero(many)
    assert len(np.unique(few)) > 2, "it fades"


@pytest.mark.parametrize(("grow", "width"), [(0.05, 14), (-0.05, 6), (0.0, 10)])
def test_growth_is_in_shares_of_the_longer_edge(grow: float, width: int) -> None:
    values = rasterize(Mask(Mask.of(Found("subject")).steps, grow=grow), SIZE, {"subject": SUBJECT})
    assert np.count_nonzero(values[15] > 127) == width


@pytest.mark.parametrize("grow", [0.1, -0.1])
def test_large_growth_of_a_large_mask_is_as_wide_as_it_says(grow: float) -> None:
    values = np.zeros((1000, 1500), np.uint8)
    values[300:700, 500:1000] = 255
    grown = rasterize(Mask(Mask.of(Drawn(values)).steps, grow=grow), (1500, 1000), {})
    assert np.count_nonzero(grown[500] > 127) == pytest.approx(500 + 2 * grow * 1500, abs=12)


@pytest.mark.parametrize("is_inverted", [False, True])
@pytest.mark.parametrize("operation", ["add", "subtract", "intersect"])
def test_a_stroke_does_to_what_is_seen_what_it_says(operation: Operation, is_inverted: bool) -> None:
    mask = Mask(Mask.of(Found("subject")).steps, is_inverted=is_inverted)
    before, stroke = drawn(mask), dot(12, 12)
    expected = {
        "add": np.maximum(before, stroke),
        "subtract": np.minimum(before, 255 - stroke),
        "intersect": np.minimum(before, stroke),
    }[operation]
    assert np.array_equal(drawn(with_stroke(mask, stroke, operation)), expected)


@pytest.mark.parametrize("operation", ["add", "subtract", "intersect"])
@pytest.mark.parametrize("is_inverted", [False, True])
def test_a_shape_does_to_what_is_seen_what_it_says(operation: Operation, is_inverted: bool) -> None:
    mask = Mask(Mask.of(Found("subject")).steps, is_inverted=is_inverted)
    before, shape = drawn(mask), rectangle(0.25, 0.0, 0.75, 1.0)
    inside = rasterize(Mask.of(shape), SIZE, {})
    expected = {
        "add": np.maximum(before, inside),
        "subtract": np.minimum(before, 255 - inside),
        "intersect": np.minimum(before, inside),
    }[operation]
    assert np.array_equal(drawn(with_shape(mask, shape, operation, SIZE)), expected)


def test_many_strokes_leave_two_parts_in_pixels_and_what_was_found() -> None:
    mask, expected = Mask.of(Found("subject")), SUBJECT
    for place in range(20):
        stroke = dot(2 * place, place, 3, 0.5)
        operation: Operation = "add" if place % 3 else "subtract"
        mask = with_stroke(mask, stroke, operation)
        expected = np.maximum(expected, stroke) if place % 3 else np.minimum(expected, 255 - stroke)
    assert len(mask.steps) == 3 and mask.steps[0].shape == Found("subject")
    assert np.array_equal(drawn(mask), expected)


def test_erasing_all_that_was_brushed_leaves_nothing() -> None:
    mask = with_stroke(with_stroke(Mask(), dot(20, 15), "add"), dot(20, 15, 20), "subtract")
    assert len(mask.steps) == 1 and not drawn(mask).any()


def test_a_stroke_over_a_shape_keeps_the_shape() -> None:
    mask = with_shape(Mask.of(Everything()), rectangle(0, 0, 1, 0.5), "intersect", SIZE)
    again = with_stroke(mask, dot(5, 25), "add")
    assert again.steps[:2] == mask.steps and drawn(again)[25, 5] == 255


@pytest.mark.parametrize("is_inverted", [False, True])
def test_growth_is_of_what_is_seen(is_inverted: bool) -> None:
    mask = Mask(Mask.of(Found("subject")).steps, is_inverted=is_inverted)
    larger, smaller = mask.with_growth(0.05), mask.with_growth(-0.05)
    assert drawn(smaller).sum() < drawn(mask).sum() < drawn(larger).sum()
    assert larger.growth == 0.05 and smaller.with_growth(9.0).growth == WIDEST


@pytest.mark.parametrize("is_inverted", [False, True])
@pytest.mark.parametrize("operation", ["add", "subtract"])
@pytest.mark.parametrize("growth", [0.1, -0.05])
def test_what_is_drawn_after_growing_is_as_it_was_drawn(growth: float, operation: Operation, is_inverted: bool) -> None:
    grown = Mask.of(Found("subject")).with_growth(growth)
    grown = grown if not is_inverted else Mask(grown.steps, grown.grow, is_inverted=True)
    before, stroke, shape = drawn(grown), dot(30, 8), rectangle(0.7, 0.6, 0.9, 0.8)
    choose = np.maximum if operation == "add" else lambda a, b: np.minimum(a, 255 - b)
    assert (drawn(with_stroke(grown, stroke, operation)) == choose(before, stroke)).all()
    assert (drawn(with_shape(grown, shape, operation, SIZE)) == choose(before, drawn(Mask.of(shape)))).all()


def test_to_grow_again_makes_all_larger_that_is_there_by_then() -> None:
    once = with_stroke(Mask.of(rectangle(0.1, 0.4, 0.2, 0.6)).with_growth(0.05), dot(30, 15, 3), "add")
    assert once.growth == 0
    again = once.with_growth(0.05)
    before, after = drawn(once) > 127, drawn(again) > 127
    assert before[15, 32] and not before[15, 34] and after[15, 34]  # the stroke, by 2 of 40 px
    assert not before[15, 1] and after[15, 1]  # the rectangle, by 2 px more


def test_many_strokes_after_growing_leave_two_parts_in_pixels_as_well() -> None:
    mask = Mask.of(Found("subject")).with_growth(0.1)
    for number in range(5):
        mask = with_stroke(mask, dot(5 + 6 * number, 5), "add" if number % 2 else "subtract")
    assert [type(step.shape).__name__ for step in mask.steps] == ["Found", "Grown", "Drawn", "Drawn"]
