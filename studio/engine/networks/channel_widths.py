"""Live networks with more channels in their layers, or with fewer, made from one that was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.networks.style_network import StyleNetwork, Widths


def with_widths(network: StyleNetwork, widths: Widths, generator: torch.Generator) -> StyleNetwork:
    """A network of other widths, made from this one by `narrow` where they are smaller and `widen` where larger."""
    old, new = asdict(network.widths), asdict(widths)
    common = Widths(**{name: min(old[name], new[name]) for name in old})
    state = widen(narrow(network.state_dict(), network.widths, common), common, widths, generator)
    changed = StyleNetwork(widths)
    changed.load_state_dict(state)
    return changed.to(memory_format=torch.channels_last)


def narrow(state: Mapping[str, Tensor], old: Widths, new: Widths) -> dict[str, Tensor]:
    """The state of a narrower network without the last channels of its layers, those that `widen` added last.

    It paints as before where nobody listened to them, else differently and has to learn. Widths may only shrink.
    """
    _check_widths(new, old)
    narrower = StyleNetwork(new)
    target = {
        name: state[name][tuple(slice(length) for length in tensor.shape)].clone()
        for name, tensor in narrower.state_dict().items()
        if not name.startswith("conditions.")
    }
    rows = _shared_rows(narrower, StyleNetwork(old))
    return target | {name: state[name][rows] for name in ("conditions.weight", "conditions.bias")}


def widen(state: Mapping[str, Tensor], old: Widths, new: Widths, generator: torch.Generator) -> dict[str, Tensor]:
    """The state of a wider network that paints exactly as the given one does, with room to learn.

    New channels are computed with small random weights, and nobody listens to them yet: their outgoing weights are 0.
    Source: Chen et al. 2016, "Net2Net", whose copied channels this replaces by new ones. Widths may only grow; stem and
    last stay, for their channels are the pixels of blocks.
    """
    _check_widths(old, new)
    wider = StyleNetwork(new)
    target = wider.state_dict()
    for name, tensor in target.items():
        if name.endswith(".weight") and not name.startswith("conditions."):
            known = state[name]
            fresh = torch.randn(tensor.shape, generator=generator) * tensor[0].numel() ** -0.5
            fresh[: known.shape[0], known.shape[1] :] = 0.0
            fresh[: known.shape[0], : known.shape[1]] = known
            target[name] = fresh
        elif name.endswith(".bias") and not name.startswith("conditions."):
            target[name] = functional.pad(state[name], (0, tensor.shape[0] - state[name].shape[0]))
    rows = _shared_rows(StyleNetwork(old), wider)
    plain = {
        "conditions.weight": torch.zeros_like(wider.conditions.weight),
        "conditions.bias": wider.plain_conditions(),
    }
    return target | {name: tensor.index_copy(0, rows, state[name]) for name, tensor in plain.items()}


def _check_widths(smaller: Widths, larger: Widths) -> None:
    if any(getattr(smaller, field.name) > getattr(larger, field.name) for field in fields(Widths)):
        raise ValueError("it can only become wider, or only narrower")
    if (smaller.stem, smaller.last, smaller.blocks) != (larger.stem, larger.last, larger.blocks):
        raise ValueError("stem, last and the number of blocks cannot change")


def _shared_rows(narrower: StyleNetwork, wider: StyleNetwork) -> Tensor:
    """Where each of the narrower network's conditions is among those of the wider one. Shapes: (N,) of the narrower."""
    return torch.tensor(
        [
            large.start + kind * large.channels + channel
            for small, large in zip(narrower.norms, wider.norms, strict=True)
            for kind in (0, 1)  # scales, shifts
            for channel in range(small.channels)
        ]
    )
