"""LivePainting: what a lesson learns by and is judged by is what Live shows."""

from __future__ import annotations

import torch

from studio.core.engine_api.contract import Done, EngineSettings, StyleRequest
from studio.core.generators import run_to_end
from studio.core.recipe import QUICK_NETWORK, StyleRecipe
from studio.engine.finetune.painter import LivePainting
from studio.engine.finetune.tune_job import bands_of
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.weights import load_style_network
from studio.engine.runtime.tensors import picture_at, to_tensor
from studio.engine.torch_engine import TorchEngine
from tests.support.scenes import picture_of, waves, weave

CPU = torch.device("cpu")


def test_it_paints_what_live_shows() -> None:
    photo, work = picture_of(waves(96, 128)), picture_of(weave(96, 96))
    recipe = StyleRecipe(method="live", long_edge=128, network=QUICK_NETWORK)
    *_, done = TorchEngine(EngineSettings()).run(StyleRequest(photo, (work,), recipe))
    assert isinstance(done, Done)
    network, weights = load_style_network(QUICK_NETWORK)
    predictor = StylePredictor(weights, CPU)
    image = picture_at(work, 512, CPU)
    painting = LivePainting(network, predictor, bands_of([image]))
    painted = painting.paint(to_tensor(photo, CPU), predictor(image))
    difference = (painted - to_tensor(done.result, CPU)).abs()  # Live may paint in another precision
    assert difference.mean() < 1 / 255 and difference.max() < 12 / 255


def test_the_photo_shines_through_what_is_learnt_by_as_through_what_is_shown() -> None:
    painting = LivePainting(torch.nn.Identity(), lambda photo: torch.zeros(1, 100))  # type: ignore[arg-type]
    photo, painted = waves(64, 64), torch.zeros(1, 3, 64, 64)
    learnt_by = painting.to_learn(photo, painted)
    assert torch.allclose(learnt_by, 0.07 * photo, atol=1e-6)  # at the strength of a fresh recipe


def test_what_is_learnt_by_has_the_fine_contrasts_of_what_is_shown_of_each_picture_and_a_gradient() -> None:
    bands = bands_of([weave(64, 64)])
    painting = LivePainting(torch.nn.Identity(), lambda photo: torch.zeros(1, 100), bands)  # type: ignore[arg-type]
    photos = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))  # nothing flat that would be calmed
    painted = torch.cat((waves(64, 64), waves(64, 64, turn=0.5))).mul(0.4).add(0.3).requires_grad_()
    learnt_by = painting.to_learn(photos, painted)
    for number in range(2):
        photo, picture = photos[number : number + 1], painted[number : number + 1].detach()
        shown = run_to_end(painting.finish(photo, picture))
        assert torch.allclose(learnt_by[number : number + 1], shown, atol=2e-3)
        assert not torch.allclose(painting.shown(photo, picture), shown, atol=2e-2)
    learnt_by.sum().backward()
    assert painted.grad is not None and bool(painted.grad.any())
