"""The style predictor gives the known vectors, as a frozen module with the names of its file, and remembers them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network
from tests.support.scenes import flat, relative_error, waves, weave

# The first numbers of the vector of the picture `waves()`, 48 x 64 px.
KNOWN = [-0.32921, -0.60965, 2.01183, 0.48872, -0.51697]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    return load_style_network(ORIGINAL_NETWORK)[1]


@pytest.fixture
def predictor(weights: dict[str, Tensor]) -> StylePredictor:
    return StylePredictor(weights, CPU)


def test_the_vector_of_a_known_picture_is_the_known_one(predictor: StylePredictor) -> None:
    vector = predictor(waves())
    assert vector.shape == (1, 100)
    assert vector[0, :5].tolist() == pytest.approx(KNOWN, abs=2e-3)


def test_it_is_a_frozen_module_with_the_names_of_its_file(
    predictor: StylePredictor, weights: dict[str, Tensor]
) -> None:
    assert set(predictor.state_dict()) == set(weights)
    assert not predictor.training
    assert not any(parameter.requires_grad for parameter in predictor.parameters())
    assert not predictor(waves().requires_grad_()).requires_grad


def test_pictures_of_a_batch_do_not_mix(predictor: StylePredictor) -> None:
    pictures = [waves(256, 256), weave(256, 256)]
    for vector, picture in zip(predictor(torch.cat(pictures)), pictures, strict=True):
        assert torch.allclose(vector, predictor(picture)[0], atol=1e-4)


def test_at_stride_2_the_odd_row_and_column_go_to_the_right_and_bottom(
    predictor: StylePredictor, weights: dict[str, Tensor]
) -> None:
    source = waves(64, 64)
    padded = functional.pad(source, (0, 1, 0, 1))
    expected = functional.conv2d(padded, weights["stem.weight"].float(), weights["stem.bias"].float(), stride=2)
    assert relative_error(predictor.stem(source), expected) < 1e-5


def test_transparent_parts_have_no_say(predictor: StylePredictor) -> None:
    picture, opacity = torch.cat((waves(64, 32), weave(64, 32)), 3), torch.ones(1, 1, 64, 64)
    whole = predictor(picture)
    assert relative_error(predictor(picture, opacity), whole) < 1e-5
    left, right = opacity.clone(), opacity.clone()
    left[..., 32:], right[..., :32] = 0, 0
    halves = predictor(picture, left), predictor(picture, right)
    assert relative_error((halves[0] + halves[1]) / 2, whole) < 1e-4  # the last layer is linear in the average
    alone = predictor(waves(64, 32)), predictor(weave(64, 32))
    assert relative_error(halves[0], alone[0]) < relative_error(whole, alone[0])
    assert relative_error(halves[1], alone[1]) < relative_error(whole, alone[1])


def test_a_picture_is_looked_at_once(predictor: StylePredictor) -> None:
    asked: list[int] = []

    def look() -> tuple[Tensor, None]:
        asked.append(1)
        return waves(), None

    assert not predictor.knows("waves")
    first, second = (predictor.vector("waves", look) for _ in range(2))
    assert torch.equal(first, second)
    assert predictor.knows("waves")
    assert len(asked) == 1


def test_the_same_pixels_are_looked_at_once_whoever_brings_them(
    predictor: StylePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Tensor] = []
    forward = StylePredictor.forward

    def look(self: StylePredictor, picture: Tensor, opacity: Tensor | None = None) -> Tensor:
        asked.append(picture)
        return forward(self, picture, opacity)

    monkeypatch.setattr(StylePredictor, "forward", look)
    picture = torch.rand((1, 3, 40, 60), generator=torch.Generator().manual_seed(3))
    first, again = predictor.recall(picture), predictor.recall(picture.clone())
    turned = predictor.recall(picture.transpose(2, 3))
    assert torch.equal(first, again) and not torch.equal(first, turned)
    assert len(asked) == 2


def test_what_it_remembers_is_forgotten_when_it_is_moved_or_loaded(
    predictor: StylePredictor, weights: dict[str, Tensor]
) -> None:
    predictor.remember("waves", waves())
    predictor.to(torch.float64)
    assert not predictor.knows("waves")
    assert predictor.remember("waves", waves()).dtype == torch.float64
    predictor.load_state_dict(weights)
    assert not predictor.knows("waves")


def test_other_pictures_have_other_vectors(predictor: StylePredictor) -> None:
    one, two, none = (predictor(picture) for picture in (waves(), weave(), flat(8, 8)))
    assert min(float((one - two).norm()), float((one - none).norm()), float((two - none).norm())) > 1
