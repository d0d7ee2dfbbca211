"""What may be asked of a network about a picture: numbers of some of its layers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from studio.core.errors import StudioError

EncoderName = Literal["mobilenet_v2", "mobilenet_v2-untrained", "vgg16"]
Pool = Literal["mean", "moments", "covariance"]

LAYERS: Mapping[EncoderName, tuple[str, ...]] = {
    "mobilenet_v2": tuple(f"features.{number}" for number in range(19)),
    "mobilenet_v2-untrained": tuple(f"features.{number}" for number in range(19)),
    "vgg16": tuple(
        f"relu{block}_{number}" for block, count in enumerate((2, 2, 3, 3), start=1) for number in range(1, count + 1)
    ),
}
STYLE_LAYERS = tuple(f"features.{number}" for number in (3, 6, 10, 13, 14, 16, 18))  # of mobilenet_v2, for style


@dataclass(frozen=True)
class FeatureQuery:
    """Numbers of some layers of a network. "-untrained": the same network with random weights, to compare with.

    pool: "mean" of each channel; "moments", mean and deviation; "covariance" between channels (of many channels, in a
    random projection that is the same each time). Raises StudioError for a layer the network does not have.
    """

    encoder: EncoderName = "mobilenet_v2"
    layers: tuple[str, ...] = STYLE_LAYERS
    pool: Pool = "moments"

    def __post_init__(self) -> None:
        if self.encoder not in LAYERS:
            raise StudioError(f"There is no encoder {self.encoder!r}.", f"Choose one of {', '.join(LAYERS)}.")
        if self.pool not in get_args(Pool):
            raise StudioError(f"There is no pooling {self.pool!r}.", f"Choose one of {', '.join(get_args(Pool))}.")
        known = LAYERS[self.encoder]
        unknown = [layer for layer in self.layers if layer not in known]
        if unknown or not self.layers:
            first = re.sub(r"\s+", " ", unknown[0]) if unknown else ""
            raise StudioError(
                f"{self.encoder} has no layer {first!r}.",
                f"Its layers are {known[0]} to {known[-1]}: {', '.join(known)}.",
            )
