"""What the engine says of two pictures: measured on pictures whose answer is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.core.comparison.report import main_direction, turn_between, wider
from studio.core.engine_api.comparison import Comparison
from studio.core.engine_api.contract import Compared, CompareRequest, EngineSettings
from studio.core.generators import run_to_end
from studio.core.picture import Picture
from studio.engine.comparison.palette import in_srgb, palette_distance, palette_of
from studio.engine.comparison.strokes import strokes_of
from studio.engine.runtime.cielab import from_cielab, to_cielab
from studio.engine.torch_engine import TorchEngine
from studio.jobs.event_check import check_event
from tests.support.scenes import picture_of, waves


@pytest.fixture(scope="module")
def engine() -> Iterator[TorchEngine]:
    engine = TorchEngine(EngineSettings("cpu"))
    yield engine
    engine.close()


def compare(engine: TorchEngine, first: Picture, second: Picture) -> Comparison:
    request = CompareRequest(first, second)
    events = [check_event(event, request) for event in engine.run(request)]
    assert isinstance(events[-1], Compared)
    return events[-1].comparison


def stripes(period: float, degrees: float, height: int = 256, width: int = 256) -> Tensor:
    """Stripes that run `degrees` counter-clockwise from level. period: px."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    turn = np.deg2rad(degrees)
    shade = 0.5 + 0.4 * np.sin(2 * np.pi / period * (x * np.sin(turn) + y * np.cos(turn)))
    return torch.from_numpy(np.stack([shade] * 3)[None]).float()


def blots(seed: int = 0, height: int = 256, width: int = 320) -> Tensor:
    """Blots of many colours and sizes: each place looks like no other."""
    draw = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    image = np.full((3, height, width), 0.6)
    for _ in range(60):
        inside = (x - draw.uniform(0, width)) ** 2 / draw.uniform(60, 900) + (
            y - draw.uniform(0, height)
        ) ** 2 / draw.uniform(60, 900) < 1
        image[:, inside] = draw.random(3)[:, None]
    return torch.from_numpy(image[None]).float()


def test_a_picture_is_no_distance_from_itself(engine: TorchEngine) -> None:
    picture = picture_of(blots())
    found = compare(engine, picture, picture)
    assert not found.layers.any()
    assert found.palette == 0
    assert turn_between(found) == 0
    assert wider(found) == 1
    assert found.style == pytest.approx(1, abs=1e-5)
    assert found.composition == pytest.approx(1, abs=1e-5)
    assert np.array_equal(found.places[:, :2], found.places[:, 2:])
    assert np.allclose(found.similarities, 1, atol=1e-4)
    assert len(found.places) >= 12


def test_another_picture_is_at_a_distance_in_all_of_it(engine: TorchEngine) -> None:
    found = compare(engine, picture_of(blots()), picture_of(stripes(12, 30)))
    assert (found.layers > 0.1).all()
    assert found.palette > 5
    assert found.style < 0.8


@pytest.mark.parametrize("degrees", [0.0, 30.0, 45.0, 90.0, 140.0])
def test_a_turned_picture_turns_the_directions(degrees: float) -> None:
    strokes = run_to_end(strokes_of(stripes(10, degrees)))
    finest = int(strokes.energy.argmax())
    assert int(strokes.directions[finest].argmax()) == round(degrees / 7.5) % 24
    assert float(strokes.coherence[finest]) > 0.9


def test_a_quarter_turn_is_ninety_degrees(engine: TorchEngine) -> None:
    level = stripes(16, 0)
    found = compare(engine, picture_of(level), picture_of(level.rot90(1, (2, 3))))
    assert turn_between(found) == pytest.approx(90, abs=8)
    first, second = main_direction(found.first), main_direction(found.second)
    assert first is not None and min(first, 180 - first) < 2
    assert second == pytest.approx(90, abs=2)


def test_wider_strokes_are_told_and_stripes_have_their_own_width() -> None:
    narrow, wide = (run_to_end(strokes_of(stripes(period, 20))).stroke for period in (8, 16))
    assert wide > 1.4 * narrow
    assert wide == pytest.approx(8 / 256, rel=0.35)  # half a period is a stroke


