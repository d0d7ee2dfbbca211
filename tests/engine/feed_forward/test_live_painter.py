"""Live: what the sliders do, pictures of any size, and what is remembered."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from studio.core.errors import StudioError
from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.recipe import StyleRecipe
from studio.core.resources import resource_folder
from studio.core.styles.learned_style import LearnedStyle
from studio.engine.feed_forward import live_painter, strength, touch_up
from studio.engine.feed_forward.job import FeedForwardJob
from studio.engine.feed_forward.live_painter import LivePainter
from studio.engine.feed_forward.strength import blend_vectors
from studio.engine.losses.band_statistics import band_covariances
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network
from studio.engine.runtime.tensors import resize_to, to_tensor
from tests.support.scenes import flat, picture_of, waves, weave

CPU = torch.device("cpu")
PHOTO = waves(96, 128)
PLAIN = StyleRecipe(smoothness=0.0)


@pytest.fixture
def painter() -> LivePainter:
    network, predictor = load_style_network(ORIGINAL_NETWORK)
    return LivePainter(network, StylePredictor(predictor, CPU), CPU)


def job_of(
    painter: LivePainter, photo: Tensor = PHOTO, style: Tensor | None = None, **fields: object
) -> FeedForwardJob:
    recipe = PLAIN.change(**fields)
    own, other = (painter.predictor(image) for image in (photo, weave() if style is None else style))
    vector = blend_vectors(own, [other], [1.0], recipe.strength)
    return FeedForwardJob(f"photo {tuple(photo.shape)}", vector, recipe, (photo.shape[2], photo.shape[3]))


def paint(painter: LivePainter, photo: Tensor = PHOTO, style: Tensor | None = None, **fields: object) -> Tensor:
    return run_to_end(painter.paint(job_of(painter, photo, style, **fields), photo))


def far(found: Tensor, expected: Tensor) -> float:
    return float((found - expected).abs().mean())


def test_strength_is_a_path_from_the_photo_to_the_style(painter: LivePainter) -> None:
    distances = [far(paint(painter, strength=strength), PHOTO) for strength in (0.0, 0.15, 0.3, 0.6)]
    assert distances[0] < 1e-6
    assert distances == sorted(distances)
    assert distances[-1] > 0.1


def test_the_blend_of_vectors_is_linear_in_the_shares() -> None:
    photo, first, second = (torch.full((1, 100), value) for value in (0.0, 1.0, 3.0))
    assert torch.allclose(
        blend_vectors(photo, [first, second], [0.25, 0.75], 1.0), photo + 2.5 * strength.reach_of(1.0)
    )
    assert torch.allclose(blend_vectors(photo, [first], [1.0], 0.3), photo + strength.reach_of(0.3))


def test_the_stronger_the_nearer_to_the_style_and_never_beyond_it() -> None:
    strengths = [number / 20 for number in range(21)]
    for way in (strength.reach_of, strength.band_share, strength.paint_share):
        gone = [way(strength) for strength in strengths]
        assert all(before < after for before, after in pairwise(gone))
        assert gone[-1] <= 1
    assert strength.reach_of(0.6) == pytest.approx(0.85)
    assert strength.paint_share(0.0) == 0
    assert strength.paint_share(1.0) == 1


def test_a_painting_takes_on_the_fine_contrasts_of_the_style_the_stronger_the_more(painter: LivePainter) -> None:
    wanted = tuple(0.25 * band for band in band_covariances(paint(painter)))

    def distance(strength: float) -> float:
        plain = job_of(painter, strength=strength)
        painted = [run_to_end(painter.paint(job, PHOTO)) for job in (plain, replace(plain, bands=wanted))]
        without, matched = (
            sum(float((own - band).norm()) for own, band in zip(band_covariances(one), wanted, strict=True))
            for one in painted
        )
        return matched / without

    distances = [distance(strength) for strength in (0.4, 0.6, 0.8, 1.0)]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] < 0.9


def test_paintings_of_other_bands_are_others(painter: LivePainter) -> None:
    one, other = (replace(job_of(painter), bands=band_covariances(style)) for style in (weave(), PHOTO))
    assert len({one.key, other.key, job_of(painter).key}) == 3
    run_to_end(painter.paint(one, PHOTO))
    assert painter.seconds(one) == 0 < painter.seconds(other)


def test_large_strokes_are_painted_small_and_enlarged(painter: LivePainter) -> None:
    assert job_of(painter, stroke_size=2.0).work_size == (48, 64)
    assert job_of(painter, stroke_size=0.5).work_size == (192, 256)
    assert paint(painter, stroke_size=2.0).shape == PHOTO.shape


def test_the_network_never_works_on_less_than_it_can_mirror(painter: LivePainter) -> None:
    narrow = waves(16, 200)
    assert min(job_of(painter, narrow, stroke_size=4.0).work_size) >= live_painter.SMALLEST
    assert paint(painter, narrow, stroke_size=4.0).shape == narrow.shape


@pytest.mark.parametrize("radius", [1, 2, 3, 4, 7, 24])
def test_what_is_called_fine_is_measured_against_means_over_squares(radius: int) -> None:
    image = torch.rand((1, 3, 20, 33), generator=torch.Generator().manual_seed(radius))
    padded = functional.pad(image, (radius,) * 4, mode="replicate")
    means = functional.avg_pool2d(padded, 2 * radius + 1, stride=1)
    assert torch.allclose(touch_up._blur(image, radius), means, atol=1e-5)


def test_smoothness_evens_out_grain_and_leaves_edges(painter: LivePainter) -> None:
    step = torch.cat((flat(32, 32, 0.2), flat(32, 32, 0.8)), 3)
    grain = 0.05 * torch.randn(step.shape, generator=torch.Generator().manual_seed(0))
    smooth = touch_up._smooth(step + grain, 2, 0.02)
    assert float((smooth - step)[:, :, :, :24].std()) < 0.5 * float(grain.std())
    assert float(smooth[:, :, :, 32:34].mean() - smooth[:, :, :, 30:32].mean()) > 0.5


def test_detail_brings_the_photos_fine_lightness_back(painter: LivePainter) -> None:
    fine = PHOTO.mean(1, keepdim=True) - touch_up._blur(PHOTO.mean(1, keepdim=True), 1)
    added = paint(painter, detail=0.75) - paint(painter, detail=0.5)
    unclamped = (added != 0).all(1, keepdim=True)
    assert float((added * fine * unclamped).sum()) > 0


def test_what_needs_no_network_does_not_run_it_again(painter: LivePainter) -> None:
    paint(painter)
    assert painter.seconds(job_of(painter, smoothness=0.8, detail=0.9)) == 0
    assert painter.seconds(job_of(painter, strength=0.3)) > 0
    assert painter.seconds(job_of(painter, stroke_size=0.5)) > 0


def test_tiles_of_the_gallery_do_not_push_out_what_is_on_the_canvas(painter: LivePainter) -> None:
    paint(painter)
    tile = waves(32, 32)
    for turn in range(40):
        paint(painter, tile, waves(32, 32, turn=turn / 10))
    assert painter.seconds(job_of(painter)) == 0


def test_in_tiles_a_picture_is_painted_as_in_one_piece(painter: LivePainter, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = waves(64, 1600)
    monkeypatch.setattr(live_painter, "WHOLE", 64 * 800)  # statistics from half the size, either way
    whole = paint(painter, photo)
    monkeypatch.setattr(live_painter, "TILE", 64 * 900)
    painter._paintings.clear()
    tiles: list[float] = []
    job = painter.paint(job_of(painter, photo), photo)
    while True:
        try:
            tiles.append(next(job))
        except StopIteration as stop:
            tiled = stop.value
            break
    assert len(tiles) > 1
    assert tiles[-1] == 1.0
    assert far(tiled, whole) < 1e-5


def test_in_tiles_smoothness_and_detail_are_as_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, painted = waves(64, 1600), waves(64, 1600, turn=1.0)
    recipe = StyleRecipe(smoothness=0.8, detail=0.9)
    whole = touch_up.touch_up(painted.clone(), photo, recipe)
    monkeypatch.setattr(touch_up, "TILE", 1)
    assert torch.allclose(touch_up.touch_up(painted.clone(), photo, recipe), whole, atol=1e-6)
    assert far(whole, painted) > 0.01


def test_a_large_picture_looks_like_the_one_it_would_be_in_one_piece(
    painter: LivePainter, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = resize_to(to_tensor(open_picture(resource_folder("demo") / "neuschwanstein.jpg"), CPU), 256)
    whole = paint(painter, photo)
    monkeypatch.setattr(live_painter, "WHOLE", photo.shape[2] * photo.shape[3] // 2)
    painter._paintings.clear()
    assert far(paint(painter, photo), whole) < 0.06


@pytest.mark.parametrize("style", [flat(40, 40), flat(1, 1), waves(20, 1000)], ids=["grey", "one pixel", "panorama"])
def test_an_odd_style_gives_a_picture(painter: LivePainter, style: Tensor) -> None:
    painted = paint(painter, style=style)
    assert bool(torch.isfinite(painted).all())
    assert float(painted.std()) > 0.01


def test_jobs_of_another_size_or_vector_are_others(painter: LivePainter) -> None:
    one = job_of(painter)
    assert one.key == job_of(painter, detail=0.9).key
    assert one.key != replace(one, size=(64, 64)).key
    assert one.key != replace(one, vector=one.vector + 1).key
    assert one.key != replace(one, photo_key="another").key


def learned(**delta: NDArray[np.float16]) -> LearnedStyle:
    reference = picture_of(weave())
    return LearnedStyle(ORIGINAL_NETWORK, "", np.zeros(100, np.float32), (reference,), delta)


def paint_fine_tuned(painter: LivePainter, style: LearnedStyle, share: float) -> Tensor:
    return run_to_end(painter.paint(replace(job_of(painter), fine_tuned=((style, share),)), PHOTO))


def test_what_a_style_has_learned_changes_the_weights_by_its_share_and_only_for_it(painter: LivePainter) -> None:
    plain = paint(painter)
    weight = painter._network.out.weight
    tuned, same = (
        paint_fine_tuned(painter, learned(**{"out.weight": scale * weight.half().numpy()}), share)
        for scale, share in ((1, 1.0), (2, 0.5))
    )
    assert far(tuned, plain) < 1e-3  # the last normalisation undoes a scaling of the last layer
    shifted = learned(**{"out.weight": np.flip(weight.half().numpy(), 0).copy()})
    assert far(paint_fine_tuned(painter, shifted, 0.5), plain) > 0.01
    assert far(tuned, same) < 1e-5
    painter._paintings.clear()
    assert far(paint(painter), plain) == 0


def test_a_style_learned_with_another_network_is_refused(painter: LivePainter) -> None:
    with pytest.raises(StudioError, match="does not fit"):
        paint_fine_tuned(painter, learned(**{"out.weight": np.ones((1, 2), np.float16)}), 1.0)


def test_the_larger_network_is_led_farther_for_it_holds_on_to_the_photo() -> None:
    photo, style = torch.zeros(1, 100), torch.ones(1, 100)
    for wanted in (0.2, 0.6, 1.0):
        small, larger = (blend_vectors(photo, [style], [1.0], wanted, is_larger) for is_larger in (False, True))
        assert float(small[0, 0]) < float(larger[0, 0]) < 1.02
