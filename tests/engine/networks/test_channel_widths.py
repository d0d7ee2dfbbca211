"""Wider and narrower Live networks: they go on painting what they painted, and can learn."""

from __future__ import annotations

import pytest
import torch

from studio.engine.networks.channel_widths import widen, with_widths
from studio.engine.networks.style_network import StyleNetwork, Widths
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network
from tests.support.scenes import waves

PHOTO = waves(64, 96)
VECTOR = torch.linspace(-1, 1, 100)[None]


@pytest.fixture(scope="module")
def network() -> StyleNetwork:
    return load_style_network(ORIGINAL_NETWORK)[0]


def test_a_widened_network_paints_what_it_painted_before(network: StyleNetwork) -> None:
    widths = Widths(down=20, body=40, inside=48, up=24)
    wide = StyleNetwork(widths)
    wide.load_state_dict(widen(network.state_dict(), Widths(), widths, torch.Generator().manual_seed(1)))
    assert torch.allclose(wide(PHOTO, wide.conditions(VECTOR)), network(PHOTO, network.conditions(VECTOR)), atol=1e-5)


def test_the_new_channels_of_a_widened_network_can_learn(network: StyleNetwork) -> None:
    widths = Widths(inside=40)
    wide = StyleNetwork(widths)
    wide.load_state_dict(widen(network.state_dict(), Widths(), widths, torch.Generator().manual_seed(1)))
    wide(PHOTO, wide.conditions(VECTOR)).square().sum().backward()
    gradient = wide.blocks[0].second.weight.grad
    assert gradient is not None
    assert float(gradient[:, 32:].abs().min()) > 0


def test_a_widened_network_made_narrow_again_is_the_one_it_was(network: StyleNetwork) -> None:
    generator = torch.Generator().manual_seed(1)
    wide = with_widths(network, Widths(down=20, body=40, inside=48, up=24), generator)
    again = with_widths(wide, Widths(), generator).state_dict()
    assert again.keys() == network.state_dict().keys()
    assert all(torch.equal(again[name], tensor) for name, tensor in network.state_dict().items())


def test_some_layers_can_become_wider_while_others_become_narrower(network: StyleNetwork) -> None:
    mixed = with_widths(network, Widths(inside=24, up=24), torch.Generator().manual_seed(1))
    assert torch.equal(mixed.blocks[4].second.weight, network.blocks[4].second.weight[:, :24])
    painted = mixed(PHOTO, mixed.conditions(VECTOR))
    assert painted.shape == PHOTO.shape and bool(torch.isfinite(painted).all())


@pytest.mark.parametrize("widths", [Widths(body=16), Widths(stem=64), Widths(blocks=6)], ids=str)
def test_a_network_cannot_be_widened_into_one_that_would_paint_differently(
    network: StyleNetwork, widths: Widths
) -> None:
    with pytest.raises(ValueError, match=r"wider|cannot change"):
        widen(network.state_dict(), Widths(), widths, torch.Generator())
