"""Files of trained networks: read as they were written, and refused in a sentence where they do not fit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from studio.core.card import Card, card_json
from studio.core.errors import WeightsError
from studio.core.resources import resource_folder
from studio.engine.networks.network_file import save_network
from studio.engine.networks.style_network import StyleNetwork, Widths
from studio.engine.networks.weights import BUNDLED_CARD, ORIGINAL_NETWORK, load_style_network
from tests.support.scenes import waves

WIDTHS = Widths(down=20, body=8, inside=12, up=8, blocks=2)


def write_card(weights: Path, sha256: str | None = None) -> None:
    sha256 = sha256 or hashlib.sha256(weights.read_bytes()).hexdigest()
    card = Card(weights.stem, "model", "Mine", "Me", "2026", "CC0 1.0", "", weights, sha256)
    weights.with_suffix(".json").write_text(card_json(card), encoding="utf-8")


@pytest.fixture
def network() -> StyleNetwork:
    torch.manual_seed(3)
    return StyleNetwork(WIDTHS)


@pytest.fixture
def path(network: StyleNetwork, tmp_path: Path) -> Path:
    path = tmp_path / "mine.safetensors"
    save_network(network.state_dict(), WIDTHS, ORIGINAL_NETWORK, path)
    write_card(path)
    return path


def change_metadata(path: Path, **changes: str) -> None:
    metadata = {"format": "style-studio live network", "version": "1", "predictor": ORIGINAL_NETWORK}
    save_file(load_file(path), path, metadata | {"widths": json.dumps(vars(WIDTHS))} | changes)
    write_card(path)


def test_a_network_paints_after_its_file_as_before_it_but_for_rounding(network: StyleNetwork, path: Path) -> None:
    loaded, predictor = load_style_network(str(path))
    assert loaded.widths == WIDTHS
    assert predictor.keys() == load_style_network(ORIGINAL_NETWORK)[1].keys()
    conditions = torch.ones(1, 100)
    expected = network(waves(), network.conditions(conditions))
    assert torch.allclose(loaded(waves(), loaded.conditions(conditions)), expected, atol=5e-3)
    assert not any(weight.requires_grad for weight in loaded.parameters())


def test_a_file_of_another_version_is_refused(path: Path) -> None:
    change_metadata(path, version="2")
    with pytest.raises(WeightsError, match="version 2; this is for version 1"):
        load_style_network(str(path))


@pytest.mark.parametrize(
    "widths",
    ['{"down": 4000}', '{"blocks": 1000000000}', '{"down": 99}', '{"down": 20.0}', "[]", "?", '{"depth": 3}'],
)
def test_a_file_whose_widths_do_not_fit_is_refused(path: Path, widths: str) -> None:
    change_metadata(path, widths=widths)
    with pytest.raises(WeightsError, match="does not hold a Live network"):
        load_style_network(str(path))


def test_a_file_with_numbers_that_cannot_be_is_refused(network: StyleNetwork, path: Path) -> None:
    network.stem.bias.data[0] = float("nan")
    save_network(network.state_dict(), WIDTHS, ORIGINAL_NETWORK, path)
    write_card(path)
    with pytest.raises(WeightsError, match="invalid numbers"):
        load_style_network(str(path))


def test_a_file_that_is_not_what_its_card_says_is_refused(path: Path) -> None:
    write_card(path, "0" * 64)
    with pytest.raises(WeightsError, match="damaged or another version"):
        load_style_network(str(path))


def test_a_file_without_a_card_is_refused(path: Path) -> None:
    path.with_suffix(".json").unlink()
    with pytest.raises(WeightsError, match="no card that can be read"):
        load_style_network(str(path))


def test_weights_of_something_else_are_refused(path: Path) -> None:
    path.write_bytes((resource_folder("models") / f"{BUNDLED_CARD}.safetensors").read_bytes())
    write_card(path)
    with pytest.raises(WeightsError, match="does not hold a Live network"):
        load_style_network(str(path))
    path.write_bytes(b"nothing")
    write_card(path)
    with pytest.raises(WeightsError, match="does not hold weights"):
        load_style_network(str(path))
