"""The loss of the larger network: least where style and photo are met, with a gradient that leads there."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.core.generators import run_to_end
from studio.engine.losses.painting_loss import (
    MOMENTS,
    PIXELS,
    STARTED,
    STRUCTURE_LAYERS,
    LossResult,
    PaintingLoss,
    PaintingWeights,
    coarse_cells,
    nearest_name,
    self_similarities,
    thinned_moments,
)
from studio.engine.losses.statistics import Moments, moments
from studio.engine.networks.vgg import Encoder
from tests.support.scenes import waves, weave

PHOTO, STYLE = waves(64, 64), weave(64, 64)


def style_of(encoder: Encoder, image: Tensor) -> dict[str, Moments]:
    seen = encoder(image, tuple(MOMENTS))
    return {layer: thinned_moments(seen[layer], layer) for layer in MOMENTS}


def content_of(encoder: Encoder, image: Tensor) -> dict[str, Tensor]:
    return {**encoder(image, STRUCTURE_LAYERS), PIXELS: image}


def compute(encoder: Encoder, image: Tensor, **others: object) -> LossResult:
    loss = PaintingLoss(encoder, PaintingWeights(structure=0.5))
    style, content = style_of(encoder, STYLE), others.pop("content", content_of(encoder, PHOTO))
    return run_to_end(loss.compute(image, style, content, **others))  # type: ignore[arg-type]


def test_style_is_met_by_the_style_and_content_by_the_photo(encoder: Encoder) -> None:
    as_style, as_photo = compute(encoder, STYLE).losses, compute(encoder, PHOTO).losses
    assert float(as_style["style"]) < 0.1 * float(as_photo["style"])
    assert float(as_photo["content"]) < 0.1 * float(as_style["content"])


def test_down_the_gradient_the_total_is_less(encoder: Encoder) -> None:
    image = (PHOTO + STYLE) / 2
    before = compute(encoder, image)
    assert before.gradient is not None
    step = 0.1 * before.gradient / before.gradient.norm()
    after = compute(encoder, image - step, with_gradient=False)
    slope = float(before.losses["total"] - after.losses["total"]) / 0.1
    assert slope == pytest.approx(float(before.gradient.norm()), rel=0.25)


def test_each_picture_of_a_batch_is_measured_by_itself(encoder: Encoder) -> None:
    style = style_of(encoder, STYLE)
    both = torch.cat((PHOTO, STYLE))
    loss = PaintingLoss(encoder)
    content = {name: torch.cat((part, part)) for name, part in content_of(encoder, PHOTO).items()}
    together = run_to_end(loss.compute(both, style, content)).losses["total"]
    alone = [run_to_end(loss.compute(one[None], style, content_of(encoder, PHOTO))).losses["total"] for one in both]
    assert torch.allclose(together, torch.cat(alone), rtol=1e-3)


def test_a_style_not_learnt_from_is_measured_and_no_part_of_the_total(encoder: Encoder) -> None:
    plain = compute(encoder, PHOTO).losses
    both = compute(encoder, PHOTO, unseen=style_of(encoder, PHOTO)).losses
    assert torch.equal(plain["total"], both["total"])
    assert float(both["unseen"]) < 0.1 * float(both["style"])


def test_places_are_drawn_to_the_features_they_are_to_match_and_to_no_others(encoder: Encoder) -> None:
    layer = "relu3_1"
    rows = encoder(STYLE, (layer,))[layer].permute(0, 2, 3, 1).flatten(0, 2)
    loss = PaintingLoss(encoder, PaintingWeights(matched=1.0), {layer: rows})
    matching = torch.arange(len(rows))[None]
    totals = [
        float(run_to_end(loss.compute(STYLE, style_of(encoder, STYLE), {nearest_name(layer): numbers})).losses["total"])
        for numbers in (matching, matching.flip(1))
    ]
    unmatched = compute(encoder, STYLE, content={}).losses["total"]
    assert totals[0] == pytest.approx(float(unmatched), abs=0.05)
    assert totals[1] > totals[0] + 0.2
    assert set(run_to_end(loss.compute(STYLE, style_of(encoder, STYLE), {})).losses) == {"style", "content", "total"}


def test_what_is_lost_of_a_photo_is_measured_without_a_weight(encoder: Encoder) -> None:
    content = {layer: self_similarities(seen, layer) for layer, seen in encoder(PHOTO, STRUCTURE_LAYERS).items()}
    lost = run_to_end(PaintingLoss(encoder, PaintingWeights(structure=0.01)).lost_structure(STYLE, content))
    assert torch.allclose(0.5 * lost, compute(encoder, STYLE).losses["content"], rtol=0.02)


def test_detail_costs_where_the_photo_is_flat_and_nowhere_else(encoder: Encoder) -> None:
    loss, noise = PaintingLoss(encoder), 0.1 * torch.rand((1, 3, 64, 64), generator=torch.Generator().manual_seed(0))
    flat = torch.full_like(PHOTO, 0.5)
    busy = torch.rand((1, 3, 64, 64), generator=torch.Generator().manual_seed(1))
    costs = [float(loss._of_pixels(flat + noise, {PIXELS: photo})) for photo in (flat, busy)]
    assert costs[0] > 20 * costs[1]


def test_coarse_colours_are_kept_where_that_is_wanted(encoder: Encoder) -> None:
    loss = PaintingLoss(encoder)
    kept = loss._of_pixels(PHOTO, {STARTED: coarse_cells(PHOTO)})
    changed = loss._of_pixels(PHOTO.flip(1), {STARTED: coarse_cells(PHOTO)})
    assert float(kept) == 0 < float(changed)


def test_moments_of_all_rows_are_those_of_the_statistics(encoder: Encoder) -> None:
    features = torch.rand((1, 6, 8, 8), generator=torch.Generator().manual_seed(0))
    found, expected = thinned_moments(features, "relu3_1"), moments(features)
    assert torch.allclose(found.mean[0], expected.mean, atol=1e-5)
    assert torch.allclose(found.covariance[0], expected.covariance, atol=1e-5)


def test_self_similarities_are_cosines_of_cells() -> None:
    features = torch.rand((2, 6, 8, 8), generator=torch.Generator().manual_seed(0))
    found = self_similarities(features, "relu4_1")
    assert found.shape == (2, 16, 16)
    assert torch.allclose(found.diagonal(dim1=1, dim2=2), torch.ones(2, 16), atol=1e-5)
