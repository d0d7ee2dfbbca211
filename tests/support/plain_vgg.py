"""VGG as a tutorial writes it: one plain function to compare the engine's encoder with."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, tensor
from torch.nn import functional

CONVOLUTIONS = (2, 2, 3, 3)
MEAN = (0.48235, 0.45882, 0.40784)


def plain_features(
    weights: Mapping[str, Tensor], image: Tensor, pooling: str = "max", padding: str = "replicate"
) -> dict[str, Tensor]:
    """Features of every layer, in the precision of the image, with autograd's graph. Shapes: (1, 3, H, W)."""
    current = (image - tensor(MEAN, dtype=image.dtype).view(1, 3, 1, 1)) * 255
    found: dict[str, Tensor] = {}
    index = 0
    for block, count in enumerate(CONVOLUTIONS, start=1):
        if block > 1 and pooling == "max":
            current = functional.max_pool2d(current, 2)
        elif block > 1:
            current = 1.4 * functional.avg_pool2d(current, 2)
        for number in range(1, count + 1):
            mode = padding if not found else "constant"
            kernel = weights[f"features.{index}.weight"].to(image.dtype)
            bias = weights[f"features.{index}.bias"].to(image.dtype)
            current = functional.relu(functional.conv2d(functional.pad(current, (1, 1, 1, 1), mode=mode), kernel, bias))
            found[f"relu{block}_{number}"] = current
            index += 2
        index += 1
    return found
