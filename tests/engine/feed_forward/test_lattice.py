"""What alternates from pixel to pixel alike everywhere is taken out of a painting; strokes, edges and slopes stay."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.core.generators import run_to_end
from studio.core.recipe import StyleRecipe
from studio.engine.feed_forward.job import FeedForwardJob
from studio.engine.feed_forward.lattice import SMALLEST, without_lattice
from studio.engine.feed_forward.live_painter import LivePainter
from studio.engine.finetune.painter import LivePainting
from studio.engine.networks.style_network import StyleNetwork
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network
from tests.support.scenes import flat, waves

CPU = torch.device("cpu")
LEVEL = 1 / 255


def alternating(height: int, width: int, by_row: float, by_column: float, by_both: float) -> Tensor:
    """Alternating from row to row, from column to column and like a chess board. Shapes: (1, 3, height, width)."""
    rows = 1 - 2 * (torch.arange(height) % 2)[:, None]
    columns = 1 - 2 * (torch.arange(width) % 2)[None]
    pattern = by_row * rows + by_column * columns + by_both * rows * columns
    return pattern.expand(1, 3, height, width).float()


@pytest.mark.parametrize("size", [(24, 24), (96, 128), (97, 90), (131, 47)])
@pytest.mark.parametrize("amounts", [(0.1, 0, 0), (0, 0.1, 0), (0, 0, 0.1), (0.05, -0.03, 0.02)])
def test_a_lattice_is_gone_wherever_it_begins(size: tuple[int, int], amounts: tuple[float, float, float]) -> None:
    found = without_lattice(0.5 + alternating(*size, *amounts))
    assert torch.allclose(found, torch.full_like(found, 0.5), atol=1e-5)


def test_one_that_grows_over_the_picture_is_mostly_gone() -> None:
    lattice = alternating(128, 128, 0.04, 0.04, 0.04) * torch.linspace(0, 1, 128)
    assert float(without_lattice(0.5 + lattice).sub(0.5).abs().mean()) < 0.05 * float(lattice.abs().mean())


def test_slopes_ripples_and_a_line_stay() -> None:
    slope = torch.linspace(0, 1, 128).expand(1, 3, 96, 128)
    assert float((without_lattice(slope) - slope).abs().max()) < LEVEL
    ripples = waves(96, 128)[:, :2]  # without the third channel's steps, every few pixels
    change = (without_lattice(ripples) - ripples).abs()
    assert float(change[..., 8:-8, 8:-8].max()) < LEVEL
    assert float(change.max()) < 2 * LEVEL  # at the border, where they are mirrored
    line = torch.full((1, 3, 96, 128), 0.2)
    line[..., 40:42, :] = 0.8
    assert float((without_lattice(line) - line).abs().mean()) < LEVEL


def test_a_picture_too_small_to_tell_stays_as_it_is() -> None:
    small = torch.rand(1, 3, SMALLEST - 1, 64, generator=torch.Generator().manual_seed(0))
    assert torch.equal(without_lattice(small), small)


def test_it_can_be_learnt_through() -> None:
    image = (0.5 + alternating(32, 40, 0.1, 0.0, 0.0)).requires_grad_()
    without_lattice(image).square().sum().backward()
    assert image.grad is not None
    assert torch.allclose(image.grad, torch.full_like(image.grad, 1.0), atol=1e-4)  # nothing pulls at the lattice


def test_live_and_lessons_show_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, lattice = flat(64, 64), alternating(64, 64, 0.1, 0.1, 0.0)
    network, predictor = load_style_network(ORIGINAL_NETWORK)
    monkeypatch.setattr(StyleNetwork, "_run", lambda self, content, normalize: 0.5 + lattice)
    predict = StylePredictor(predictor, CPU)
    vector = predict(photo)
    shown = run_to_end(
        LivePainter(network, predict, CPU).paint_bare(
            FeedForwardJob("photo", vector, StyleRecipe(strength=1.0), (64, 64)), photo
        )
    )
    lessons = LivePainting(network, predict).start(photo, vector)
    for found in (shown, lessons):
        assert torch.allclose(found, torch.full_like(found, 0.5), atol=1e-5)
