"""Files of Live networks that were trained here: weights of a width of their own, and the predictor they go with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from studio.core.errors import WeightsError
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.untrusted import make_checked, parse_object
from studio.engine.networks.style_network import StyleNetwork, Widths

FORMAT = "style-studio live network"
VERSION = "1"  # of the architecture: another one cannot run these weights


def save_network(weights: Mapping[str, Tensor], widths: Widths, predictor: str, path: Path) -> None:
    """Write a network's state, in float16. predictor: id of the card whose predictor names the styles for it."""
    tensors = {f"network.{name}": tensor.detach().cpu().half().contiguous() for name, tensor in weights.items()}
    metadata = {"format": FORMAT, "version": VERSION, "widths": json.dumps(asdict(widths)), "predictor": predictor}
    replace_file(path, save(tensors, metadata))


def predictor_of(path: Path) -> str | None:
    """The card id of the predictor that the network in a file goes with; None if the file has one of its own.

    Raises WeightsError if the file is no network, or one of another version.
    """
    metadata = _metadata(path)
    if metadata.get("format") != FORMAT:
        return None
    if metadata.get("version") != VERSION:
        raise WeightsError(
            f"{path.name} holds a network of version {metadata.get('version')}; this is for version {VERSION}.",
            "Use the Style Studio it comes from, or train it again.",
        )
    return metadata.get("predictor", "")


def read_network(path: Path) -> StyleNetwork:
    """The network in a file written by `save_network`. Raises WeightsError if it is damaged."""
    try:
        widths = make_checked(Widths, parse_object(_metadata(path)["widths"]))
        with safe_open(path, "pt") as file:
            weights = {name.removeprefix("network."): file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        network = StyleNetwork(widths)
        network.load_state_dict(weights)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise WeightsError(f"{path.name} holds something else than a Live network.", "Install it again.") from error
    if not all(bool(torch.isfinite(weight).all()) for weight in weights.values()):
        raise WeightsError(f"{path.name} holds numbers that cannot be.", "Train it again.")
    return network


def _metadata(path: Path) -> dict[str, str]:
    try:
        with safe_open(path, "pt") as file:
            return dict(file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path.name} holds something else than weights.", "Install it again.") from error
