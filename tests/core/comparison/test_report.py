"""A comparison in words, in numbers and as a picture."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from studio.core.comparison.report import (
    NO_INFLUENCE,
    USUAL,
    comparison_values,
    direction_in_words,
    main_direction,
    measures_of,
    summary_of,
    turn_between,
    wider,
)
from studio.core.comparison.sheet import WIDTH, comparison_sheet
from studio.core.engine_api.comparison import Comparison
from studio.core.engine_api.contract import CompareRequest
from tests.support.fakes import compare, make_picture

ONE, OTHER = make_picture(), make_picture(64, 48, seed=3)


@pytest.fixture
def comparison() -> Comparison:
    return compare(CompareRequest(ONE, OTHER)).comparison


def test_a_measure_is_judged_by_how_usual_it_is(comparison: Comparison) -> None:
    low, quarter, middle, high, most = USUAL["palette"]
    verdicts = []
    for distance in (0.0, low - 1, quarter - 1, middle, high + 1, most + 1):
        measures = {one.name: one for one in measures_of(replace(comparison, palette=distance))}
        verdicts.append((measures["palette"].verdict, round(measures["palette"].share, 2)))
    assert [verdict for verdict, _ in verdicts] == [
        "the same",
        "very alike",
        "alike",
        "as unlike as most",
        "unlike",
        "very unlike",
    ]
    shares = [share for _, share in verdicts]
    assert shares == sorted(shares) and shares[0] == 0 and shares[3] == 0.5


def test_directions_turn_and_are_named(comparison: Comparison) -> None:
    assert main_direction(comparison.first) == 3 * 7.5
    assert main_direction(comparison.second) == 15 * 7.5
    assert turn_between(comparison) == pytest.approx(90)
    near = replace(comparison.second, directions=np.roll(comparison.first.directions, -5, axis=1))
    assert turn_between(replace(comparison, second=near)) == pytest.approx(5 * 7.5)  # through level, 0 = 180 degrees
    everywhere = replace(comparison.first, directions=np.full((5, 24), 1 / 24, np.float32))
    assert main_direction(everywhere) is None
    words = [direction_in_words(degrees) for degrees in (None, 0, 179, 45, 90, 135)]
    assert words == ["in all directions", "mostly level", "mostly level", "mostly rising to the right",
                     "mostly upright", "mostly falling to the right"]  # fmt: skip


def test_a_picture_without_strokes_is_no_wider(comparison: Comparison) -> None:
    assert wider(comparison) == pytest.approx(0.035 / 0.023)
    assert wider(replace(comparison, first=replace(comparison.first, stroke=0.0))) == 1


def test_the_summary_says_what_is_near_and_what_is_far(comparison: Comparison) -> None:
    layers = np.array([0.1, 0.3, 0.6, 0.48], np.float32)
    text = summary_of(replace(comparison, layers=layers), "Poppies", "Lion")
    assert "\N{LEFT DOUBLE QUOTATION MARK}Poppies\N{RIGHT DOUBLE QUOTATION MARK}" in text
    assert "nearest in colour and grain and are farthest apart in shapes" in text
    assert "Strokes of the second are 1.52 times as wide" in text
    assert "the weight of both lies left of and below the middle" in text
    assert "3 patches of one match one of the other" in text
    same = compare(CompareRequest(ONE, ONE)).comparison
    assert summary_of(same, "Poppies", "Lion").endswith("are one picture.")


def test_all_of_it_is_json(comparison: Comparison) -> None:
    values = json.loads(json.dumps(comparison_values(comparison, "a.png", "b.png"), allow_nan=False))
    assert values["first"]["path"] == "a.png"
    assert [layer["about"] for layer in values["layers"]] == ["colour and grain", "strokes", "shapes", "things"]
    assert values["patches"][0] == {"first": [0.2, 0.3], "second": [0.3, 0.3], "similarity": 0.9}
    assert len(values["second"]["strokes"]["scales"]) == 5
    assert values["first"]["palette"][0]["rgb"].startswith("#")
    assert values["note"] == NO_INFLUENCE


@pytest.mark.parametrize("size", [(16, 16), (400, 8), (8, 400), (2000, 1500)])
def test_the_sheet_is_a_picture_whatever_the_shapes_of_works(comparison: Comparison, size: tuple[int, int]) -> None:
    data = comparison_sheet(comparison, make_picture(*size), OTHER, ("<b>\N{SNOWMAN}", "x" * 500))
    with Image.open(BytesIO(data)) as image:
        image.load()
        assert image.format == "PNG" and image.width == WIDTH and image.height < 2200
        colors = image.convert("RGB").getcolors(1 << 24)
    assert colors is not None and len(colors) > 20
