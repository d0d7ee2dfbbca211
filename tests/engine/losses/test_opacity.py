"""What lies under transparent parts counts for nothing: in statistics, in matching, in losses and their gradient."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from studio.core.generators import run_to_end
from studio.engine.losses.band_statistics import band_covariances, match_bands
from studio.engine.losses.losses import MATCHED_LAYERS, STRUCTURE_LAYERS, STYLE_LAYERS, ObjectiveWeights, variance_of
from studio.engine.losses.matching import nearest_features
from studio.engine.losses.objective import Evaluation, Objective
from studio.engine.losses.objective_targets import ObjectiveTargets
from studio.engine.losses.opacity import opacity_at, visible_rows
from studio.engine.losses.self_similarity import CellGrid, self_similarity
from studio.engine.losses.statistics import moments, sums_around, total_variation
from studio.engine.networks.vgg import Encoder
from studio.engine.runtime import tiling
from tests.support.scenes import relative_error, waves, weave

ALL = ObjectiveWeights(
    moments={"relu1_1": 0.2, "relu3_1": 0.3, "relu4_1": 0.2},
    matched={"relu3_1": 0.2, "relu4_1": 0.3},
    content={"relu2_2": 0.1},
    structure={"relu3_3": 0.2, "relu4_2": 0.4},
    colors=0.3,
    smoothness=0.0,
)
WHOLE = 1 << 30  # px per tile: never cut


def left_half(height: int, width: int) -> Tensor:
    """Only the left half is seen. Shapes: (1, 1, height, width)."""
    opacity = torch.zeros(1, 1, height, width)
    opacity[..., : width // 2] = 1
    return opacity


def evaluate(
    encoder: Encoder, image: Tensor, photo: Tensor, opacity: Tensor | None, tile_pixels: int = WHOLE
) -> Evaluation:
    with torch.no_grad():
        wanted, kept = encoder(weave(), STYLE_LAYERS), encoder(photo, ("relu2_2", *MATCHED_LAYERS, *STRUCTURE_LAYERS))
        structure = {}
        for layer in STRUCTURE_LAYERS:
            stride = encoder.stride(layer)
            grid = CellGrid(*kept[layer].shape[2:], photo.device, opacity_at(opacity, stride))
            structure[layer] = self_similarity(grid.seen(grid.add_up(kept[layer])))
        targets = ObjectiveTargets(
            moments={layer: moments(wanted[layer]) for layer in STYLE_LAYERS},
            matched={layer: kept[layer].flip(1) for layer in MATCHED_LAYERS},
            content={"relu2_2": kept["relu2_2"]},
            structure=structure,
            colors=torch.full((1, 3, 3, 4), 0.5),
            total_variation=float(total_variation(photo)),
            opacity=opacity,
        )
        return run_to_end(Objective(encoder, ALL, targets, tile_pixels).evaluate(image))


def test_moments_are_those_of_the_visible_part() -> None:
    features = torch.randn((1, 5, 8, 12), generator=torch.Generator().manual_seed(0))
    expected, found = moments(features[..., :6]), moments(features, left_half(8, 12))
    assert torch.allclose(found.mean, expected.mean, atol=1e-6)
    assert torch.allclose(found.covariance, expected.covariance, atol=1e-6)
    half, whole = sums_around(expected.mean, features[..., :6]), sums_around(expected.mean, features, left_half(8, 12))
    assert whole.number == half.number
    assert torch.allclose(whole.offset, half.offset, atol=1e-5)
    assert torch.allclose(whole.product, half.product, atol=1e-5)


@pytest.mark.parametrize("place", [(-1, slice(None)), (slice(None), -1), (-1, -1)], ids=["row", "column", "corner"])
def test_what_is_seen_in_the_last_odd_row_or_column_alone_counts(
    place: tuple[int | slice, int | slice], encoder: Encoder
) -> None:
    opacity = torch.zeros(1, 1, 33, 49)
    opacity[0, 0][place] = 1
    for stride in (2, 4, 8):
        assert float(opacity_at(opacity, stride).sum()) > 0  # type: ignore[union-attr]
    found = evaluate(encoder, waves(33, 49), weave(33, 49), opacity)
    assert all(map(math.isfinite, found.losses.values())) and bool(found.gradient.isfinite().all())


def test_half_seen_places_count_half() -> None:
    features = torch.tensor([[[[0.0, 3.0]]]])
    assert float(moments(features, torch.tensor([[[[1.0, 0.5]]]])).mean) == pytest.approx(1)


def test_the_variance_is_that_of_the_visible_part() -> None:
    features = torch.randn((1, 5, 40, 60), generator=torch.Generator().manual_seed(0))
    assert variance_of(features, left_half(40, 60)) == pytest.approx(variance_of(features[..., :30]), rel=1e-3)


def test_bands_are_those_of_the_visible_part() -> None:
    image = torch.cat((weave(40, 40), waves(40, 40)), 3)
    for found, expected in zip(
        band_covariances(image, left_half(40, 80)), band_covariances(weave(40, 40)), strict=True
    ):
        assert torch.allclose(found, expected, atol=1e-6)


def test_bands_are_matched_by_what_is_seen() -> None:
    loud, quiet = waves(40, 40), 0.5 + 0.1 * (waves(40, 40) - 0.5)
    wanted = band_covariances(weave(40, 40))
    part = run_to_end(match_bands(quiet, wanted, 1.0))
    found = run_to_end(match_bands(torch.cat((quiet, loud), 3), wanted, 1.0, left_half(40, 80)))
    assert torch.allclose(found[..., :32], part[..., :32], atol=1e-5)


def test_rows_to_match_are_those_that_are_seen() -> None:
    rows = torch.arange(4.0)[:, None]
    assert visible_rows(rows, torch.tensor([0.0, 1.0, 0.4, 0.6]).view(1, 1, 2, 2)).flatten().tolist() == [1, 3]
    assert visible_rows(rows, torch.tensor([0.0, 0.1, 0.2, 0.2]).view(1, 1, 2, 2)).flatten().tolist() == [2, 3]
    assert visible_rows(rows, None) is rows


def test_a_photo_is_matched_around_the_mean_of_what_is_seen() -> None:
    generator = torch.Generator().manual_seed(0)
    photo, bank = torch.randn((1, 6, 4, 5), generator=generator), torch.randn((30, 6), generator=generator)
    hidden = torch.cat((photo, torch.full_like(photo, 50.0)), 3)
    expected = run_to_end(nearest_features(photo, bank))
    assert torch.equal(run_to_end(nearest_features(hidden, bank, left_half(4, 10)))[..., :5], expected)


def test_an_opacity_of_one_is_none(encoder: Encoder) -> None:
    image, photo = waves(48, 64, turn=1.0), waves(48, 64)
    expected, found = (evaluate(encoder, image, photo, shown) for shown in (None, torch.ones(1, 1, 48, 64)))
    assert found.losses == pytest.approx(expected.losses, rel=1e-3)
    assert relative_error(found.gradient, expected.gradient) < 1e-3


def test_what_is_hidden_changes_no_loss_and_is_not_painted(encoder: Encoder) -> None:
    image, photo, opacity = waves(32, 400, turn=1.0), waves(32, 400), left_half(32, 400)
    here = evaluate(encoder, image, photo, opacity)
    image[..., 320:], photo[..., 320:] = 0.9, 0.1  # farther from the visible half than the network sees
    there = evaluate(encoder, image, photo, opacity)
    assert there.losses == pytest.approx(here.losses, rel=1e-4)
    assert not bool(there.gradient[..., 320:].any())
    assert bool(there.gradient[..., :200].any())


def test_the_gradient_tells_how_the_loss_changes(make_encoder: Callable[..., Encoder]) -> None:
    encoder, photo, image = make_encoder(torch.float64), waves(48, 64), waves(48, 64, turn=1.0)
    opacity = torch.linspace(0, 1, 64).expand(1, 1, 48, 64)
    here = evaluate(encoder, image, photo, opacity)
    way = here.gradient / here.gradient.norm()
    ahead, behind = (evaluate(encoder, image + step * way, photo, opacity).losses["total"] for step in (0.01, -0.01))
    assert (ahead - behind) / 0.02 == pytest.approx(float(here.gradient.norm()), rel=0.02)


def test_in_tiles_losses_and_gradient_are_the_same(
    make_encoder: Callable[..., Encoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, size = make_encoder(torch.float64), (32, 560)
    margin = math.ceil(encoder.margin(STYLE_LAYERS) / tiling.GRID) * tiling.GRID
    monkeypatch.setattr(tiling, "SMALLEST_TILE", 2 * margin + 64)
    assert len(tiling.cut_into_tiles(*size, 1, margin)) >= 4
    opacity = torch.linspace(0, 1, size[1]).expand(1, 1, *size)
    whole, cut = (evaluate(encoder, waves(*size, turn=1.0), waves(*size), opacity, pixels) for pixels in (WHOLE, 1))
    assert cut.losses == pytest.approx(whole.losses, rel=1e-4)
    assert relative_error(cut.gradient, whole.gradient) < 1e-4
