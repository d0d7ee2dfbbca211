"""What a style has learnt changes the weights it may change, in its share, and leaves the given network alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from studio.core.errors import WeightsError
from studio.engine.networks import style_delta
from studio.engine.networks.style_delta import changes_of, learnable_weights, with_learned
from studio.engine.networks.style_network import StyleNetwork, Widths

Delta = dict[str, NDArray[np.float16]]


@pytest.fixture
def network() -> StyleNetwork:
    return StyleNetwork(Widths(stem=4, down=4, body=4, inside=4, up=4, last=4, blocks=3)).requires_grad_(False)


def delta_of(network: StyleNetwork, name: str, value: float) -> Delta:
    return {name: np.full(tuple(network.state_dict()[name].shape), value, np.float16)}


def test_what_paints_may_be_learnt_and_what_sees_may_not(network: StyleNetwork) -> None:
    names = learnable_weights(network)
    assert set(names) < set(network.state_dict())
    assert {"out.weight", "up_1.weight", "blocks.1.first.weight", "blocks.2.second.weight"} < set(names)
    assert not any(name.startswith(("stem", "down", "blocks.0")) for name in names)


def test_styles_change_the_weights_in_their_shares(network: StyleNetwork) -> None:
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    parts = [(delta_of(network, "out.weight", 1.0), 0.25), (delta_of(network, "out.weight", -2.0), 0.75)]
    changed = with_learned(network, parts).state_dict()
    assert torch.allclose(changed["out.weight"], before["out.weight"] + 0.25 - 1.5)
    assert all(torch.equal(changed[name], before[name]) for name in before if name != "out.weight")
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_where_nothing_is_changed_it_is_the_network_itself(network: StyleNetwork) -> None:
    assert with_learned(network, [({}, 1.0), (delta_of(network, "out.weight", 1.0), 0.0)]) is network


@pytest.mark.parametrize(
    "delta",
    [
        {"stem.weight": np.zeros((4, 12, 5, 5), np.float16)},
        {"out.weight": np.zeros((1, 2), np.float16)},
        {"unknown.weight": np.zeros((1,), np.float16)},
    ],
    ids=["frozen", "of another shape", "unknown"],
)
def test_a_change_that_does_not_fit_is_refused(network: StyleNetwork, delta: Delta) -> None:
    with pytest.raises(WeightsError, match="does not fit"):
        with_learned(network, [(delta, 1.0)])


def test_changes_are_what_makes_the_learnt_network_again(network: StyleNetwork) -> None:
    learnt = with_learned(network, [(delta_of(network, "up_1.weight", 0.5), 1.0)])
    changes = changes_of(learnt, network)
    assert set(changes) == {"up_1.weight"}
    again = with_learned(network, [(changes, 1.0)]).state_dict()
    assert torch.allclose(again["up_1.weight"], learnt.state_dict()["up_1.weight"], atol=1e-3)


@pytest.fixture
def wide() -> StyleNetwork:
    """Its blocks have weights of 160 x 1440, of which a rank of 16 is the smaller part."""
    return StyleNetwork(Widths(stem=4, down=4, body=160, inside=160, up=4, last=4, blocks=3)).requires_grad_(False)


def test_a_change_of_low_rank_is_kept_as_two_factors_and_comes_back(wide: StyleNetwork) -> None:
    draws, name = np.random.default_rng(0), "blocks.2.first.weight"
    change = draws.normal(size=(160, 3)) @ draws.normal(size=(3, 1440)) / 100
    delta = {name: change.reshape(160, 160, 3, 3).astype(np.float16)}
    learnt = with_learned(wide, [(delta, 1.0)])
    changes = changes_of(learnt, wide)
    assert {part: numbers.shape for part, numbers in changes.items()} == {
        f"{name}.left": (160, style_delta.RANK),
        f"{name}.right": (style_delta.RANK, 1440),
    }
    again = with_learned(wide, [(changes, 1.0)]).state_dict()[name]
    assert torch.allclose(again, learnt.state_dict()[name], atol=2e-3)
    half = with_learned(wide, [(changes, 0.5)]).state_dict()[name]
    assert torch.allclose(half, (again + wide.state_dict()[name]) / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("left", "right"),
    [((4, 1), None), (None, (1, 36)), ((4, 1), (2, 36)), ((5, 1), (1, 36)), ((4, 1), (1, 10_000)), ((4,), (36,))],
)
def test_factors_that_do_not_fit_are_refused(
    network: StyleNetwork, left: tuple[int, ...] | None, right: tuple[int, ...] | None
) -> None:
    name, parts = "blocks.2.first.weight", (("left", left), ("right", right))
    delta = {f"{name}.{side}": np.ones(shape, np.float16) for side, shape in parts if shape is not None}
    with pytest.raises(WeightsError, match="does not fit"):
        with_learned(network, [(delta, 1.0)])
