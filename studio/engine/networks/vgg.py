"""VGG as encoder, up to named layers, run segment by segment so that nobody has to wait for a whole pass."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass
from typing import Literal, Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.generators import run_to_end
from studio.engine.networks.probes import choose_dtype, choose_winograd
from studio.engine.networks.winograd import WinogradConvolution

Pooling = Literal["max", "average"]
Padding = Literal["replicate", "reflect"]

# Times the average of four features: so they stay as strong as with max pooling, which the next layers were trained on.
# Measured on ten pictures at 384 px, relu2_1 to relu4_3 of VGG-16: 0.9 to 1.16 of that strength, where a plain average
# leaves 0.34 in block 4. Crowson's style-transfer-pytorch multiplies by 2, which makes it 2.8.
AVERAGE_SCALE = 1.4
LEAST_CHANNELS = 128 * 128  # in times out; below, Winograd's way costs more in additions than it saves


@dataclass(frozen=True)
class EncoderLayout:
    """Architecture and input convention of one set of weights.

    convolutions: per block, how many. mean, scale: the input is (RGB in [0, 1] - mean) * scale.
    """

    name: str
    convolutions: tuple[int, ...]
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]

    @property
    def layers(self) -> tuple[tuple[str, int], ...]:
        """(layer name such as "relu3_1", index of its convolution in torchvision's `features`), in order."""
        names, index = [], 0
        for block, count in enumerate(self.convolutions, start=1):
            for number in range(1, count + 1):
                names.append((f"relu{block}_{number}", index))
                index += 2  # the convolution and its ReLU
            index += 1  # the pooling
        return tuple(names)


@dataclass
class ActivationTape:
    """Activations of one pass: per segment, the input (a leaf) and the output that hangs on it."""

    segments: list[tuple[str, Tensor, Tensor]]

    def __getitem__(self, layer: str) -> Tensor:
        """Features (1, C, h, w) of a layer."""
        return next(output for name, _, output in self.segments if name == layer)


class Encoder(nn.Module):
    """A frozen VGG in evaluation mode, from sRGB in [0, 1] to the features of named layers.

    Its `state_dict` has torchvision's names ("features.0.weight" and so on). Weights and features are in one dtype and
    in `memory_format`; channels_last is what CPUs and tensor cores like best. The border of the picture is continued
    ("replicate") or mirrored ("reflect") for the first layer; zeros there would print a dark frame into every
    statistic. With `is_winograd` the layers with many channels are convolved in that way while the encoder is on a
    processor, which gives the same up to rounding.
    Source: Simonyan & Zisserman 2014.
    """

    mean: Tensor  # (1, 3, 1, 1) float32 whatever the weights are in, as `scale`: bfloat16 would shift every colour
    scale: Tensor

    def __init__(
        self,
        layout: EncoderLayout,
        weights: Mapping[str, Tensor],
        device: torch.device,
        dtype: torch.dtype,
        pooling: Pooling = "max",
        padding: Padding = "replicate",
        memory_format: torch.memory_format = torch.channels_last,
        is_winograd: bool = False,
    ) -> None:
        """weights: of the layout's first layers, by torchvision's names; others are left out."""
        super().__init__()
        self.layout = layout
        self._pooling, self._padding, self._memory_format = pooling, padding, memory_format
        self._is_winograd = is_winograd
        self._winograd: dict[str, WinogradConvolution] = {}
        self._indices = {name: str(index) for name, index in layout.layers if f"features.{index}.weight" in weights}
        own = {
            f"features.{index}.{part}": weights[f"features.{index}.{part}"].float()
            for index in self._indices.values()
            for part in ("weight", "bias")
        }
        self.features = nn.ModuleDict(
            {index: _empty_convolution(own[f"features.{index}.weight"]) for index in self._indices.values()}
        )
        self.register_buffer("mean", torch.empty(0), persistent=False)
        self.register_buffer("scale", torch.empty(0), persistent=False)
        self.register_load_state_dict_post_hook(lambda encoder, _: encoder._prepare())  # type: ignore[no-untyped-call]
        self.load_state_dict(own, assign=True)
        self.requires_grad_(False).eval()
        self.to(device, dtype).to(memory_format=memory_format)

    def __call__(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        """As `forward`, with its types."""
        features: dict[str, Tensor] = super().__call__(image, layers)
        return features

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._convolution(self.layers[0]).weight.device

    @property
    def dtype(self) -> torch.dtype:
        """Of weights and features."""
        return self._convolution(self.layers[0]).weight.dtype

    @property
    def key(self) -> tuple[str, ...]:
        """The same for encoders that see alike, but for rounding."""
        return self.layout.name, self._pooling, self._padding, str(self.dtype)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers there are weights for, in order."""
        return tuple(self._indices)

    def with_pooling(self, pooling: Pooling) -> Encoder:
        """The same with another pooling; both share the weights."""
        other = copy.copy(self)
        other._pooling = pooling
        return other

    def stride(self, layer: str) -> int:
        """Pixels per feature along each edge."""
        return int(2 ** (int(layer[4]) - 1))

    def margin(self, layers: Collection[str]) -> int:
        """Pixels around a part of a picture that have a say in the gradient at that part, from losses at `layers`.

        The part starts and ends where cells of features do. A pixel is seen by features `reach` px from their cell, and
        those see as far to the other side. 90 px for VGG-16 and 94 px for VGG-19 up to relu4_3.
        """
        deepest = self._deepest(layers)
        above = self.layers[: self.layers.index(deepest) + 1]
        reach = sum(self.stride(layer) * (self._convolution(layer).kernel_size[0] // 2) for layer in above)
        stride = self.stride(deepest)
        return math.ceil(reach / stride) * stride + reach

    def forward(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        """Features by layer, without gradients, in one go. Shapes: (1, 3, H, W) -> (1, C, H / stride, W / stride)."""
        tape = run_to_end(self.trace(image, layers, with_gradient=False))
        return {layer: tape[layer] for layer in layers}

    def trace(
        self, image: Tensor, layers: Collection[str], with_gradient: bool = True
    ) -> Generator[None, None, ActivationTape]:
        """Run up to the deepest of `layers`, yielding after each segment. image: (1, 3, H, W) in [0, 1]."""
        deepest = self._deepest(layers)
        tape = ActivationTape([])
        current = image
        for layer in self.layers:
            if layer.endswith("_1") and layer != "relu1_1":
                current = self._segment(tape, f"pool{layer[4]}", current, with_gradient)
                yield
            current = self._segment(tape, layer, current, with_gradient)
            yield
            if layer == deepest:
                break
        return tape

    def backward(self, tape: ActivationTape, gradients: Mapping[str, Tensor]) -> Generator[None, None, Tensor]:
        """Gradient at the image from gradients at some layers, yielding after each segment. Shapes: as the features."""
        gradient: Tensor | None = None
        while tape.segments:
            name, source, output = tape.segments.pop()  # frees each activation as soon as it has been used
            if name in gradients:
                gradient = gradients[name] if gradient is None else gradient.add_(gradients[name])
            if gradient is not None:
                (gradient,) = torch.autograd.grad(output, source, gradient)
                yield
        if gradient is None:
            raise ValueError("no gradient was given for any layer of the tape")
        return gradient

    def _deepest(self, layers: Collection[str]) -> str:
        return max(layers, key=self.layers.index)

    def _segment(self, tape: ActivationTape, name: str, source: Tensor, with_gradient: bool) -> Tensor:
        # One leaf per segment: autograd then goes back through one segment at a time.
        source = source.detach().requires_grad_(with_gradient)
        with torch.set_grad_enabled(with_gradient):  # no yield inside: the mode must not leak into other code
            output = self._pool(source) if name.startswith("pool") else self.convolve(name, source)
        tape.segments.append((name, source, output))
        return output

    def convolve(self, layer: str, source: Tensor) -> Tensor:
        """One layer, ReLU included, from the output of the one before (from the image for relu1_1).

        Shapes: (1, C, h, w) -> (1, C', h, w).
        """
        if layer in self._winograd:
            return self._winograd[layer](source)
        convolution = self._convolution(layer)
        if layer == "relu1_1":
            source = ((source - self.mean) * self.scale).to(convolution.weight.dtype)
            source = functional.pad(source, (1, 1, 1, 1), mode=self._padding)
            source = source.contiguous(memory_format=self._memory_format)
        padding = 0 if layer == "relu1_1" else 1
        return functional.relu_(functional.conv2d(source, convolution.weight, convolution.bias, padding=padding))

    def _convolution(self, layer: str) -> nn.Conv2d:
        return cast(nn.Conv2d, self.features[self._indices[layer]])

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """What `to`, `cuda`, `bfloat16` and the like come down to."""
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        self._prepare()
        return self

    def _prepare(self) -> None:
        """Make what follows from layout and weights. In place, for encoders of another pooling share it."""
        device = self.device
        self.mean, self.scale = (
            torch.tensor(values, device=device, dtype=torch.float32).view(1, 3, 1, 1)
            for values in (self.layout.mean, self.layout.scale)
        )
        self._winograd.clear()
        for layer in self.layers if self._is_winograd and device.type == "cpu" else ():
            convolution = self._convolution(layer)
            if convolution.in_channels * convolution.out_channels >= LEAST_CHANNELS:
                self._winograd[layer] = WinogradConvolution(convolution.weight, cast(Tensor, convolution.bias))

    def _pool(self, source: Tensor) -> Tensor:
        if self._pooling == "max":
            return functional.max_pool2d(source, 2)
        return functional.avg_pool2d(source, 2) * AVERAGE_SCALE


def _empty_convolution(weight: Tensor) -> nn.Conv2d:
    """A convolution for such weights (O, I, K, K), without memory for them yet."""
    outputs, inputs, size, _ = weight.shape
    return nn.Conv2d(inputs, outputs, size, device="meta")


def best_encoder(layout: EncoderLayout, weights: Mapping[str, Tensor], device: torch.device) -> Encoder:
    """An encoder that computes as is quickest on the device."""
    dtype = choose_dtype(device)
    return Encoder(layout, weights, device, dtype, is_winograd=choose_winograd(device, dtype))
