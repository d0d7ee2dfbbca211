"""Augmented views of pictures: each is a function of its number alone, so it may be dropped and computed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from studio.core.generators import run_to_end
from studio.engine.losses.band_statistics import BandCovariances, band_covariances
from studio.engine.losses.statistics import Moments, moments
from studio.engine.networks.style_predictor import Predictor
from studio.engine.networks.vgg import Encoder
from studio.engine.runtime.tensors import resize
from studio.engine.train.dataset import Pictures
from studio.engine.train.procedural_styles import procedural_style

STYLE_EDGES = (384, 512)  # px of the longer edge, smallest and largest, that a style is resized to
LEAST_STYLE = 0.65  # of a style's edges are in a crop at least, where that is not more than
LARGEST_STYLE_CROP = 320  # px of an edge; larger crops cost more time than they add to the statistics
LARGEST_SCALE = 1.2  # beyond it a style is blurred, and what is learnt from it as well
LEAST_PHOTO, MOST_PHOTO = 0.3, 0.75  # of a photo's shorter edge; a crop of 192 px sees about half of it at 512 px
PROCEDURAL = 0.12  # of the styles are procedural textures
TURNED_COLORS = 0.2  # of the styles have their channels exchanged
ENDLESS = 2**31  # views, where nothing limits their number
_CONTENT, _STYLE = 1, 2  # streams of random numbers

View = TypeVar("View")


@dataclass(frozen=True)
class ContentView:
    """A view of a photo in 8 bits (1, 3, crop, crop), its own style vector (1, N), and the features to keep, by layer.

    Shapes of features: (1, C, h, w).
    """

    levels: Tensor
    vector: Tensor
    features: dict[str, Tensor]

    @property
    def image(self) -> Tensor:
        """The photo, (1, 3, crop, crop) float32 in [0, 1]."""
        return self.levels.float() / 255


@dataclass(frozen=True)
class StyleView:
    """A view of a style: its vector (1, N), its moments by layer, (C,) and (C, C), and its bands."""

    vector: Tensor
    moments: dict[str, Moments]
    bands: BandCovariances


class AugmentedViews:
    """Random crops of photos and styles by number, encoded. How many there are follows from `memory`.

    Photos are kept in 8 bits, features and moments in bfloat16, up to `memory` bytes; at 0 nothing is kept, and every
    view is new.
    """

    def __init__(
        self,
        photos: Pictures,
        styles: Pictures,
        encoder: Encoder,
        predictor: Predictor,
        layers: tuple[tuple[str, ...], tuple[str, ...]],
        crop: int,
        seed: int,
        memory: int,
    ) -> None:
        """layers: of content and of style."""
        self._photos, self._styles, self._encoder, self._predictor = photos, styles, encoder, predictor
        self._content_layers, self._style_layers = layers
        self._crop, self._seed = crop, seed
        self._is_keeping = memory > 0
        self._contents_kept: dict[int, ContentView] = {}
        self._styles_kept: dict[int, StyleView] = {}
        widths = {1: 64, 2: 128, 3: 256, 4: 512}
        content_bytes = 3 * crop**2 + sum(
            2 * widths[int(layer[4])] * (crop // encoder.stride(layer)) ** 2 for layer in self._content_layers
        )
        style_bytes = sum(2 * widths[int(layer[4])] ** 2 for layer in self._style_layers)
        self.content_count = max(1, memory // 2 // content_bytes) if self._is_keeping else ENDLESS
        self.style_count = max(1, memory // 2 // style_bytes) if self._is_keeping else ENDLESS

    @property
    def works(self) -> tuple[set[str], set[str]]:
        """The works that views are taken of: of photos, and of styles."""
        pairs = (self._photos, self.content_count), (self._styles, self.style_count)
        photos, styles = (
            {pictures.works[_spread(number, count, len(pictures))] for number in range(min(count, len(pictures)))}
            for pictures, count in pairs
        )
        return photos, styles

    @torch.no_grad()
    def content(self, number: int) -> ContentView:
        """The view of a photo with this number."""
        return self._recall(self._contents_kept, number, self._encode_photo)

    @torch.no_grad()
    def style(self, number: int) -> StyleView:
        """The view of a style with this number."""
        return self._recall(self._styles_kept, number, self._encode_style)

    def _recall(self, kept: dict[int, View], number: int, encode: Callable[[int], View]) -> View:
        view = kept.get(number)
        if view is None:
            view = encode(number)
            if self._is_keeping:
                kept[number] = view
        return view

    def _encode_photo(self, number: int) -> ContentView:
        draws = seeded(self._seed, _CONTENT, number)
        image = crop_photo(
            self._photos.image(_spread(number, self.content_count, len(self._photos))), self._crop, draws
        )
        trace = run_to_end(self._encoder.trace(image, self._content_layers, with_gradient=False))
        features = {layer: trace[layer].to(torch.bfloat16) for layer in self._content_layers}
        return ContentView((image * 255).round().byte(), self._predictor(image), features)

    def _encode_style(self, number: int) -> StyleView:
        draws = seeded(self._seed, _STYLE, number)
        long_edge = round(between(*STYLE_EDGES, draws))
        if between(0, 1, draws) < PROCEDURAL:
            image = procedural_style(min(long_edge, LARGEST_STYLE_CROP), draws, self._encoder.device)
        else:
            image = self._styles.image(_spread(number, self.style_count, len(self._styles)))
            image = crop_style(image, long_edge, draws)
        trace = run_to_end(self._encoder.trace(image, self._style_layers, with_gradient=False))
        found = {layer: moments(trace[layer]) for layer in self._style_layers}
        rounded = {layer: Moments(*(part.to(torch.bfloat16) for part in found[layer])) for layer in found}
        return StyleView(self._predictor(image), rounded, band_covariances(image))


def crop_photo(image: Tensor, size: int, draws: torch.Generator) -> Tensor:
    """A square of a photo, at any scale, of 8 bits. Shapes: (1, 3, H, W) in [0, 1] -> (1, 3, size, size)."""
    edge = max(1, round(between(LEAST_PHOTO, MOST_PHOTO, draws) * min(image.shape[2:])))
    image = _cut(image, (edge, edge), draws)
    image = resize(_mirrored(image, draws), (size, size)).clamp(0, 1)
    return (image * 255).round() / 255


def crop_style(image: Tensor, long_edge: int, draws: torch.Generator) -> Tensor:
    """A part of a style whose longer edge is `long_edge` px, in other colours. Shapes: (1, 3, H, W) -> the like."""
    scale = min(LARGEST_SCALE, long_edge / max(image.shape[2:]))
    most = round(LARGEST_STYLE_CROP / scale)
    height, width = (min(most, round(between(LEAST_STYLE, 1.0, draws) * edge)) for edge in image.shape[2:])
    image = _mirrored(_cut(image, (height, width), draws), draws)
    image = resize(image, (max(32, round(height * scale)), max(32, round(width * scale)))).clamp(0, 1)
    return _recolored(image, draws)


def _spread(number: int, count: int, pictures: int) -> int:
    """The picture that a view is of; where there are fewer views than pictures, they are spread evenly over these."""
    return number * pictures // count if count < pictures else number % pictures


def seeded(*numbers: int) -> torch.Generator:
    """A generator seeded by these numbers: equal numbers, equal draws, on every machine."""
    seed = 0
    for number in numbers:
        seed = (seed * 6364136223846793005 + number + 1442695040888963407) % 2**63
    # Neighbouring seeds of this generator begin with similar numbers; what was mixed once more does not.
    return torch.Generator().manual_seed((seed ^ (seed >> 31)) * 0x9E3779B97F4A7C15 % 2**63)


def between(low: float, high: float, draws: torch.Generator) -> float:
    """A number drawn uniformly from [low, high)."""
    return low + (high - low) * float(torch.rand((), generator=draws))


def _cut(image: Tensor, size: tuple[int, int], draws: torch.Generator) -> Tensor:
    top, left = (
        int(torch.randint(room - edge + 1, (), generator=draws))
        for room, edge in zip(image.shape[2:], size, strict=True)
    )
    return image[:, :, top : top + size[0], left : left + size[1]]


def _mirrored(image: Tensor, draws: torch.Generator) -> Tensor:
    return image.flip(3) if between(0, 1, draws) < 0.5 else image


def _recolored(image: Tensor, draws: torch.Generator) -> Tensor:
    """Change gamma and the gain of each channel a little; sometimes exchange the channels."""
    order = torch.randperm(3, generator=draws) if between(0, 1, draws) < TURNED_COLORS else torch.arange(3)
    gain = 1 + 0.1 * torch.randn((1, 3, 1, 1), generator=draws)
    gamma = between(0.8, 1.25, draws)
    return (image[:, order.to(image.device)].clamp(0, 1) ** gamma * gain.to(image.device)).clamp(0, 1)
