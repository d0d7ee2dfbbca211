"""The artwork is float inside and has 16 bits outside; a photo's finer values take part in it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from studio.core.engine_api.contract import ColorRequest, Done, LiveRequest
from studio.core.picture import Picture, from_deep
from studio.engine.event_reporter import Reporter
from studio.engine.keep_colors import ColorKeeper
from studio.engine.optimization.optimize import Snapshot
from studio.engine.runtime.tensors import picture_at, to_tensor
from studio.engine.torch_engine import TorchEngine
from tests.support.requests import PHOTO, STYLE, events_of, request_of
from tests.support.scenes import waves

CPU = torch.device("cpu")
IMAGE = waves(24, 96)


def dark_sky(height: int = 32, width: int = 1024) -> Picture:
    """A blue that rises by less than one level of 8 bits from column to column."""
    rise = np.arange(width) * 2.0 + 20_000
    deep = np.stack((rise * 0.5, rise * 0.75, rise), axis=-1).round().astype(np.uint16)
    pixels, fine = from_deep(np.broadcast_to(deep, (height, width, 3)).copy())
    return Picture(pixels, "sky.png", fine=fine)


def values_in(picture: Picture, channel: int = 2) -> int:
    return len(np.unique(picture.deep_rows(slice(None))[:, :, channel]))


def test_the_result_has_16_bits_and_frames_on_the_way_have_8() -> None:
    reporter = Reporter(request_of(), None, ColorKeeper(), started=0.0)
    (frame,) = list(reporter.report(Snapshot(IMAGE, 1, 8, 0.1)))
    *_, done = reporter.done(IMAGE)
    assert frame.picture.fine is None
    assert isinstance(done, Done) and done.result.fine is not None
    exact = IMAGE[0].permute(1, 2, 0).double().numpy() * 65535
    assert np.abs(done.result.deep_rows(slice(None)) - exact).max() <= 1.5  # rounded, and values half-way once more
    assert np.array_equal(done.result.pixels, frame.picture.pixels)


def test_what_live_only_shows_has_8_bits() -> None:
    request = LiveRequest(PHOTO, (STYLE,), request_of().recipe, 128)
    *_, done = Reporter(request, None, ColorKeeper(), started=0.0).done(IMAGE)
    assert isinstance(done, Done) and done.result.fine is None


def test_a_photo_of_16_bits_becomes_a_tensor_of_as_many_values() -> None:
    sky = dark_sky()
    assert len(torch.unique(to_tensor(sky, CPU)[0, 2])) == 1024
    assert torch.allclose(
        to_tensor(sky, CPU)[0, :, 3, 500] * 65535, torch.tensor([10_500.0, 15_750.0, 21_000.0]), atol=1.5
    )
    shrunk = picture_at(sky, 512, CPU)
    assert len(torch.unique((shrunk * 65535).round()[0, 2, 8])) > 400


@pytest.mark.parametrize("is_deep", [True, False])
def test_keeping_colours_keeps_the_gradation_of_the_photo(engine: TorchEngine, is_deep: bool) -> None:
    sky = dark_sky()
    photo = sky if is_deep else sky.with_pixels(sky.pixels)
    grey, fine = from_deep(np.full((32, 1024, 3), 20_000, np.uint16))
    *_, done = engine.run(ColorRequest(photo, Picture(grey, fine=fine), 1.0))
    assert isinstance(done, Done) and done.result.fine is not None
    levels = max(values_in(done.result, channel) for channel in range(3))
    assert (levels > 200) == is_deep, levels


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("method", ["finish", "live"])
def test_every_method_paints_16_bits(engine: TorchEngine, method: str) -> None:
    *_, done = events_of(engine, request_of(method=method, keep_color=0.5))
    assert done.uncolored is not None
    for picture in (done.result, done.uncolored):
        assert picture.fine is not None
        assert values_in(picture, 1) > 256
