"""The style network with what was learnt of a style added to its weights; and which weights may be learnt."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.core.errors import WeightsError
from studio.engine.networks.fine_network import FineNetwork, LiveNetwork

LEARNT_BLOCKS = 2  # the last residual blocks; what is before them sees, and stays as it is
# Of a change of a larger layer, as a matrix with a row for each channel that goes out. It is a fifth of the file, and
# pictures have the same errors to three digits; with rank 4, the style was 2 per cent farther off.
RANK = 16
_LEFT, _RIGHT = ".left", ".right"  # after the name of a weight: factors of its change, (out, R) and (R, the rest)


def learnable_groups(network: LiveNetwork) -> tuple[tuple[str, ...], ...]:
    """The names of the weights that a style may change, in the order in which they are unfrozen: from the end.

    Of the small network those that paint; encoder and first blocks stay frozen. Of the larger one all of the second
    network, but for what leads to its conditions and biases that normalisations take away again.
    """
    if isinstance(network, FineNetwork):
        names = [name for name, _ in network.refinement.named_parameters() if name.endswith("weight")]
        return tuple(
            tuple(f"refinement.{name}" for name in names if name.startswith(parts)) + extra
            for parts, extra in (
                (("up_", "last.", "detail.", "out."), ("refinement.condition.bias",)),
                (("middle.",), ()),
                (("stem.", "down_", "first."), ()),
            )
        )
    first = network.widths.blocks - LEARNT_BLOCKS
    blocks = [f"blocks.{number}.{part}.weight" for number in range(first, first + 2) for part in ("first", "second")]
    return ("up_1.weight", "up_2.weight", "out.weight", "conditions.bias"), tuple(blocks)


def learnable_weights(network: LiveNetwork) -> tuple[str, ...]:
    """The names of all weights that a style may change."""
    return tuple(name for group in learnable_groups(network) for name in group)


def with_learned(network: LiveNetwork, parts: Sequence[tuple[Mapping[str, NDArray[np.float16]], float]]) -> LiveNetwork:
    """A network that paints as the given one with the changes of several styles, each in its share; frozen.

    Where nothing was changed it is the given one. Raises WeightsError if a change does not fit the network.
    """
    changes = [(delta, share) for delta, share in parts if delta and share]
    if not changes:
        return network
    changed = copy.deepcopy(network)
    weights, allowed = changed.state_dict(), learnable_weights(network)
    with torch.no_grad():
        for delta, share in changes:
            for name in {name.removesuffix(_LEFT).removesuffix(_RIGHT): None for name in delta}:
                if name not in allowed:
                    raise _no_fit()
                numbers = _whole(name, delta, tuple(weights[name].shape))
                weights[name] += share * torch.from_numpy(numbers).to(weights[name].device)
    return changed


def changes_of(learnt: LiveNetwork, network: LiveNetwork) -> dict[str, NDArray[np.float16]]:
    """What `with_learned` has to add to `network` to have `learnt` again, but for rounding; large ones by RANK."""
    weights, before = learnt.state_dict(), network.state_dict()
    changes: dict[str, NDArray[np.float16]] = {}
    for name in learnable_weights(network):
        difference: Tensor = (weights[name] - before[name]).cpu()
        if not bool(difference.any()):
            continue
        rows = difference.flatten(1) if difference.dim() > 1 else difference[:, None]
        if 2 * RANK * sum(rows.shape) > rows.numel():
            changes[name] = difference.half().contiguous().numpy()
            continue
        left, scales, right = torch.linalg.svd(rows.float(), full_matrices=False)
        root = scales[:RANK].sqrt()  # shared by both, so that neither leaves what float16 can hold
        changes[name + _LEFT] = (left[:, :RANK] * root).half().contiguous().numpy()
        changes[name + _RIGHT] = (root[:, None] * right[:RANK]).half().contiguous().numpy()
    return changes


def _whole(name: str, delta: Mapping[str, NDArray[np.float16]], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The change of a weight of this shape, its factors multiplied. Raises WeightsError if it has another shape."""
    if name in delta:
        parts = [delta[name]]
        fits = delta[name].shape == shape
    else:
        parts = [delta[part] for part in (name + _LEFT, name + _RIGHT) if part in delta]
        rank = parts[0].shape[-1]
        fits = [part.shape for part in parts] == [(shape[0], rank), (rank, math.prod(shape[1:]))]
    if not fits:
        raise _no_fit()
    factors = [part.astype(np.float32) for part in parts]
    whole: NDArray[np.float32] = factors[0] if len(factors) == 1 else factors[0] @ factors[1]
    return whole.reshape(shape)


def _no_fit() -> WeightsError:
    return WeightsError("This style does not fit the network.", "Learn it again from its pictures.")
