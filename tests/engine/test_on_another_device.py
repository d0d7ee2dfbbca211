"""Everything is computed on the device the engine was given, shown with one that needs no hardware: torch's "meta".

Its tensors know shape and type and hold no numbers. A tensor that was left on the processor is found all the same; what
the numbers would be on a graphics card, no test here can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from studio.core.engine_api import finish_memory
from studio.core.engine_api.contract import ColorRequest, Done, EngineSettings, LiveRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.generators import run_to_end
from studio.core.recipe import StyleRecipe
from studio.core.styles.learned_style import LearnedStyle
from studio.engine.comparison.composition import center_of, correlation
from studio.engine.comparison.palette import palette_of
from studio.engine.comparison.strokes import strokes_of
from studio.engine.feed_forward import live_painter
from studio.engine.finetune import tune_job
from studio.engine.torch_engine import TorchEngine
from studio.engine.train.train_base import train_base
from tests.support.fakes import make_card, make_learned
from tests.support.requests import OTHER_STYLE, PHOTO, STYLE, paint, request_of
from tests.support.scenes import picture_of, weave
from tests.support.small_training import make_folders, shrink_training, small_plan

ELSEWHERE = torch.device("meta")
COPIES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)  # may go from device to device
NUMBER = 0.5  # what is read where there is none: the code takes one of the ways it could take


class _Elsewhere(TorchDispatchMode):
    """Refuses to mix devices, as graphics cards do, and float64, as Apple's do; answers where numbers are asked for."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        kwargs = kwargs or {}
        if func is torch.ops.aten._local_scalar_dense.default and tensors[0].device == ELSEWHERE:
            return NUMBER if tensors[0].is_floating_point() else 1
        if func is torch.ops.aten._to_copy.default and tensors[0].device == ELSEWHERE and _goes_to_cpu(kwargs):
            return torch.randint(256, tensors[0].shape).to(kwargs.get("dtype") or tensors[0].dtype)
        if func not in COPIES:
            devices = {tensor.device.type for tensor in tensors if tensor.dim() > 0}
            assert len(devices) < 2, f"{func} of tensors on {' and '.join(sorted(devices))}"
        found = func(*args, **kwargs)
        for tensor in tree_leaves(found):
            is_too_fine = isinstance(tensor, Tensor) and tensor.device == ELSEWHERE and tensor.dtype == torch.float64
            assert not is_too_fine, f"{func} gives float64, which Apple's devices do not know"
        return found


def _goes_to_cpu(options: dict[str, Any]) -> bool:
    return torch.device(options.get("device") or ELSEWHERE).type == "cpu"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[TorchEngine]:
    monkeypatch.setattr("studio.engine.networks.vgg.choose_dtype", lambda device: torch.bfloat16)
    monkeypatch.setattr(
        "studio.engine.networks.live_precision.choose_live_dtype", lambda network, device: torch.bfloat16
    )
    with _Elsewhere():
        yield TorchEngine(EngineSettings(device=ELSEWHERE.type))


def test_the_engine_warms_up_there(engine: TorchEngine) -> None:
    assert engine.describe().device == str(ELSEWHERE)


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize(
    "recipe",
    [{}, {"keep_color": 0.5, "smoothness": 0.5}, {"method": "pattern"}, {"strength": 0.05}],
    ids=str,
)
def test_an_artwork_is_painted_there(engine: TorchEngine, recipe: dict[str, object]) -> None:
    done = paint(engine, request_of(styles=(STYLE, OTHER_STYLE), **recipe))
    assert done.notes == ()
    again = paint(engine, request_of(start=done.result, **recipe))
    assert (again.result.width, again.result.height) == (done.result.width, done.result.height)


@pytest.mark.usefixtures("few_steps")
def test_an_artwork_in_tiles_is_painted_there(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finish_memory, "LARGEST_WHOLE", 64 * 64)
    monkeypatch.setattr(finish_memory, "SMALLEST_TILE", 64)
    paint(engine, request_of())


@pytest.mark.parametrize(
    "recipe", [{}, {"strength": 0.05, "detail": 0.9, "smoothness": 0.9, "keep_color": 1.0}], ids=str
)
@pytest.mark.parametrize("learned", [None, make_learned()], ids=["picture", "learned"])
def test_a_live_picture_is_painted_there(
    engine: TorchEngine, recipe: dict[str, object], learned: LearnedStyle | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "autocast", lambda *arguments, **options: nullcontext())  # knows no such device
    shown = LiveRequest(PHOTO, (STYLE,), StyleRecipe().change(**recipe), 192, learned=(learned,))
    paint(engine, shown)
    monkeypatch.setattr(live_painter, "WHOLE", 64 * 64)
    monkeypatch.setattr(live_painter, "TILE", 64)
    paint(engine, replace(request_of(method="live", **recipe), learned=(learned,)))


def test_transparent_pictures_are_painted_there(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "autocast", lambda *arguments, **options: nullcontext())  # knows no such device
    alpha = np.tile(np.linspace(0, 255, PHOTO.width).astype(np.uint8), (PHOTO.height, 1))
    photo, style = PHOTO.with_pixels(PHOTO.pixels, alpha), OTHER_STYLE.with_pixels(OTHER_STYLE.pixels, alpha[:40, :40])
    paint(engine, LiveRequest(photo, (style,), StyleRecipe(), 192))


def test_what_is_compared_is_measured_there() -> None:
    image = torch.rand((1, 3, 64, 96), device=ELSEWHERE)
    with _Elsewhere():
        assert run_to_end(strokes_of(image)).directions.device == ELSEWHERE
        assert len(center_of(image[:, :1])) == 2
        assert -1 <= correlation(image[:, :1], image[:, 1:2]) <= 1
        colors, shares = palette_of(image)
    assert len(colors) == len(shares)


def test_numbers_too_fine_for_some_devices_are_found() -> None:
    with _Elsewhere(), pytest.raises(AssertionError, match="float64"):
        torch.rand(2, device=ELSEWHERE).double()


def test_colors_are_changed_there(engine: TorchEngine) -> None:
    *_, done = engine.run(ColorRequest(PHOTO, PHOTO, 0.5))
    assert isinstance(done, Done)


def test_a_tensor_that_was_left_behind_is_found() -> None:
    with _Elsewhere(), pytest.raises(AssertionError, match="cpu and meta"):
        torch.rand(2) + torch.rand(2, device=ELSEWHERE)


def test_the_network_is_trained_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shrink_training(monkeypatch)
    monkeypatch.setattr(torch, "autocast", lambda *arguments, **options: nullcontext())  # knows no such device
    plan = small_plan(make_folders(tmp_path), tmp_path / "run", steps=1, validate_every=1, device=ELSEWHERE.type)
    with _Elsewhere():
        *_, news = train_base(plan)
    assert news.step == 1


def test_a_style_is_learnt_there(engine: TorchEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"POOL": 2, "SAMPLE_EDGE": 64}.items():
        monkeypatch.setattr(tune_job, name, value)
    monkeypatch.setattr(torch, "autocast", lambda *arguments, **options: nullcontext())  # knows no such device
    settings = TuneSettings(steps=2, deep_steps=1, batch=1, crop=64)
    works = tuple(picture_of(weave(72, 72 + 8 * number), f"work {number}") for number in range(3))
    *_, done = engine.run(TuneRequest(works, make_card(), tmp_path / "style.safetensors", settings, sample=PHOTO))
    assert isinstance(done, Done)
