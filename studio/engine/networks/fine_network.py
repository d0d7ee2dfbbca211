"""The larger Live network: the small one, and a second network that refines what it painted, with the photo at hand.

The small network brings colours and the scale of strokes; the second one (a U-Net, source: Ronneberger et al. 2015)
sees photo and painting side by side and adds a difference to the painting. Its normalisations are conditioned by the
style vector as in `style_network.py`, and by a texture descriptor of the style, which tells works apart that no
network here was trained on. Two things keep patterns out of flat areas: what is enlarged is interpolated
before it is convolved (Odena et al. 2016), and what is put together from the pixels of blocks is smoothed by a kernel
that lets no checkerboard through (Sugawara et al. 2018).
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.generators import run_to_end
from studio.engine.networks.style_network import VECTOR, Norm, Normalizer, Statistics, StyleNetwork, by_size
from studio.engine.networks.texture_descriptor import TextureDescriptor

GRID = 8  # px; sizes are continued to a multiple of it
HIDDEN, DESCRIBED = 128, 256  # numbers between style vector and conditions, and between descriptor and conditions
CALM = 1e-3  # added to variances: channels in which nothing happens stay calm
_BRANCH = 0.3  # scale of what a block adds, before anything is learnt
_CONTRAST = 4.0  # pixels are brought to -2 ... 2


@dataclass(frozen=True)
class RefinementWidths:
    """Channels at half, quarter and eighth size; blocks at quarter size on the way down, at eighth, on the way up.

    descriptor: numbers of the texture descriptor that follow the style vector's; 0: the vector alone has a say.
    """

    half: int = 32
    quarter: int = 64
    eighth: int = 128
    down: int = 1
    middle: int = 4
    up: int = 2
    descriptor: int = 0


class RefinementNetwork(nn.Module):
    """Adds to a painting what it lacks. `conditions` says how; it follows from the style vector."""

    def __init__(self, widths: RefinementWidths) -> None:
        super().__init__()
        self.widths = widths
        half, quarter, eighth = widths.half, widths.quarter, widths.eighth
        per_block = [*[quarter] * widths.down, *[eighth] * widths.middle, *[quarter] * widths.up, half]
        self.norms, plain, start = [], [], 0
        for channels in per_block:
            for scale in (1.0, _BRANCH):
                self.norms.append(Norm(channels, channels, start))
                plain += [torch.full((channels,), scale), torch.zeros(channels)]
                start += 2 * channels
        self.hidden_1, self.hidden_2 = nn.Linear(VECTOR, HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        self.condition = nn.Linear(HIDDEN, start)
        self.descriptor = TextureDescriptor(widths.descriptor) if widths.descriptor else None
        if self.descriptor is not None:
            self.described = nn.Sequential(
                nn.Linear(widths.descriptor, DESCRIBED), nn.ReLU(), nn.Linear(DESCRIBED, start)
            )
            self.described_directly = nn.Linear(widths.descriptor, start, bias=False)
        self.stem = nn.Conv2d(24, half, 3)
        self.down_1 = nn.Conv2d(half, quarter, 3, stride=2)
        self.first = nn.ModuleList(_Block(quarter) for _ in range(widths.down))
        self.down_2 = nn.Conv2d(quarter, eighth, 3, stride=2)
        self.middle = nn.ModuleList(_Block(eighth) for _ in range(widths.middle))
        self.up_1 = nn.Conv2d(eighth, quarter, 3)
        self.last = nn.ModuleList(_Block(quarter) for _ in range(widths.up))
        self.up_2 = nn.Conv2d(quarter, half, 3)
        self.detail = _Block(half)
        self.out = nn.Conv2d(half, 12, 3)
        with torch.no_grad():
            self.condition.weight.mul_(0.3)
            self.condition.bias.copy_(torch.cat(plain))
            if self.descriptor is not None:  # it has no say before anything is learnt
                for layer in (self.described[-1], self.described_directly):
                    for weight in layer.parameters():
                        nn.init.zeros_(weight)
            self.out.weight.mul_(0.1)
            nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    @property
    def reach(self) -> int:
        """Pixels around a pixel that have a say in it, apart from the statistics; a multiple of GRID."""
        at_quarter = 2 * (self.widths.down + self.widths.up) + 3
        return GRID * (2 * self.widths.middle + 3) + GRID // 2 * at_quarter + 2 * GRID

    def conditions(self, vector: Tensor) -> Tensor:
        """Scales and shifts of the normalisations. Shapes: (B, vector_length) -> (B, N)."""
        hidden = functional.relu(self.hidden_2(functional.relu(self.hidden_1(vector[:, :VECTOR]))))
        conditions: Tensor = self.condition(hidden)
        if self.descriptor is None:
            return conditions
        described = vector[:, VECTOR:]
        conditions += self.described(described) + self.described_directly(described)
        return conditions

    def forward(self, photo: Tensor, painted: Tensor, normalize: Normalizer) -> Tensor:
        """The painting, refined. Shapes: (B, 3, H, W) each, about [0, 1] -> the same; H and W multiples of GRID."""
        return run_to_end(self.refining(photo, painted, normalize))

    def refining(self, photo: Tensor, painted: Tensor, normalize: Normalizer) -> Generator[None, None, Tensor]:
        """As `forward`; yields between its parts."""
        pixels = (torch.cat((photo, painted), 1) - 0.5) * _CONTRAST
        pixels = functional.pixel_unshuffle(pixels, 2).contiguous(memory_format=torch.channels_last)
        half = functional.relu(self.stem(_mirrored(pixels)))
        quarter = functional.relu(self.down_1(_mirrored(half)))
        for block in self.first:
            yield
            quarter = block(quarter, normalize)
        eighth = functional.relu(self.down_2(_mirrored(quarter)))
        for block in self.middle:
            yield
            eighth = block(eighth, normalize)
        quarter = quarter + _enlarged(self.up_1(_mirrored(eighth)))
        for block in self.last:
            yield
            quarter = block(quarter, normalize)
        yield
        half = half + _enlarged(self.up_2(_mirrored(quarter)))
        half = self.detail(half, normalize)
        yield
        return painted + _smoothed(functional.pixel_shuffle(self.out(_mirrored(half)), 2).float())


class FineNetwork(nn.Module):
    """Paints a picture by both networks, one after the other. To be used as a StyleNetwork."""

    def __init__(self, live: StyleNetwork, refinement: RefinementNetwork, is_bfloat16: bool = False) -> None:
        """is_bfloat16: compute the second network in it; see `probes.py`."""
        super().__init__()
        self.live, self.refinement, self.is_bfloat16 = live, refinement, is_bfloat16

    @property
    def reach(self) -> int:
        """Pixels around a pixel that have a say in it, apart from the statistics."""
        return self.live.reach + self.refinement.reach

    @property
    def descriptor(self) -> TextureDescriptor | None:
        """What describes the styles for it, besides their vectors."""
        return self.refinement.descriptor

    @property
    def vector_length(self) -> int:
        """How many numbers it knows a style by: its style vector, and its descriptor if there is one."""
        return VECTOR + self.refinement.widths.descriptor

    def conditions(self, vector: Tensor) -> Tensor:
        """Conditions of both networks. Shapes: (B, vector_length) -> (B, N)."""
        return torch.cat((self.live.conditions(vector[:, :VECTOR]), self.refinement.conditions(vector)), 1)

    def forward(
        self, content: Tensor, conditions: Tensor, statistics: Statistics | None = None, shares: Tensor | None = None
    ) -> Tensor:
        """The artwork. Shapes, statistics and shares: as of `StyleNetwork.forward`.

        Statistics may be those of the small network alone; the second one has its own then.
        """
        return run_to_end(self.painting(content, conditions, statistics, shares))

    def painting(
        self, content: Tensor, conditions: Tensor, statistics: Statistics | None = None, shares: Tensor | None = None
    ) -> Generator[None, None, Tensor]:
        """As `forward`; yields between its parts, so that others get their turn."""
        painted, normalizer = self._painted(content, conditions, statistics, shares)
        yield
        refined = yield from self._refining(content, painted, normalizer)
        return refined if torch.is_grad_enabled() else refined.clamp_(0, 1)

    def measure(
        self, content: Tensor, conditions: Tensor, shares: Tensor | None = None, live: Statistics | None = None
    ) -> Statistics:
        """The statistics of a whole picture, at the size it is given in. Shapes: as in `forward`.

        live: those that the small network paints it with, in place of its own.
        """
        own, others = self._split(conditions)
        reduced = by_size(shares, GRID)
        normalizer = Normalizer(self.refinement.norms, others, None, reduced, is_recording=True, epsilon=CALM)
        self.refine(content, self.live(content, own, live, shares), normalizer)
        return (*(live or self.live.measure(content, own, shares)), *normalizer.recorded)

    def refine(self, photo: Tensor, painted: Tensor, normalize: Normalizer) -> Tensor:
        """The second network alone, at any size. Shapes: (B, 3, H, W) each -> the same."""
        return run_to_end(self._refining(photo, painted, normalize))

    def _refining(self, photo: Tensor, painted: Tensor, normalize: Normalizer) -> Generator[None, None, Tensor]:
        height, width = photo.shape[2:]
        beyond = (0, -width % GRID, 0, -height % GRID)
        if any(beyond):
            photo, painted = (functional.pad(image, beyond, mode="replicate") for image in (photo, painted))
        photo = photo.expand(painted.shape[0], -1, -1, -1)  # one photo under several conditions
        parts = self.refinement.refining(photo, painted, normalize)
        while True:
            with self._precision(photo.device):  # not while others work
                try:
                    next(parts)
                except StopIteration as stop:
                    refined: Tensor = stop.value
                    return refined[:, :, :height, :width]
            yield

    def _precision(self, device: torch.device) -> AbstractContextManager[object]:
        if not torch.amp.is_autocast_available(device.type):
            return nullcontext()
        return torch.autocast(device.type, torch.bfloat16, enabled=self.is_bfloat16)

    def _painted(
        self, content: Tensor, conditions: Tensor, statistics: Statistics | None, shares: Tensor | None
    ) -> tuple[Tensor, Normalizer]:
        """The small network's picture, and the normalisations of the second network."""
        own, others = self._split(conditions)
        count = self.live.statistics_count
        parts = (None, None) if statistics is None else (statistics[:count], statistics[count:] or None)
        painted = self.live(content, own, parts[0], shares)
        return painted, Normalizer(self.refinement.norms, others, parts[1], by_size(shares, GRID), epsilon=CALM)

    def _split(self, conditions: Tensor) -> tuple[Tensor, Tensor]:
        own = self.live.conditions_count
        return conditions[:, :own], conditions[:, own:]


