"""The Live network: an encoder-decoder whose every normalisation is conditioned by a style vector.

Source: Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural artistic stylization network", and
Dumoulin et al. 2017, "A learned representation for artistic style". It departs from them in one thing: the layers they
run at full size are run at half size on the four pixels of a 2 x 2 block side by side, which a processor does several
times as fast; `magenta_weights.py` turns the weights of the original into this form.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-5  # added to variances, as in the original
VECTOR = 100  # numbers in a style vector
GRID = 4  # px; sizes are continued to a multiple of it


@dataclass(frozen=True)
class Widths:
    """Channels of the layers. The defaults are those of the original network.

    stem, last: after the first and before the last layer, at half size, multiples of 4. down, up: at half size on the
    way down and up. body: at quarter size, where the residual blocks are. inside: between the two layers of a block.
    """

    stem: int = 32
    down: int = 16
    body: int = 32
    inside: int = 32
    up: int = 16
    last: int = 32
    blocks: int = 5


@dataclass(frozen=True)
class Norm:
    """One conditioned normalisation.

    groups: in so many are the channels normalised together. start: where its scales begin among the conditions; its
    shifts follow them.
    """

    channels: int
    groups: int
    start: int


Statistics = tuple[tuple[Tensor, Tensor], ...]
"""Mean and inverse deviation, float32, of what is centred and of each normalisation, (B, groups), as they are run."""


class StyleNetwork(nn.Module):
    """Paints a picture at once. `conditions` says how; it is linear in the style vector."""

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.widths = widths
        channels = [*[widths.inside, widths.body] * widths.blocks, widths.up, widths.last, 12]
        # The four pixels of a block are one channel of the original: they keep common statistics.
        groups = [*channels[:-2], widths.last // 4, 3]
        self.norms, start = [], 0
        for count, parts in zip(channels, groups, strict=True):
            self.norms.append(Norm(count, parts, start))
            start += 2 * count
        self.conditions = nn.Linear(VECTOR, start)
        self.stem = nn.Conv2d(12, widths.stem, 5)
        self.down_1 = nn.Conv2d(widths.stem, widths.down, 2)
        self.down_2 = nn.Conv2d(widths.down, widths.body, 3, stride=2)
        self.blocks = nn.ModuleList(_Block(widths.body, widths.inside) for _ in range(widths.blocks))
        self.up_1 = nn.Conv2d(widths.body, widths.up, 3, bias=False)
        self.up_2 = nn.Conv2d(widths.up, widths.last, 3, bias=False)
        self.out = nn.Conv2d(widths.last, 12, 5, bias=False)

    @property
    def reach(self) -> int:
        """Pixels around a pixel that have a say in it, apart from the statistics; a multiple of GRID."""
        return GRID * (2 * self.widths.blocks + 5)

    @property
    def descriptor(self) -> None:
        """What describes the styles for it, besides their vectors: nothing."""
        return None

    @property
    def vector_length(self) -> int:
        """How many numbers it knows a style by."""
        return VECTOR

    @property
    def conditions_count(self) -> int:
        """How many numbers `conditions` gives for each picture."""
        return self.conditions.out_features

    @property
    def statistics_count(self) -> int:
        """How many pairs of statistics `measure` gives."""
        return 1 + len(self.norms)

    def in_bfloat16(self) -> StyleNetwork:
        """A copy that computes in bfloat16 what comes after the first three layers, for painting alone.

        Those see the picture itself: rounded there, a sky of faint gradients came out in other patterns. So did one
        whose features were rounded with their mean in them, which `Normalizer.centred` takes away. Float32 are also
        statistics, the last normalisation and what comes out.
        """
        network = copy.deepcopy(self)
        for part in (network.blocks, network.up_1, network.up_2, network.out):
            part.bfloat16()
        return network

    def plain_conditions(self) -> Tensor:
        """Conditions under which nothing is scaled or shifted. Shapes: (N,)."""
        conditions = torch.zeros_like(self.conditions.bias)
        for norm in self.norms:
            conditions[norm.start : norm.start + norm.channels] = 1.0
        return conditions

    def forward(
        self, content: Tensor, conditions: Tensor, statistics: Statistics | None = None, shares: Tensor | None = None
    ) -> Tensor:
        """The artwork. Shapes: content (B, 3, H, W) in [0, 1], conditions (B or 1, N) -> (B, 3, H, W) in [0, 1].

        statistics: of another picture, from `measure`, instead of its own: a tile is painted as a part of the whole.
        shares: (1, R, H, W), summing to 1 at each place, of R conditions (R, N) of one picture, which are mixed there.
        Statistics may be one for each of these, then a place is painted as if all of the picture were like it.
        """
        return self._run(content, Normalizer(self.norms, conditions, statistics, by_size(shares, GRID)))

    def measure(self, content: Tensor, conditions: Tensor, shares: Tensor | None = None) -> Statistics:
        """The statistics of a whole picture, at the size it is given in. Shapes: as in `forward`.

        One picture under several conditions is run for all of them together up to where these begin to count: what is
        centred and the first normalisation are measured once then, (1, groups).
        """
        normalizer = Normalizer(self.norms, conditions, None, by_size(shares, GRID), is_recording=True)
        self._run(content, normalizer)
        return tuple(normalizer.recorded)

    def _run(self, content: Tensor, normalize: Normalizer) -> Tensor:
        height, width = content.shape[2:]
        image = functional.pad(content, (0, -width % GRID, 0, -height % GRID), mode="replicate")
        image = functional.pad(image, (4, 4, 4, 4), mode="reflect")
        current = functional.relu_(self.stem(_blocks(image)))
        # Mirroring a full-size picture by one pixel is the same as continuing its blocks.
        current = functional.relu_(self.down_1(functional.pad(current, (1, 0, 1, 0), mode="replicate")))
        current = functional.relu_(self.down_2(functional.pad(current, (1, 0, 1, 0), mode="reflect")))
        current = normalize.centred(current).to(self.up_1.weight.dtype)
        for block in self.blocks:
            current = block(current, normalize)
        current = functional.interpolate(current, scale_factor=2.0, mode="nearest")
        current = functional.relu_(normalize(self.up_1(_mirrored(current))))
        current = functional.relu_(normalize(self.up_2(functional.pad(current, (1, 1, 1, 1), mode="replicate"))))
        painted = torch.sigmoid(normalize(self.out(_mirrored_blocks(current)).float()))
        return functional.pixel_shuffle(painted, 2)[:, :, :height, :width]


class _Block(nn.Module):
    """A residual block."""

    def __init__(self, body: int, inside: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(body, inside, 3, bias=False)
        self.second = nn.Conv2d(inside, body, 3, bias=False)

    def forward(self, source: Tensor, normalize: Normalizer) -> Tensor:
        inner = functional.relu_(normalize(self.first(_mirrored(source))))
        return source + normalize(self.second(_mirrored(inner)))


class Normalizer:
    """Runs the normalisations of one pass, one after the other. epsilon: added to variances."""

    def __init__(
        self,
        norms: list[Norm],
        conditions: Tensor,
        statistics: Statistics | None,
        shares: Mapping[tuple[int, int], Tensor] | None = None,
        is_recording: bool = False,
        epsilon: float = EPSILON,
    ) -> None:
        self._norms, self._epsilon = iter(norms), epsilon
        self._conditions = conditions
        self._frozen = None if statistics is None else iter(statistics)
        self._shares = shares
        self._is_recording = is_recording
        self.recorded: list[tuple[Tensor, Tensor]] = []

    def centred(self, features: Tensor) -> Tensor:
        """The features (B, C, H, W) less the mean of each channel: rounded then, they keep more of what differs.

        Only for what goes to convolutions without a border of zeros that are normalised channel by channel: the mean
        makes no difference there.
        """
        if self._frozen is not None:
            mean = next(self._frozen)[0][: features.shape[0]]  # under several conditions: the same for each
        else:
            mean = features.mean((2, 3), dtype=torch.float32)
            if self._is_recording:
                self.recorded.append((mean, torch.ones_like(mean)))
        return (features - mean[:, :, None, None]).to(features.dtype)

    def __call__(self, features: Tensor) -> Tensor:
        """Normalise by the next one. Shapes: (B, C, H, W) -> the same."""
        norm = next(self._norms)
        numbers = self._conditions[:, norm.start : norm.start + 2 * norm.channels]
        if self._shares is not None:
            return self._mixed(features, norm, numbers)
        if self._frozen is None and not self._is_recording:
            scales, shifts = numbers.to(features.dtype).chunk(2, 1)
            if scales.shape[0] == 1:
                return functional.group_norm(features, norm.groups, scales[0], shifts[0], self._epsilon)
            plain = functional.group_norm(features, norm.groups, eps=self._epsilon)
            return torch.addcmul(shifts[:, :, None, None], plain, scales[:, :, None, None])
        factors, offsets = (part.to(features.dtype) for part in self._linear(features, norm, numbers))
        return torch.addcmul(offsets[:, :, None, None], features, factors[:, :, None, None])

    def _mixed(self, features: Tensor, norm: Norm, numbers: Tensor) -> Tensor:
        """As `__call__`, with scales and shifts that differ from place to place, and perhaps statistics, too."""
        assert self._shares is not None
        height, width = features.shape[2:]
        shares = self._shares[height, width]  # (h w, R)
        factors, offsets = (
            (shares @ part).to(features.dtype).view(1, height, width, norm.channels).permute(0, 3, 1, 2)
            for part in self._linear(features, norm, numbers)
        )
        return torch.addcmul(offsets, features, factors)

    def _linear(self, features: Tensor, norm: Norm, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """What the features are to be multiplied by and what is added then, (R or B, C) each, for these conditions."""
        if self._frozen is not None:
            mean, inverse = next(self._frozen)
        else:
            mean, inverse = _statistics(features, norm.groups, self._epsilon)
            if self._is_recording:
                self.recorded.append((mean, inverse))
        repeats = norm.channels // norm.groups
        scales, shifts = numbers.chunk(2, 1)
        factors = scales * inverse.repeat_interleave(repeats, 1)
        return factors, shifts - mean.repeat_interleave(repeats, 1) * factors


def by_size(shares: Tensor | None, grid: int) -> dict[tuple[int, int], Tensor] | None:
    """Shares (1, R, H, W) as rows (h w, R), by the sizes (h, w) at which there are normalisations.

    grid: px to a multiple of which sizes are continued; a power of two. Sizes are 1 / grid of that, twice it, and so on
    up to a half.
    """
    if shares is None:
        return None
    height, width = shares.shape[2:]
    whole = functional.pad(shares, (0, -width % grid, 0, -height % grid), mode="replicate")
    edges = [2**power for power in range(1, grid.bit_length())]
    reduced = (functional.avg_pool2d(whole, edge) for edge in edges)
    return {(part.shape[2], part.shape[3]): part[0].flatten(1).T.contiguous() for part in reduced}


def _statistics(features: Tensor, groups: int, epsilon: float) -> tuple[Tensor, Tensor]:
    grouped = features.reshape(features.shape[0], groups, -1).float()
    variance, mean = torch.var_mean(grouped, dim=2, correction=0)
    return mean, (variance + epsilon).rsqrt()


def _mirrored(features: Tensor) -> Tensor:
    return functional.pad(features, (1, 1, 1, 1), mode="reflect")


def _blocks(image: Tensor) -> Tensor:
    """The pixels of each 2 x 2 block as channels. Shapes: (B, C, H, W) -> (B, 4 C, H / 2, W / 2)."""
    return functional.pixel_unshuffle(image, 2).contiguous(memory_format=torch.channels_last)


def _mirrored_blocks(blocks: Tensor) -> Tensor:
    """Blocks with those around them of the full-size picture mirrored by 4 px, which is never put together for it.

    Shapes: (B, 4 C, h, w) -> (B, 4 C, h + 4, w + 4), h and w at least 3. A mirrored row keeps its place in a block,
    even or odd; of the two, one sees its own block again at the upper border and the other at the lower one.
    """
    result = functional.pad(blocks, (2, 2, 2, 2))
    pixels = result.view(result.shape[0], -1, 2, 2, *result.shape[2:])
    for axis, length in ((2, blocks.shape[2]), (3, blocks.shape[3])):
        for place in (0, 1):
            part, along = pixels.select(axis, place), axis + 1
            part.narrow(along, 0, 2).copy_(part.narrow(along, 3 - place, 2).flip(along))
            part.narrow(along, length + 2, 2).copy_(part.narrow(along, length - place, 2).flip(along))
    return result
