"""What may be asked of a network about a picture: numbers of some of its layers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from studio.core.errors import StudioError

EncoderName = Literal[
    "mobilenet_v2", "mobilenet_v2-untrained", "vgg16", "vgg19", "resnet50", "inception_v3", "efficientnet_b0"
]
Pool = Literal["mean", "std", "moments", "covariance", "gram"]

BUNDLED: tuple[EncoderName, ...] = ("mobilenet_v2", "mobilenet_v2-untrained", "vgg16")  # weights come with the studio
RESIDUAL: tuple[EncoderName, ...] = ("resnet50",)  # whose activations are smoothed unless told otherwise


def _relus(*counts: int) -> tuple[str, ...]:
    blocks = enumerate(counts, start=1)
    return tuple(f"relu{block}_{number}" for block, count in blocks for number in range(1, count + 1))


def _numbered(name: str, *numbers: int) -> tuple[str, ...]:
    return tuple(f"{name}.{number}" for number in range(*numbers))


LAYERS: Mapping[EncoderName, tuple[str, ...]] = {
    "mobilenet_v2": _numbered("features", 19),
    "mobilenet_v2-untrained": _numbered("features", 19),
    "vgg16": _relus(2, 2, 3, 3),
    "vgg19": _relus(2, 2, 4, 4, 4),
    "resnet50": (
        "relu",
        "maxpool",
        *_numbered("layer1", 3),
        *_numbered("layer2", 4),
        *_numbered("layer3", 6),
        *_numbered("layer4", 3),
    ),
    "inception_v3": (
        "Conv2d_1a_3x3",
        "Conv2d_2a_3x3",
        "Conv2d_2b_3x3",
        "maxpool1",
        "Conv2d_3b_1x1",
        "Conv2d_4a_3x3",
        "maxpool2",
        *(f"Mixed_{name}" for name in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")),
    ),
    "efficientnet_b0": _numbered("features", 9),
}
STYLE_LAYERS = tuple(f"features.{number}" for number in (3, 6, 10, 13, 14, 16, 18))  # of mobilenet_v2, for style
DEFAULT_LAYERS: Mapping[EncoderName, tuple[str, ...]] = {
    "mobilenet_v2": STYLE_LAYERS,
    "mobilenet_v2-untrained": STYLE_LAYERS,
    "vgg16": ("relu1_1", "relu2_1", "relu3_1", "relu4_1"),
    "vgg19": ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
    "resnet50": ("relu", "layer1.2", "layer2.3", "layer3.5", "layer4.2"),
    "inception_v3": ("Conv2d_2b_3x3", "Conv2d_4a_3x3", "Mixed_5d", "Mixed_6e", "Mixed_7c"),
    "efficientnet_b0": ("features.2", "features.3", "features.5", "features.7", "features.8"),
}
_PART = re.compile(r"(\.[A-Za-z0-9_]{1,40}){1,8}")  # of a layer, such as features.14 followed by .conv.1


@dataclass(frozen=True)
class FeatureQuery:
    """Numbers of some layers of a network. "-untrained": the same network with random weights, to compare with.

    layers: of `LAYERS`, or parts of these as torchvision names them ("features.14.conv.1"), but for VGG.
    pool: "mean" or "std" of each channel; "moments", both; "covariance" and "gram", between channels (of many channels,
    in a random projection that is the same each time). is_smooth: activations are smoothed by a softmax before (SWAG),
    without which those of residual networks are a few peaks.
    Raises StudioError for a layer the network does not have.
    """

    encoder: EncoderName = "mobilenet_v2"
    layers: tuple[str, ...] = STYLE_LAYERS
    pool: Pool = "moments"
    is_smooth: bool = False

    def __post_init__(self) -> None:
        if self.encoder not in LAYERS:
            raise StudioError(f"There is no encoder {self.encoder!r}.", f"Choose one of {', '.join(LAYERS)}.")
        if self.pool not in get_args(Pool):
            raise StudioError(f"There is no pooling {self.pool!r}.", f"Choose one of {', '.join(get_args(Pool))}.")
        unknown = [layer for layer in self.layers if not _has(self.encoder, layer)]
        if unknown or not self.layers:
            raise no_such_layer(self.encoder, unknown[0] if unknown else "")


def no_such_layer(encoder: EncoderName, layer: str) -> StudioError:
    """What is said of a layer that a network does not have."""
    known, said = LAYERS[encoder], re.sub(r"\s+", " ", layer)
    return StudioError(
        f"{encoder} has no layer {said!r}.",
        f"Its layers are {known[0]} to {known[-1]}: {', '.join(known)}.",
    )


def _has(encoder: EncoderName, layer: str) -> bool:
    if layer in LAYERS[encoder]:
        return True
    own = max((name for name in LAYERS[encoder] if layer.startswith(f"{name}.")), key=len, default="")
    return bool(own) and not encoder.startswith("vgg") and _PART.fullmatch(layer.removeprefix(own)) is not None