def test_a_palette_has_the_colours_and_their_shares() -> None:
    image = torch.zeros(1, 3, 40, 40)
    image[:, 0, :10] = 1.0
    lab, shares = palette_of(image)
    assert in_srgb(lab).tolist() == [[0, 0, 0], [255, 0, 0]]
    assert shares.tolist() == pytest.approx([0.75, 0.25])
    assert lab[1].tolist() == pytest.approx([53.24, 80.09, 67.20], abs=0.1)  # of pure red, as tables have it


def test_cielab_comes_back() -> None:
    assert torch.allclose(from_cielab(to_cielab(waves())), waves(), atol=1e-4)


def test_the_distance_of_palettes_is_the_work_of_moving_colours() -> None:
    first = np.array([[0, 0, 0], [100, 0, 0]], np.float32)
    second = np.array([[50, 0, 0]], np.float32)
    halves, whole = np.array([0.5, 0.5], np.float32), np.ones(1, np.float32)
    assert palette_distance(first, halves, second, whole) == pytest.approx(50)
    assert palette_distance(first, halves, first, np.array([0.2, 0.8], np.float32)) == pytest.approx(30)
    assert palette_distance(first, halves, first[::-1], halves) == pytest.approx(0, abs=1e-9)


def test_patches_of_a_shifted_picture_are_shifted(engine: TorchEngine) -> None:
    wide = blots(1, 256, 384)
    left, right = wide[..., :320], wide[..., 64:]
    found = compare(engine, picture_of(left), picture_of(right))
    shifts = (found.places[:, 0] - found.places[:, 2]) * 320
    assert len(found.places) >= 12
    exact = np.abs(shifts - 64) < 1
    assert exact.mean() > 0.8
    assert np.allclose(found.places[exact, 1], found.places[exact, 3])
    assert (found.places[exact, 0] >= 64 / 320).all()
    spread = found.places[exact, :2]
    assert np.ptp(spread[:, 0]) > 0.4 and np.ptp(spread[:, 1]) > 0.4


def test_attention_goes_where_a_picture_is_unlike_itself(engine: TorchEngine) -> None:
    image = torch.full((1, 3, 256, 256), 0.6)
    image[..., 150:210, 30:90] = blots(2, 60, 60)
    found = compare(engine, picture_of(image), picture_of(image.flip(3)))
    x, y = found.first.center
    assert x < 0.42 and y > 0.55
    assert found.second.center[0] > 0.58
    assert found.composition < 0.5
    assert found.first.mirror < 0.5


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (16, 16), (9, 700), (1500, 40)])
def test_small_and_strange_pictures_are_compared(engine: TorchEngine, size: tuple[int, int]) -> None:
    draw = np.random.default_rng(0)
    small = Picture(draw.integers(0, 256, (*size, 3), np.uint8))
    found = compare(engine, small, picture_of(waves(60, 80)))
    assert found.palette > 0


def test_grey_and_plain_pictures_are_compared(engine: TorchEngine) -> None:
    grey = picture_of(blots().mean(1, keepdim=True).expand(-1, 3, -1, -1))
    assert np.abs(compare(engine, grey, grey).first.lab[:, 1:]).max() < 0.1
    plain = Picture(np.full((50, 70, 3), 128, np.uint8))
    found = compare(engine, plain, plain)
    assert not found.layers.any() and found.palette == 0
    assert found.first.stroke == 0 and not found.first.directions.any() and not found.first.attention.any()
    assert found.first.shares.tolist() == [1.0]


def test_a_comparison_can_be_given_up_between_its_pieces(engine: TorchEngine) -> None:
    request = CompareRequest(picture_of(blots()), picture_of(blots(1)))
    work = engine._comparer.compare(request)  # each piece of it, whatever the clock says
    assert sum(1 for _ in zip(range(20), work, strict=False)) == 20
    work.close()
    assert compare(engine, request.first, request.first).palette == 0
