"""The losses that networks are trained with: nothing at their target, gradients that are true, roots where wanted."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.core.generators import run_to_end
from studio.engine.losses.losses import LossWeights
from studio.engine.losses.statistics import Moments, batch_moments
from studio.engine.losses.training_loss import LossResult, TrainingLoss
from studio.engine.networks.vgg import Encoder
from tests.support.scenes import waves

STYLE, CONTENT = "relu2_2", "relu3_1"
WEIGHTS = LossWeights(1.0, {CONTENT: 0.5}, 0.0)


@pytest.fixture(scope="module")
def images() -> Tensor:
    return torch.cat([waves(32, 32), waves(32, 32, turn=1.0)])


@pytest.fixture(scope="module")
def targets(encoder: Encoder) -> tuple[dict[str, Moments], dict[str, Tensor]]:
    """Of two other pictures."""
    others = torch.cat([waves(32, 32, turn=2.0), waves(32, 32, turn=3.0)])
    trace = run_to_end(encoder.trace(others, [STYLE, CONTENT], with_gradient=False))
    return {STYLE: batch_moments(trace[STYLE])}, {CONTENT: trace[CONTENT]}


def compute(
    encoder: Encoder, images: Tensor, targets: tuple[dict[str, Moments], dict[str, Tensor]], is_rooted: bool
) -> LossResult:
    return run_to_end(TrainingLoss(encoder, WEIGHTS, is_rooted).compute(images, *targets))


def test_rooted_losses_are_the_roots_of_the_others(
    encoder: Encoder, images: Tensor, targets: tuple[dict[str, Moments], dict[str, Tensor]]
) -> None:
    squares, roots = (compute(encoder, images, targets, is_rooted).losses for is_rooted in (False, True))
    assert torch.allclose(roots["style"], squares["style"].sqrt())
    assert torch.allclose(roots["content"], 0.5 * (squares["content"] / 0.5).sqrt())
    assert torch.allclose(roots["total"], roots["style"] + roots["content"])


@pytest.mark.parametrize("is_rooted", [False, True])
def test_a_step_against_the_gradient_makes_every_picture_better(
    encoder: Encoder, images: Tensor, targets: tuple[dict[str, Moments], dict[str, Tensor]], is_rooted: bool
) -> None:
    before = compute(encoder, images, targets, is_rooted)
    assert before.gradient is not None
    step = 1e-3 * before.gradient / before.gradient.abs().max()
    assert bool((compute(encoder, images - step, targets, is_rooted).losses["total"] < before.losses["total"]).all())


def test_at_their_target_pictures_have_a_finite_gradient_even_where_rooted(encoder: Encoder, images: Tensor) -> None:
    trace = run_to_end(encoder.trace(images, [STYLE, CONTENT], with_gradient=False))
    exact = {STYLE: batch_moments(trace[STYLE])}, {CONTENT: trace[CONTENT]}
    found = compute(encoder, images, exact, is_rooted=True)
    assert found.gradient is not None
    assert float(found.losses["total"].max()) < 0.02
    assert bool((found.gradient == 0).all())
