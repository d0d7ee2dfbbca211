"""The real bundled VGG-16, loaded once; a cache folder of its own and an engine for each test that asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from studio.core.engine_api.contract import EngineSettings
from studio.core.engine_api.schedule import Stage, stages
from studio.core.generators import run_to_end
from studio.engine import event_reporter
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import LAYOUTS, load_encoder_weights
from studio.engine.optimization import optimize
from studio.engine.torch_engine import TorchEngine

MakeEncoder = Callable[..., Encoder]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the engine remembers things between runs, during this test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("STYLE_STUDIO_CACHE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def live_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Live networks compute in float32: what a probe under load finds may be either."""
    monkeypatch.setattr(
        "studio.engine.networks.live_precision.choose_live_dtype", lambda network, device: torch.float32
    )


@pytest.fixture(scope="session")
def weights() -> dict[str, Tensor]:
    return run_to_end(load_encoder_weights("vgg16", None))


@pytest.fixture(scope="session")
def make_encoder(weights: dict[str, Tensor]) -> MakeEncoder:
    """Makes encoders of the bundled weights on the CPU, of any dtype and options."""

    def make(dtype: torch.dtype = torch.float32, **options: Any) -> Encoder:
        return Encoder(LAYOUTS["vgg16"], weights, torch.device("cpu"), dtype, **options)

    return make


@pytest.fixture(scope="session")
def encoder(make_encoder: MakeEncoder) -> Encoder:
    return make_encoder()


@pytest.fixture(params=[torch.float32], ids=["float32"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[TorchEngine]:
    """The real engine on the CPU; its arithmetic is settled, for a probe under load may decide either way."""
    monkeypatch.setattr("studio.engine.networks.vgg.choose_dtype", lambda device: request.param)
    monkeypatch.setattr("studio.engine.networks.vgg.choose_winograd", lambda device, dtype: False)
    engine = TorchEngine(EngineSettings(device="cpu"))
    yield engine
    engine.close()


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps at each of the real sizes, and every one of them shown."""

    def shortened(*arguments: Any, **named: Any) -> tuple[Stage, ...]:
        return tuple(
            replace(stage, steps=2, cost=stage.cost * 2 / stage.steps) for stage in stages(*arguments, **named)
        )

    monkeypatch.setattr(optimize, "stages", shortened)
    monkeypatch.setattr(event_reporter, "FRAME_INTERVAL", 0.0)
