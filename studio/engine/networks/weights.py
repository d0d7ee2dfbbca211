"""Weights of the networks: bundled ones checked against their card, torchvision's found or downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from studio.core.card import Card, bundled_cards, read_card
from studio.core.errors import StudioError, WeightsError
from studio.core.generators import run_to_end
from studio.engine.networks.fine_network import LiveNetwork
from studio.engine.networks.magenta_weights import rearrange
from studio.engine.networks.network_file import predictor_of, read_network
from studio.engine.networks.style_network import StyleNetwork, Widths
from studio.engine.networks.torchvision_weights import FILES, Download, load_torchvision_weights
from studio.engine.networks.vgg import Encoder, EncoderLayout, best_encoder

_VGG16 = (2, 2, 3, 3)
_VGG19 = (2, 2, 4, 4)
_IMAGENET = ((0.485, 0.456, 0.406), (1 / 0.229, 1 / 0.224, 1 / 0.225))
_CAFFE = ((0.48235, 0.45882, 0.40784), (255.0, 255.0, 255.0))
BUNDLED_CARD = "vgg16_features_relu4_3"
ORIGINAL_NETWORK = "arbitrary_style_magenta"  # the pretrained style network that everything else started from

LAYOUTS: Mapping[str, EncoderLayout] = {
    "vgg16": EncoderLayout("vgg16", _VGG16, *_CAFFE),
    "vgg16-torchvision": EncoderLayout("vgg16-torchvision", _VGG16, *_CAFFE),
    "vgg19-torchvision": EncoderLayout("vgg19-torchvision", _VGG19, *_IMAGENET),
}


def load_encoder_weights(name: str, folder: Path | None) -> Download:
    """Weights of an encoder of the recipe, by torchvision's names; yields the share downloaded, where it is needed.

    folder: where the user keeps weights, searched before torch's own cache; None for the cache alone.
    Raises WeightsError if they are damaged, or neither here nor to be had.
    """
    if name not in FILES:
        return load_bundled_weights(BUNDLED_CARD)
    state = yield from load_torchvision_weights(name, folder, may_download=True)
    return {key: tensor for key, tensor in state.items() if key.startswith("features.")}


def bundled_encoder(device: torch.device) -> Encoder:
    """The encoder that comes with the studio. Raises WeightsError if its weights are damaged or missing."""
    return best_encoder(LAYOUTS["vgg16"], run_to_end(load_encoder_weights("vgg16", None)), device)


def load_style_network(name: str) -> tuple[LiveNetwork, dict[str, Tensor]]:
    """A Live network, on the CPU and frozen, and the weights of the predictor it goes with.

    name: the id of its card, or a file of weights with its card beside it. Raises WeightsError if there is no such
    network, or if it is damaged or of another version.
    """
    path = verified_card(name).file
    predictor = predictor_of(path)
    if predictor is None:  # as Google trained it
        weights = load_file(path)
        network: LiveNetwork = StyleNetwork(Widths())
        try:
            network.load_state_dict(rearrange(_below("transformer", weights)))
        except KeyError as error:
            raise WeightsError(f"{path.name} does not hold a Live network.") from error
    else:
        weights = load_bundled_weights(predictor)
        network = read_network(path)
    return network.requires_grad_(False).eval().to(memory_format=torch.channels_last), _below("predictor", weights)


def predictor_owner(name: str) -> str:
    """Which model's predictor a style network goes with, by the id of its card: its own, or that of another.

    name: as of the network. Raises WeightsError as `load_style_network` does.
    """
    card = verified_card(name)
    return predictor_of(card.file) or card.id


def verified_card(name: str) -> Card:
    """The card of a bundled model by its id, or of a file of weights; the weights are as the card says.

    Raises WeightsError if there is no such model, or if it is damaged.
    """
    if name.endswith(".safetensors"):
        try:
            card = read_card(Path(name).with_suffix(".json"))
        except StudioError as error:
            raise WeightsError(f"{name} has no card that can be read beside it.", "Copy both files.") from error
    else:
        found = next((card for card in bundled_cards("models") if card.id == name), None)
        if found is None:
            raise WeightsError(f"There is no model called {name!r} here.", "Install Style Studio again.")
        card = found
    card.verify()
    return card


def load_bundled_weights(name: str) -> dict[str, Tensor]:
    """Of a bundled model, by the id of its card. Raises WeightsError if they are damaged or missing."""
    return load_file(verified_card(name).file)


def _below(part: str, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(f"{part}."): tensor for name, tensor in weights.items() if name.startswith(f"{part}.")}
