"""TorchEngine: the events of a request, and what the recipe promises about the picture at their end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from studio.core import resampling
from studio.core.card import bundled_cards
from studio.core.engine_api.contract import ColorRequest, EngineSettings, Event, Frame, LiveRequest, Progress
from studio.core.errors import EngineError, RecipeError, StudioError
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.engine import torch_engine
from studio.engine.runtime import generators, tensors
from studio.engine.torch_engine import TorchEngine
from tests.support.requests import LONG_EDGE, OTHER_STYLE, PHOTO, STYLE, events_of, paint, request_of
from tests.support.scenes import flat, picture_of, waves

pytestmark = pytest.mark.usefixtures("few_steps")
NEEDS_BFLOAT16 = pytest.mark.skipif(
    "bf16" not in Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else True,
    reason="without instructions for it, bfloat16 takes half a minute here",
)


def difference(first: Picture, second: Picture) -> float:
    """Mean difference of two pictures, in levels of 255."""
    return float(np.abs(first.pixels.astype(int) - second.pixels.astype(int)).mean())


def first_frame(events: Iterator[Event]) -> Frame:
    return next(event for event in events if isinstance(event, Frame))


def test_a_sign_of_life_comes_first_then_frames_then_the_result(engine: TorchEngine) -> None:
    request = request_of()
    progress, frames, done = events_of(engine, request)
    events = [*progress, *frames, done]
    assert {event.request_id for event in events} == {request.id}
    assert isinstance(next(engine.run(request)), Progress)
    shares = [frame.progress for frame in frames]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1
    assert shares[-1] == pytest.approx(1)
    assert [frame.step for frame in frames] == sorted(frame.step for frame in frames)
    assert frames[-1].step == frames[-1].steps == done.steps
    assert done.result.name == "photo"
    assert (done.result.width, done.result.height) == (LONG_EDGE, 48)
    assert done.notes == ()
    assert frames[-1].seconds <= done.seconds


@pytest.fixture
def many_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pictures take as many strips as large ones, and each is told of."""
    monkeypatch.setattr(resampling, "STRIP", 500)
    monkeypatch.setattr(tensors, "STRIP", 500)
    monkeypatch.setattr(generators, "SIGN_OF_LIFE", 0.0)


def progress_before_a_frame(events: Iterator[Event]) -> int:
    return sum(1 for _ in takewhile(lambda event: isinstance(event, Progress), events))


@pytest.mark.usefixtures("many_strips")
def test_a_photo_that_has_to_be_shrunk_keeps_nobody_waiting(engine: TorchEngine) -> None:
    photo, strips = picture_of(waves(192, 768)), 192 * 768 // 500
    requests = {
        "finish": request_of(photo),
        "live": LiveRequest(photo, (STYLE,), StyleRecipe(), LONG_EDGE),
        "color": ColorRequest(photo, PHOTO, 0.5),
    }
    for name, request in requests.items():
        engine.close()  # nothing is known
        assert progress_before_a_frame(engine.run(request)) > strips, name
    assert progress_before_a_frame(engine.run(requests["color"])) < 30  # the photo is known by now


@pytest.mark.usefixtures("many_strips")
def test_before_anything_is_shrunk_there_is_a_sign_of_life(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_engine, "shrinking", lambda *arguments: pytest.fail("too early"))
    monkeypatch.setattr(Picture, "fingerprinting", lambda picture: pytest.fail("too early"))
    assert isinstance(next(engine.run(request_of())), Progress)


def test_the_first_frame_comes_before_the_first_step(engine: TorchEngine) -> None:
    frame = first_frame(engine.run(request_of()))
    assert frame.step == 0
    assert frame.picture.pixels.std() > 5


def test_frames_grow_from_coarse_to_fine(engine: TorchEngine) -> None:
    _, frames, _ = events_of(engine, request_of())
    edges = [frame.picture.long_edge for frame in frames]
    assert edges == sorted(edges)
    assert edges[0] < edges[-1] == LONG_EDGE


