"""Files of Live networks that were trained here: weights of a width of their own, and the predictor they go with.

A file of the larger one holds both of its networks, so that the small one may be trained further beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from studio.core.errors import WeightsError
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.untrusted import make_checked, parse_object
from studio.engine.networks.fine_network import FineNetwork, LiveNetwork, RefinementNetwork, RefinementWidths
from studio.engine.networks.style_network import StyleNetwork, Widths

_Widths = TypeVar("_Widths", Widths, RefinementWidths)

FORMAT = "style-studio live network"
VERSION = "1"  # of the architecture: another one cannot run these weights
_NETWORK, _REFINEMENT = "network.", "refinement."
_LARGEST_WIDTH = 4096  # channels, blocks or numbers: more no network of ours has, and a file may claim anything


def save_network(weights: Mapping[str, Tensor], widths: Widths, predictor: str, path: Path) -> None:
    """Write a network's state, in float16. predictor: id of the card whose predictor names the styles for it."""
    tensors = {f"network.{name}": tensor.detach().cpu().half().contiguous() for name, tensor in weights.items()}
    metadata = {"format": FORMAT, "version": VERSION, "widths": json.dumps(asdict(widths)), "predictor": predictor}
    replace_file(path, save(tensors, metadata))


def save_fine_network(network: FineNetwork, predictor: str, path: Path) -> None:
    """Write both networks, in float16. predictor: as in `save_network`."""
    parts = ((_NETWORK, network.live), (_REFINEMENT, network.refinement))
    tensors = {
        f"{prefix}{name}": tensor.detach().cpu().half().contiguous()
        for prefix, part in parts
        for name, tensor in part.state_dict().items()
    }
    widths, fine_widths = (json.dumps(asdict(part.widths)) for _, part in parts)
    metadata = {"format": FORMAT, "version": VERSION, "widths": widths, "refinement": fine_widths}
    replace_file(path, save(tensors, metadata | {"predictor": predictor}))


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


def read_network(path: Path) -> LiveNetwork:
    """The network in a file of this module. Raises WeightsError if it is damaged."""
    metadata = _metadata(path)
    try:
        with safe_open(path, "pt") as file:
            weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        with torch.device("meta"):  # shapes alone: what the file claims takes no memory before its tensors fit
            small = StyleNetwork(_widths(Widths, metadata["widths"]))
        small.load_state_dict(_below(_NETWORK, weights), assign=True)
        network: LiveNetwork = small
        if "refinement" in metadata:
            with torch.device("meta"):
                refinement = RefinementNetwork(_widths(RefinementWidths, metadata["refinement"]))
            refinement.load_state_dict(_below(_REFINEMENT, weights), assign=True)
            network = FineNetwork(small, refinement)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise WeightsError(f"{path.name} does not hold a Live network.", "Install it again.") from error
    descriptor = network.descriptor
    is_fitted = descriptor is None or (descriptor.is_fitted and float(descriptor.floor.min()) > 0)
    if not is_fitted or not all(bool(torch.isfinite(weight).all()) for weight in weights.values()):
        raise WeightsError(f"{path.name} holds invalid numbers.", "Train it again.")
    return network


def _widths(kind: type[_Widths], text: str) -> _Widths:
    """The widths in a text. Raises ValueError if there are none, or such as no network has."""
    widths = make_checked(kind, parse_object(text))
    if max(vars(widths).values()) > _LARGEST_WIDTH:
        raise ValueError("it claims to be larger than any network")
    return widths


def _below(prefix: str, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}


def _metadata(path: Path) -> dict[str, str]:
    try:
        with safe_open(path, "pt") as file:
            return dict(file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path.name} does not hold weights.", "Install it again.") from error
