"""The original Live network's weights in the form of ours, which works on blocks of pixels; see style_network."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def rearrange(original: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of a StyleNetwork(Widths()) that paints exactly as the original transformer does.

    original: its weights by name ("contract.1.weight" and so on, as described in the card of the model).
    """
    original = {name: tensor.float() for name, tensor in original.items()}
    norms = [f"residual.{block}.conv{number}" for block in range(1, 6) for number in (1, 2)]
    norms += ["expand.1", "expand.2", "expand.3"]
    linear: dict[str, list[Tensor]] = {"weight": [], "bias": []}
    for name in norms:
        repeats = 4 if name in ("expand.2", "expand.3") else 1
        for kind in ("gamma", "beta"):
            for part, rows in linear.items():
                rows.append(original[f"{name}.{kind}.{part}"].repeat_interleave(repeats, 0))
    state = {f"conditions.{part}": torch.cat(rows) for part, rows in linear.items()}
    state["stem.weight"] = _on_blocks(original["contract.1.weight"], from_blocks=True, to_blocks=True)
    state["stem.bias"] = original["contract.1.bias"].repeat_interleave(4)
    state["down_1.weight"] = _on_blocks(original["contract.2.weight"], from_blocks=True, to_blocks=False)
    state["down_1.bias"] = original["contract.2.bias"]
    state["down_2.weight"], state["down_2.bias"] = original["contract.3.weight"], original["contract.3.bias"]
    for block in range(5):
        for number, layer in enumerate(("first", "second"), start=1):
            state[f"blocks.{block}.{layer}.weight"] = original[f"residual.{block + 1}.conv{number}.weight"]
    state["up_1.weight"] = original["expand.1.weight"]
    state["up_2.weight"] = _on_blocks(original["expand.2.weight"], from_blocks=False, to_blocks=True)
    state["out.weight"] = _on_blocks(original["expand.3.weight"], from_blocks=True, to_blocks=True)
    return state


def _on_blocks(weight: Tensor, from_blocks: bool, to_blocks: bool) -> Tensor:
    """A convolution of full-size pixels as one of 2 x 2 blocks. Shapes: (O, I, K, K) -> (O', I', K', K').

    from_blocks: its input comes as blocks; else as a half-size picture that the original enlarges to the nearest.
    to_blocks: its output goes as blocks; else it is one with stride 2.
    """
    outputs, inputs, size, _ = weight.shape
    reach = size // 2
    phases = (0, 1) if to_blocks else (0,)
    low = -reach // 2  # the first block that the first pixel of a block sees
    high = (reach + phases[-1]) // 2
    kernel = high - low + 1
    out_parts, in_parts = (4 if to_blocks else 1), (4 if from_blocks else 1)
    result = weight.new_zeros((outputs, out_parts, inputs, in_parts, kernel, kernel))
    for row in phases:
        for column in phases:
            for y in range(-reach, reach + 1):
                for x in range(-reach, reach + 1):
                    block_y, pixel_y = divmod(row + y, 2)
                    block_x, pixel_x = divmod(column + x, 2)
                    source = pixel_y * 2 + pixel_x if from_blocks else 0
                    taps = weight[:, :, y + reach, x + reach]
                    result[:, row * 2 + column, :, source, block_y - low, block_x - low] += taps
    return result.reshape(outputs * out_parts, inputs * in_parts, kernel, kernel)