def test_the_loss_falls_at_every_size(engine: TorchEngine) -> None:
    _, frames, _ = events_of(engine, request_of())
    losses: dict[int, list[float]] = {}
    for frame in frames:
        if frame.losses:
            losses.setdefault(frame.picture.long_edge, []).append(frame.losses["total"])
    assert list(losses) == [LONG_EDGE // 2, LONG_EDGE]
    for edge, values in losses.items():
        assert values[-1] < values[0], f"at {edge} px"


def test_losses_have_their_names_and_add_up(engine: TorchEngine) -> None:
    _, frames, _ = events_of(engine, request_of(smoothness=0.5))
    losses = dict(frames[-1].losses)
    total = losses.pop("total")
    assert losses.keys() == {"style", "matched", "content", "structure", "colors", "smoothness"}
    assert total == pytest.approx(sum(losses.values()))
    assert all(loss > 0 for loss in losses.values())


def test_the_same_recipe_paints_the_same_pixels(engine: TorchEngine) -> None:
    first, again = (paint(engine, request_of(seed=3)).result for _ in range(2))
    assert np.array_equal(first.pixels, again.pixels)
    engine.close()  # from nothing, too
    assert np.array_equal(paint(engine, request_of(seed=3)).result.pixels, first.pixels)


def test_another_seed_paints_another_variation(engine: TorchEngine) -> None:
    first, other = (paint(engine, request_of(seed=seed)).result for seed in (3, 4))
    assert 0 < difference(first, other) < 30


def test_all_shares_to_one_style_is_that_style_alone(engine: TorchEngine) -> None:
    alone = paint(engine, request_of()).result
    mixed = paint(engine, request_of(styles=(STYLE, OTHER_STYLE), style_shares=(1.0, 0.0))).result
    assert difference(alone, mixed) < 1


def test_equal_shares_are_a_mix_and_need_not_be_given(engine: TorchEngine) -> None:
    both = (STYLE, OTHER_STYLE)
    equal = paint(engine, request_of(styles=both)).result
    assert difference(equal, paint(engine, request_of(styles=both, style_shares=(50.0, 50.0))).result) < 1
    for style in both:
        assert difference(equal, paint(engine, request_of(styles=(style,))).result) > 3


def test_keeping_colors_afterwards_is_keeping_them_from_the_start(engine: TorchEngine) -> None:
    kept = paint(engine, request_of(keep_color=0.7))
    assert kept.uncolored is not None
    assert difference(kept.uncolored, paint(engine, request_of()).result) == 0
    _, (frame,), later = events_of(engine, ColorRequest(PHOTO, kept.uncolored, 0.7))
    assert difference(later.result, kept.result) < 0.5  # roundings
    assert difference(later.result, kept.uncolored) > 3
    assert frame.is_final
    assert frame.picture.fingerprint == later.result.fingerprint
    assert later.uncolored is kept.uncolored


def test_keeping_no_colors_leaves_nothing_uncolored(engine: TorchEngine) -> None:
    _, frames, done = events_of(engine, request_of(keep_color=0.0))
    assert done.uncolored is None
    assert all(frame.uncolored is None for frame in frames)


def test_keeping_no_colors_afterwards_gives_the_painting_back(engine: TorchEngine) -> None:
    assert difference(paint(engine, ColorRequest(PHOTO, OTHER_STYLE, 0.0)).result, OTHER_STYLE) == 0


def test_transparency_is_put_back_at_the_size_of_the_result(engine: TorchEngine) -> None:
    alpha = np.zeros((24, 96), np.uint8)
    alpha[:, 48:] = 255
    cut_out = picture_of(waves(24, 96), alpha=alpha)
    _, frames, done = events_of(engine, request_of(cut_out, keep_color=0.5))
    for picture in (done.result, done.uncolored, frames[0].picture):
        assert picture is not None
        assert picture.alpha is not None
        assert picture.alpha.shape == picture.pixels.shape[:2]
    assert done.uncolored is not None
    assert done.result.alpha is not None
    assert done.result.alpha[:, :80].max() < 10
    assert done.result.alpha[:, 112:].min() > 245
    recolored = paint(engine, ColorRequest(cut_out, done.uncolored, 1.0)).result
    assert np.array_equal(recolored.alpha, done.result.alpha)


@pytest.mark.parametrize("method", ["finish", "live"])
def test_what_a_file_hides_under_a_cut_out_changes_no_artwork(method: str, engine: TorchEngine, tmp_path: Path) -> None:
    painted = []
    for name, hidden in (("magenta", (255, 0, 255)), ("black", (0, 0, 0)), ("white", (255, 255, 255))):
        cut_outs = []
        for role, picture in (("photo", PHOTO), ("style", STYLE)):
            pixels, alpha = picture.pixels.copy(), np.full(picture.pixels.shape[:2], 255, np.uint8)
            alpha[:, picture.width // 2 :] = 0
            pixels[alpha == 0] = hidden
            path = tmp_path / f"{name} {role}.png"
            Image.fromarray(np.dstack((pixels, alpha))).save(path)
            cut_outs.append(open_picture(path))
        painted.append(paint(engine, request_of(cut_outs[0], styles=(cut_outs[1],), method=method)).result)
    assert np.array_equal(painted[0].pixels, painted[1].pixels)
    assert np.array_equal(painted[0].pixels, painted[2].pixels)


def test_transparent_parts_of_a_style_do_not_count(engine: TorchEngine) -> None:
    both = np.concatenate((STYLE.pixels, PHOTO.pixels[: STYLE.height, : STYLE.width]), 1)
    alpha = np.zeros(both.shape[:2], np.uint8)
    alpha[:, : STYLE.width] = 255
    opaque, cut_out = Picture(both), Picture(both, alpha=alpha)
    wanted = STYLE.pixels.reshape(-1, 3).mean(0)
    found = [paint(engine, request_of(styles=(style,))).result for style in (opaque, cut_out)]
    far, near = (float(np.abs(picture.pixels.reshape(-1, 3).mean(0) - wanted).mean()) for picture in found)
    assert near < far


def test_a_pattern_needs_no_photo(engine: TorchEngine) -> None:
    done = paint(engine, request_of(None, method="pattern", long_edge=128, keep_color=1.0))
    assert (done.result.width, done.result.height) == (128, 128)
    assert "weave" in done.result.name
    assert done.uncolored is None


def test_a_pattern_does_not_show_the_photo(engine: TorchEngine) -> None:
    other = picture_of(waves(48, 192, turn=2.0), "other")
    first, second = (paint(engine, request_of(photo, method="pattern")).result for photo in (PHOTO, other))
    assert np.array_equal(first.pixels, second.pixels)
    assert (first.width, first.height) == (LONG_EDGE, 48)


def test_a_start_is_gone_on_from_at_its_size(engine: TorchEngine) -> None:
    start = picture_of(waves(48, 192, turn=1.0), "stopped")
    afresh, onwards = (first_frame(engine.run(request_of(start=begin))) for begin in (None, start))
    assert difference(onwards.picture, start) < 1
    assert onwards.picture.long_edge == LONG_EDGE > afresh.picture.long_edge
    assert onwards.steps < afresh.steps


def test_a_smaller_result_can_be_finished_larger(engine: TorchEngine) -> None:
    small = paint(engine, request_of(long_edge=128)).result
    _, frames, done = events_of(engine, request_of(start=small))
    assert done.result.long_edge == LONG_EDGE
    assert min(frame.picture.long_edge for frame in frames) > 100


def test_strength_goes_from_the_photo_to_paint(engine: TorchEngine) -> None:
    faint, half, full = (difference(paint(engine, request_of(strength=value)).result, PHOTO) for value in (0, 0.5, 1))
    assert faint < 12  # 5 %, after two steps a size
    assert faint < half < full
    assert faint < full / 3


def test_a_run_that_is_closed_leaves_nothing_and_the_next_one_works(engine: TorchEngine) -> None:
    def tensors_alive() -> int:
        gc.collect()
        return sum(issubclass(type(item), Tensor) for item in gc.get_objects())  # asks no object anything

    expected = paint(engine, request_of()).result  # from now on, its style is remembered
    before = tensors_alive()
    job = engine.run(request_of())
    frames = (event for event in job if isinstance(event, Frame))
    while next(frames).step < 1:
        pass
    next(job)  # in the middle of the next step
    assert tensors_alive() > before
    job.close()  # type: ignore[attr-defined]
    assert tensors_alive() <= before
    assert np.array_equal(paint(engine, request_of()).result.pixels, expected.pixels)


def test_a_run_can_wait_while_another_one_is_made(engine: TorchEngine) -> None:
    expected = [paint(engine, request_of(styles=(style,))).result.pixels for style in (STYLE, OTHER_STYLE)]
    waiting = engine.run(request_of())
    first_frame(waiting)
    other = paint(engine, request_of(styles=(OTHER_STYLE,))).result
    *_, done = waiting
    assert np.array_equal(done.result.pixels, expected[0])  # type: ignore[union-attr]
    assert np.array_equal(other.pixels, expected[1])


@pytest.mark.parametrize(
    ("content", "styles", "recipe", "sentence"),
    [
        (PHOTO, (), {}, "no style"),
        (None, (STYLE,), {}, "no picture"),
        (PHOTO, (STYLE,), {"style_shares": (1.0, 2.0)}, "1 styles but 2 shares"),
        (PHOTO, (STYLE, STYLE), {"style_shares": (1.0,)}, "2 styles but 1 shares"),
    ],
)
def test_what_cannot_be_painted_is_said_at_once(
    content: Picture | None, styles: tuple[Picture, ...], recipe: dict[str, object], sentence: str, engine: TorchEngine
) -> None:
    with pytest.raises(RecipeError, match=sentence):
        next(engine.run(request_of(content, styles, **recipe)))


def test_a_result_of_one_plain_color_is_no_result(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def finish_black(*arguments: object) -> Iterator[None]:
        yield
        return flat(48, 192, 0.0)

    monkeypatch.setattr(torch_engine, "finish", finish_black)
    with pytest.raises(EngineError, match="one plain colour"):
        list(engine.run(request_of()))


def test_an_error_of_ours_is_not_dressed_up(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*arguments: object) -> Iterator[None]:
        yield
        raise RuntimeError("shape '[3]' is invalid")

    monkeypatch.setattr(torch_engine, "finish", stumble)
    with pytest.raises(RuntimeError, match="is invalid"):
        list(engine.run(request_of()))


@NEEDS_BFLOAT16
@pytest.mark.parametrize("engine", [torch.bfloat16], indirect=True, ids=["bfloat16"])
def test_bfloat16_paints_nearly_the_same(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    rough = paint(engine, request_of()).result
    again = paint(engine, request_of()).result
    assert np.array_equal(rough.pixels, again.pixels)
    monkeypatch.setattr("studio.engine.networks.vgg.choose_dtype", lambda device: torch.float32)
    precise = TorchEngine(EngineSettings(device="cpu"))
    assert difference(rough, paint(precise, request_of()).result) < 6


@pytest.mark.parametrize(
    ("engine", "tolerance"),
    [(torch.float32, 0.2), pytest.param(torch.bfloat16, 6, marks=NEEDS_BFLOAT16)],
    indirect=["engine"],
    ids=["float32", "bfloat16"],
)
def test_winograds_convolution_paints_the_same(
    engine: TorchEngine, tolerance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.engine.networks.vgg.choose_winograd", lambda device, dtype: True)
    quick = TorchEngine(EngineSettings(device="cpu"))
    result = paint(quick, request_of()).result
    assert difference(result, paint(engine, request_of()).result) < tolerance
    assert np.array_equal(result.pixels, paint(quick, request_of()).result.pixels)


def test_the_engine_says_what_it_computes_on_and_whom_it_owes(engine: TorchEngine) -> None:
    info = engine.describe()
    assert info.device.startswith("CPU")
    assert info.dtype == "float32"
    assert {"Style Studio", "torch", "torchvision", "numpy"} <= info.versions.keys()
    assert list(info.weights.values()) == [card.credit_line for card in bundled_cards("models")]


def test_a_device_that_is_not_there_is_refused_when_the_engine_is_made() -> None:
    with pytest.raises(StudioError, match="no device 'banana'"):
        TorchEngine(EngineSettings(device="banana"))


def test_closing_twice_does_no_harm(engine: TorchEngine) -> None:
    engine.close()
    engine.close()
