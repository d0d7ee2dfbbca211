"""The Live network: an encoder-decoder whose every normalisation is conditioned by a style vector.

Source: Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural artistic stylization network", and
Dumoulin et al. 2017, "A learned representation for artistic style". It departs from them in one thing: the layers they
run at full size are run at half size on the four pixels of a 2 x 2 block side by side, which a processor does several
times as fast. `rearrange` turns the weights of the original into this form without changing what they compute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

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
"""Mean and inverse deviation of each normalisation, (B, groups) each, in the order they are run."""


class StyleNetwork(nn.Module):
    """Paints a picture at once. `conditions` says how; it is linear in the style vector."""

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.widths = widths
        channels = [*[widths.inside, widths.body] * widths.blocks, widths.up, widths.last, 12]
        # The four pixels of a block are one channel of the original: they keep common statistics.
        groups = [*channels[:-2], widths.last // 4, 3]
        self._norms, start = [], 0
        for count, parts in zip(channels, groups, strict=True):
            self._norms.append(Norm(count, parts, start))
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

    def plain_conditions(self) -> Tensor:
        """Conditions under which nothing is scaled or shifted. Shapes: (N,)."""
        conditions = torch.zeros_like(self.conditions.bias)
        for norm in self._norms:
            conditions[norm.start : norm.start + norm.channels] = 1.0
        return conditions

    def forward(self, content: Tensor, conditions: Tensor, statistics: Statistics | None = None) -> Tensor:
        """The artwork. Shapes: content (B, 3, H, W) in [0, 1], conditions (B or 1, N) -> (B, 3, H, W) in [0, 1].

        statistics: of another picture, from `measure`, instead of its own: a tile is painted as a part of the whole.
        """
        return self._run(content, _Normalizer(self._norms, conditions, statistics))

    def measure(self, content: Tensor, conditions: Tensor) -> Statistics:
        """The statistics of a whole picture, at the size it is given in. Shapes: as in `forward`."""
        normalizer = _Normalizer(self._norms, conditions, None, is_recording=True)
        self._run(content, normalizer)
        return tuple(normalizer.recorded)

    def _run(self, content: Tensor, normalize: _Normalizer) -> Tensor:
        height, width = content.shape[2:]
        image = functional.pad(content, (0, -width % GRID, 0, -height % GRID), mode="replicate")
        image = functional.pad(image, (4, 4, 4, 4), mode="reflect")
        current = functional.relu_(self.stem(_blocks(image)))
        # Mirroring a full-size picture by one pixel is the same as continuing its blocks.
        current = functional.relu_(self.down_1(functional.pad(current, (1, 0, 1, 0), mode="replicate")))
        current = functional.relu_(self.down_2(functional.pad(current, (1, 0, 1, 0), mode="reflect")))
        for block in self.blocks:
            current = block(current, normalize)
        current = functional.interpolate(current, scale_factor=2.0, mode="nearest")
        current = functional.relu_(normalize(self.up_1(_mirrored(current))))
        current = functional.relu_(normalize(self.up_2(functional.pad(current, (1, 1, 1, 1), mode="replicate"))))
        painted = torch.sigmoid(normalize(self.out(_mirrored_blocks(current))))
        return functional.pixel_shuffle(painted, 2)[:, :, :height, :width]


class _Block(nn.Module):
    """A residual block."""

    def __init__(self, body: int, inside: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(body, inside, 3, bias=False)
        self.second = nn.Conv2d(inside, body, 3, bias=False)

    def forward(self, source: Tensor, normalize: _Normalizer) -> Tensor:
        inner = functional.relu_(normalize(self.first(_mirrored(source))))
        return source + normalize(self.second(_mirrored(inner)))


class _Normalizer:
    """Runs the normalisations of one pass, one after the other."""

    def __init__(
        self, norms: list[Norm], conditions: Tensor, statistics: Statistics | None, is_recording: bool = False
    ) -> None:
        self._norms = iter(norms)
        self._conditions = conditions
        self._frozen = None if statistics is None else iter(statistics)
        self._is_recording = is_recording
        self.recorded: list[tuple[Tensor, Tensor]] = []

    def __call__(self, features: Tensor) -> Tensor:
        norm = next(self._norms)
        scales, shifts = self._conditions[:, norm.start : norm.start + 2 * norm.channels].to(features.dtype).chunk(2, 1)
        if self._frozen is not None:
            mean, inverse = next(self._frozen)
        elif self._is_recording:
            mean, inverse = _statistics(features, norm.groups)
            self.recorded.append((mean, inverse))
        elif scales.shape[0] == 1:
            return functional.group_norm(features, norm.groups, scales[0], shifts[0], EPSILON)
        else:
            plain = functional.group_norm(features, norm.groups, eps=EPSILON)
            return torch.addcmul(shifts[:, :, None, None], plain, scales[:, :, None, None])
        repeats = norm.channels // norm.groups
        factors = scales * inverse.repeat_interleave(repeats, 1)
        offsets = shifts - mean.repeat_interleave(repeats, 1) * factors
        return torch.addcmul(offsets[:, :, None, None], features, factors[:, :, None, None])


def _statistics(features: Tensor, groups: int) -> tuple[Tensor, Tensor]:
    grouped = features.reshape(features.shape[0], groups, -1)
    variance, mean = torch.var_mean(grouped, dim=2, correction=0)
    return mean, (variance + EPSILON).rsqrt()


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
    target = {
        name: state[name][tuple(slice(length) for length in tensor.shape)].clone()
        for name, tensor in StyleNetwork(new).state_dict().items()
        if not name.startswith("conditions.")
    }
    rows = torch.tensor(
        [
            before.start + kind * before.channels + channel
            for before, after in zip(StyleNetwork(old)._norms, StyleNetwork(new)._norms, strict=True)
            for kind in (0, 1)
            for channel in range(after.channels)
        ]
    )
    return target | {name: state[name][rows] for name in ("conditions.weight", "conditions.bias")}


def _check_widths(smaller: Widths, larger: Widths) -> None:
    if any(getattr(smaller, field.name) > getattr(larger, field.name) for field in fields(Widths)):
        raise ValueError("it can only become wider, or only narrower")
    if (smaller.stem, smaller.last, smaller.blocks) != (larger.stem, larger.last, larger.blocks):
        raise ValueError("stem, last and the number of blocks cannot change")


def widen(state: Mapping[str, Tensor], old: Widths, new: Widths, generator: torch.Generator) -> dict[str, Tensor]:
    """The state of a wider network that paints exactly as the given one does, with room to learn.

    New channels are computed with small random weights, and nobody listens to them yet: their outgoing weights are 0.
    Source: Chen et al. 2016, "Net2Net", whose copied channels this replaces by new ones. Widths may only grow; stem and
    last stay, for their channels are the pixels of blocks.
    """
    _check_widths(old, new)
    target = StyleNetwork(new).state_dict()
    for name, tensor in target.items():
        if name.endswith(".weight") and not name.startswith("conditions."):
            known = state[name]
            fresh = torch.randn(tensor.shape, generator=generator) * tensor[0].numel() ** -0.5
            fresh[: known.shape[0], known.shape[1] :] = 0.0
            fresh[: known.shape[0], : known.shape[1]] = known
            target[name] = fresh
        elif name.endswith(".bias") and not name.startswith("conditions."):
            target[name] = functional.pad(state[name], (0, tensor.shape[0] - state[name].shape[0]))
    _widen_conditions(state, target, StyleNetwork(old), StyleNetwork(new))
    return target


def _widen_conditions(
    state: Mapping[str, Tensor], target: dict[str, Tensor], old: StyleNetwork, new: StyleNetwork
) -> None:
    weight, bias = torch.zeros_like(target["conditions.weight"]), torch.zeros_like(target["conditions.bias"])
    for before, after in zip(old._norms, new._norms, strict=True):
        bias[after.start : after.start + after.channels] = 1.0
        for kind in (0, 1):
            source = slice(before.start + kind * before.channels, before.start + (kind + 1) * before.channels)
            place = slice(after.start + kind * after.channels, after.start + kind * after.channels + before.channels)
            weight[place], bias[place] = state["conditions.weight"][source], state["conditions.bias"][source]
    target["conditions.weight"], target["conditions.bias"] = weight, bias
