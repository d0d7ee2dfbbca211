"""The Live network: the pretrained one in a quicker form, in tiles, and conditioned by its vector."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from studio.core.resources import resource_folder
from studio.engine.networks.magenta_weights import rearrange
from studio.engine.networks.style_network import GRID, StyleNetwork, Widths
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network
from tests.support.plain_style_network import paint_plainly
from tests.support.scenes import waves, weave

CPU = torch.device("cpu")
PHOTO = waves(64, 96)


@pytest.fixture(scope="module")
def original() -> dict[str, Tensor]:
    weights = load_file(resource_folder("models") / f"{ORIGINAL_NETWORK}.safetensors")
    prefix = "transformer."
    return {name.removeprefix(prefix): tensor.float() for name, tensor in weights.items() if name.startswith(prefix)}


@pytest.fixture(scope="module")
def loaded() -> tuple[StyleNetwork, dict[str, Tensor]]:
    return load_style_network(ORIGINAL_NETWORK)


@pytest.fixture(scope="module")
def network(loaded: tuple[StyleNetwork, dict[str, Tensor]]) -> StyleNetwork:
    return loaded[0]


@pytest.fixture(scope="module")
def vector(loaded: tuple[StyleNetwork, dict[str, Tensor]]) -> Tensor:
    return StylePredictor(loaded[1], CPU)(weave())


def test_on_blocks_it_paints_what_the_original_paints_at_full_size(
    original: dict[str, Tensor], network: StyleNetwork, vector: Tensor
) -> None:
    ours = network(PHOTO, network.conditions(vector))
    assert torch.allclose(ours, paint_plainly(original, PHOTO, vector), atol=2e-4)


@pytest.mark.parametrize(("height", "width"), [(61, 97), (62, 98), (63, 99), (33, 128)])
def test_any_size_comes_out_at_its_own_size(network: StyleNetwork, vector: Tensor, height: int, width: int) -> None:
    assert network(waves(height, width), network.conditions(vector)).shape == (1, 3, height, width)


def test_with_its_own_statistics_measured_before_a_picture_comes_out_the_same(
    network: StyleNetwork, vector: Tensor
) -> None:
    conditions = network.conditions(vector)
    statistics = network.measure(PHOTO, conditions)
    assert torch.allclose(network(PHOTO, conditions, statistics), network(PHOTO, conditions), atol=1e-4)


def test_within_its_reach_a_tile_is_painted_as_a_part_of_the_whole(network: StyleNetwork, vector: Tensor) -> None:
    photo, conditions = waves(48, 240), network.conditions(vector)
    statistics = network.measure(photo, conditions)
    whole = network(photo, conditions, statistics)
    tile = network(photo[:, :, :, 80:], conditions, statistics)
    start = 80 + network.reach
    assert network.reach % GRID == 0
    assert torch.allclose(tile[:, :, :, network.reach :], whole[:, :, :, start:], atol=1e-5)
    assert not torch.allclose(tile[:, :, :, :8], whole[:, :, :, 80:88], atol=1e-2)  # else the reach would say nothing


def test_pictures_of_a_batch_are_painted_each_in_its_own_style(network: StyleNetwork, vector: Tensor) -> None:
    other = waves(64, 96, turn=1.0)
    conditions = network.conditions(torch.cat((vector, -0.5 * vector)))
    both = network(torch.cat((PHOTO, other)), conditions)
    assert torch.allclose(both[:1], network(PHOTO, conditions[:1]), atol=1e-4)
    assert torch.allclose(both[1:], network(other, conditions[1:]), atol=1e-4)


def test_conditions_of_a_mixed_vector_are_the_mixed_conditions(network: StyleNetwork, vector: Tensor) -> None:
    other = torch.linspace(-1, 1, 100)[None]
    mixed = network.conditions(0.3 * vector + 0.7 * other)
    assert torch.allclose(mixed, 0.3 * network.conditions(vector) + 0.7 * network.conditions(other), atol=1e-4)


def test_a_known_picture_has_the_style_vector_it_always_had(vector: Tensor) -> None:
    # Pinned: a wrong padding, order of colours or range would move it far away.
    assert torch.allclose(vector[0, :4], torch.tensor([0.3250, 0.4835, 1.6124, 0.4030]), atol=2e-3)


def test_a_flat_picture_and_a_flat_style_come_out_finite(
    loaded: tuple[StyleNetwork, dict[str, Tensor]], network: StyleNetwork
) -> None:
    grey = torch.full((1, 3, 32, 32), 0.5)
    painted = network(grey, network.conditions(StylePredictor(loaded[1], CPU)(grey)))
    assert bool(torch.isfinite(painted).all())


def test_the_state_of_the_original_fills_the_network_exactly(original: dict[str, Tensor]) -> None:
    state, expected = rearrange(original), StyleNetwork(Widths()).state_dict()
    assert {name: tensor.shape for name, tensor in state.items()} == {n: t.shape for n, t in expected.items()}
