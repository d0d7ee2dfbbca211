"""The larger Live network: as its small one before it learns, the same in tiles, calm, and whole after its file."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from studio.core.card import Card, card_json
from studio.core.errors import WeightsError
from studio.engine.networks.fine_network import FineNetwork, RefinementNetwork, RefinementWidths
from studio.engine.networks.network_file import save_fine_network
from studio.engine.networks.style_delta import changes_of, learnable_weights, with_learned
from studio.engine.networks.style_network import StyleNetwork, Widths
from studio.engine.networks.texture_descriptor import FEATURES
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network, predictor_owner
from tests.support.scenes import waves

SMALL = Widths(down=8, body=8, inside=8, up=8, blocks=1)
WIDTHS = RefinementWidths(half=8, quarter=8, eighth=8, down=1, middle=1, up=1)


@pytest.fixture
def network() -> FineNetwork:
    torch.manual_seed(5)
    live = StyleNetwork(SMALL)
    with torch.no_grad():
        live.conditions.bias.copy_(live.plain_conditions())
    network = FineNetwork(live, RefinementNetwork(WIDTHS))
    return network.requires_grad_(False).to(memory_format=torch.channels_last)


@pytest.fixture
def conditions(network: FineNetwork) -> Tensor:
    return network.conditions(torch.linspace(-1, 1, 100)[None])


def paint(network: FineNetwork, image: Tensor, conditions: Tensor) -> Tensor:
    with torch.no_grad():
        return network(image, conditions)


def test_a_network_that_adds_nothing_paints_as_its_small_one(network: FineNetwork, conditions: Tensor) -> None:
    torch.nn.init.zeros_(network.refinement.out.weight)
    image = waves(44, 52)
    small = network.live(image, network.live.conditions(torch.linspace(-1, 1, 100)[None]))
    assert torch.equal(paint(network, image, conditions), small)


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (50, 41)])
def test_any_size_is_painted_at_its_own(network: FineNetwork, conditions: Tensor, size: tuple[int, int]) -> None:
    painted = paint(network, waves(*size), conditions)
    assert painted.shape[2:] == size
    assert 0 <= float(painted.min()) < float(painted.max()) <= 1


def test_a_tile_is_painted_as_a_part_of_the_whole(network: FineNetwork, conditions: Tensor) -> None:
    image = torch.rand((1, 3, 480, 32), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        statistics = network.measure(image, conditions)
        whole = network(image, conditions, statistics)
        rows = 240 + network.reach
        part = network(image[:, :, :rows], conditions, statistics)
    assert torch.allclose(part[:, :, :240], whole[:, :, :240], atol=1e-5)
    assert not torch.allclose(part[:, :, 240:], whole[:, :, 240:rows], atol=1e-5)
    assert torch.allclose(whole, paint(network, image, conditions), atol=1e-4)


def test_what_is_added_has_no_checkerboard(network: FineNetwork, conditions: Tensor) -> None:
    network.refinement.out.weight.normal_(generator=torch.Generator().manual_seed(2))
    network.is_bfloat16 = False
    image = torch.full((1, 3, 48, 48), 0.5)
    added = network.refine(image, image, _normalizer(network, conditions)) - image
    alternating = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).expand(3, 1, 2, 2)
    inside = added[:, :, 8:-8, 8:-8]
    assert float(functional.conv2d(inside, alternating, groups=3).abs().max()) < 1e-3 * float(added.abs().max())


def test_bfloat16_paints_nearly_the_same(network: FineNetwork, conditions: Tensor) -> None:
    plain = paint(network, waves(), conditions)
    network.is_bfloat16 = True
    assert float((paint(network, waves(), conditions) - plain).abs().max()) < 0.02


def write_card(path: Path) -> None:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    card = Card("fine", "model", "Mine", "Me", "2026", "CC0 1.0", "", path, sha256)
    path.with_suffix(".json").write_text(card_json(card), encoding="utf-8")


def test_its_file_holds_both_networks(network: FineNetwork, conditions: Tensor, tmp_path: Path) -> None:
    path = tmp_path / "fine.safetensors"
    save_fine_network(network, ORIGINAL_NETWORK, path)
    write_card(path)
    loaded, _ = load_style_network(str(path))
    assert isinstance(loaded, FineNetwork)
    assert (loaded.live.widths, loaded.refinement.widths) == (SMALL, WIDTHS)
    assert predictor_owner(str(path)) == ORIGINAL_NETWORK
    assert torch.allclose(paint(loaded, waves(), conditions), paint(network, waves(), conditions), atol=5e-3)


class TestTextureDescriptor:
    """What describes styles for the network comes with it, or the file is refused."""

    @pytest.fixture
    def path(self, network: FineNetwork, tmp_path: Path) -> Path:
        described = RefinementNetwork(replace(WIDTHS, descriptor=4)).requires_grad_(False)
        assert described.descriptor is not None
        described.descriptor.fit(torch.rand((8, FEATURES), generator=torch.Generator().manual_seed(3)))
        path = tmp_path / "fine.safetensors"
        save_fine_network(FineNetwork(network.live, described), ORIGINAL_NETWORK, path)
        write_card(path)
        return path

    def test_it_is_in_the_file(self, path: Path) -> None:
        loaded, _ = load_style_network(str(path))
        assert loaded.vector_length == 104 and loaded.descriptor is not None and loaded.descriptor.is_fitted
        assert loaded.descriptor(torch.rand(2, FEATURES)).isfinite().all()

    @pytest.mark.parametrize("length", [0, 5, -1, 4000, 10**9])
    def test_one_of_another_length_is_refused(self, path: Path, length: int) -> None:
        change(path, {}, descriptor=length)
        with pytest.raises(WeightsError, match="does not hold a Live network"):
            load_style_network(str(path))

    @pytest.mark.parametrize("name", ["floor", "mean", "matrix"])
    def test_a_part_that_is_missing_is_refused(self, path: Path, name: str) -> None:
        change(path, {name: None})
        with pytest.raises(WeightsError, match="does not hold a Live network"):
            load_style_network(str(path))

    @pytest.mark.parametrize(("name", "number"), [("floor", 0.0), ("floor", -1.0), ("matrix", 0.0), ("mean", math.inf)])
    def test_numbers_that_describe_nothing_are_refused(self, path: Path, name: str, number: float) -> None:
        tensor = load_file(path)[f"refinement.descriptor.{name}"]
        change(path, {name: torch.full_like(tensor, number)})
        with pytest.raises(WeightsError, match="invalid numbers"):
            load_style_network(str(path))


def change(path: Path, parts: dict[str, Tensor | None], **widths: int) -> None:
    """Put other parts of a descriptor into a file, or other widths of the second network; None takes a part out."""
    tensors = load_file(path) | {f"refinement.descriptor.{name}": tensor for name, tensor in parts.items()}
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    metadata["refinement"] = json.dumps(json.loads(metadata["refinement"]) | widths)
    save_file({name: tensor for name, tensor in tensors.items() if tensor is not None}, path, metadata)
    write_card(path)


class TestWhatAStyleChanges:
    def test_it_is_the_second_network_alone(self, network: FineNetwork) -> None:
        names = learnable_weights(network)
        assert all(name.startswith("refinement.") for name in names)
        assert {"refinement.stem.weight", "refinement.out.weight", "refinement.condition.bias"} <= set(names)
        assert not any("hidden" in name or name == "refinement.condition.weight" for name in names)

    def test_changes_added_again_are_the_learnt_network(self, network: FineNetwork) -> None:
        delta = {"refinement.out.weight": np.full((12, 8, 3, 3), 0.25, np.float16)}
        learnt = with_learned(network, [(delta, 1.0)])
        found = changes_of(learnt, network)
        assert found.keys() == delta.keys()
        np.testing.assert_allclose(found["refinement.out.weight"], 0.25, atol=1e-3)

    def test_a_change_of_the_small_network_is_refused(self, network: FineNetwork) -> None:
        delta = {"live.out.weight": np.zeros(tuple(network.live.out.weight.shape), np.float16)}
        with pytest.raises(WeightsError, match="does not fit"):
            with_learned(network, [(delta, 1.0)])


def _normalizer(network: FineNetwork, conditions: Tensor) -> object:
    return network._painted(torch.full((1, 3, 48, 48), 0.5), conditions, None, None)[1]
