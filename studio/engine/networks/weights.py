"""Weights of the networks: bundled ones checked against their card, torchvision's found or downloaded."""

from __future__ import annotations

import hashlib
import http.client
import pickle
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torchvision.models import VGG16_Weights, VGG19_Weights, WeightsEnum

from studio.core.card import Card, bundled_cards, read_card
from studio.core.errors import StudioError, WeightsError
from studio.core.storage.atomic_write import part_beside
from studio.engine.networks.fine_network import LiveNetwork
from studio.engine.networks.magenta_weights import rearrange
from studio.engine.networks.network_file import predictor_of, read_network
from studio.engine.networks.style_network import StyleNetwork, Widths
from studio.engine.networks.vgg import EncoderLayout

Download = Generator[float, None, dict[str, Tensor]]

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
# IMAGENET1K_FEATURES are the weights of the paper's authors, like ours: style transfer likes them better.
_TORCHVISION: Mapping[str, WeightsEnum] = {
    "vgg16-torchvision": VGG16_Weights.IMAGENET1K_FEATURES,
    "vgg19-torchvision": VGG19_Weights.IMAGENET1K_V1,
}


def load_encoder_weights(name: str, folder: Path | None) -> Download:
    """Weights of an encoder of the recipe, by torchvision's names; yields the share downloaded, where it is needed.

    folder: where the user keeps weights, searched before torch's own cache; None for the cache alone.
    Raises WeightsError if they are damaged, or neither here nor to be had.
    """
    if name not in _TORCHVISION:
        return _load_bundled(BUNDLED_CARD)
    url = str(_TORCHVISION[name].url)
    file_name = url.rsplit("/", 1)[-1]
    cache = Path(torch.hub.get_dir()) / "checkpoints"
    found = next((place / file_name for place in (folder, cache) if place and (place / file_name).is_file()), None)
    if found is None:
        found = yield from _download(url, cache / file_name)
    _check(found)
    # A pickle, but read as plain tensors only, and only with the right hash.
    try:
        state = torch.load(found, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise WeightsError(f"{found.name} holds something else than weights.", f"Delete {found}.") from error
    return {key: tensor for key, tensor in state.items() if key.startswith("features.")}


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
            raise WeightsError(f"{path.name} holds something else than a Live network.") from error
    else:
        weights = _load_bundled(predictor)
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


def _load_bundled(name: str) -> dict[str, Tensor]:
    return load_file(verified_card(name).file)


def _below(part: str, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(f"{part}."): tensor for name, tensor in weights.items() if name.startswith(f"{part}.")}


def _download(url: str, target: Path) -> Generator[float, None, Path]:
    part = part_beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(url, timeout=20) as answer, part.open("wb") as file:
            total = int(answer.headers.get("Content-Length") or 0)
            while block := answer.read(1 << 20):
                file.write(block)
                yield file.tell() / total if total else 0.0
        _check(part, target.name)
        part.replace(target)
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise WeightsError(
            f"{target.name} is not on this computer and could not be downloaded.",
            "Go online, or name a folder that holds it (--weights-folder; for the window STYLE_STUDIO_WEIGHTS), "
            'or choose the built-in encoder "vgg16".',
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _check(path: Path, name: str | None = None) -> None:
    """Whether it is whole: torch's file names end in the first digits of the sha256 of their content."""
    expected = (name or path.name).rsplit("-", 1)[-1].split(".")[0]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not digest.startswith(expected):
        remedy = f"Delete {path} and try again." if name is None else "Try again."  # a download is gone by itself
        raise WeightsError(f"{name or path.name} is damaged or incomplete.", remedy)