LiveNetwork = StyleNetwork | FineNetwork


def small_network_of(network: LiveNetwork) -> StyleNetwork:
    """The network itself, or the one below a larger one."""
    return network.live if isinstance(network, FineNetwork) else network


class VectorPainter(nn.Module):
    """A network from the style vector on, for training: one call, in which its weights may be others."""

    def __init__(self, network: LiveNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, content: Tensor, vector: Tensor) -> Tensor:
        """Shapes: content (B, 3, H, W), vector (B or 1, vector_length of the network) -> (B, 3, H, W)."""
        painted: Tensor = self.network(content, self.network.conditions(vector))
        return painted


class _Block(nn.Module):
    """A residual block with two normalisations."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, bias=False)
        self.second = nn.Conv2d(channels, channels, 3, bias=False)
        for layer in (self.first, self.second):
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, source: Tensor, normalize: Normalizer) -> Tensor:
        inner = functional.relu(normalize(self.first(_mirrored(source))))
        return source + normalize(self.second(_mirrored(inner)))


def _mirrored(features: Tensor) -> Tensor:
    return functional.pad(features, (1, 1, 1, 1), mode="reflect")


def _enlarged(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)


def _smoothed(image: Tensor) -> Tensor:
    """Weights of 1, 2, 1 along both axes: of what changes from pixel to pixel nothing is left."""
    image = functional.pad(image, (1, 1, 1, 1), mode="replicate")
    image = (image[:, :, :-2] + 2 * image[:, :, 1:-1] + image[:, :, 2:]) / 4
    return (image[..., :-2] + 2 * image[..., 1:-1] + image[..., 2:]) / 4
