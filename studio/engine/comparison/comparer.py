"""Compares two pictures: asks a network, and looks at colours and strokes."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.core.engine_api.comparison import COMPARED_LAYERS, STROKE_EDGE, Comparison, PictureTraits
from studio.core.engine_api.contract import Compared, CompareRequest
from studio.core.generators import mapped
from studio.core.picture import Picture
from studio.engine.comparison.composition import attention_of, center_of, correlation, mirror_of, soft_map
from studio.engine.comparison.palette import in_srgb, palette_distance, palette_of
from studio.engine.comparison.patches import PATCH, match_patches
from studio.engine.comparison.strokes import Strokes, strokes_of
from studio.engine.losses.statistics import Moments, moments
from studio.engine.networks.vgg import Encoder
from studio.engine.runtime.tensors import shrinking
from studio.engine.vision.art_encoder import ArtEncoder, Description, at_working_size

Result = TypeVar("Result")

_MATCHED_LAYERS = COMPARED_LAYERS[2:]


@dataclass(frozen=True)
class _Look:
    """One picture, looked at. size: (height, width) the networks saw. matched: features of _MATCHED_LAYERS."""

    size: tuple[int, int]
    moments: tuple[Moments, ...]
    matched: tuple[Tensor, ...]
    attention: Tensor
    strokes: Strokes
    palette: tuple[Tensor, Tensor]
    art: Description


class Comparer:
    """Compares pictures; loads its networks when they are first needed."""

    def __init__(self, device: torch.device, encoder: Callable[[], Encoder]) -> None:
        """encoder: gives VGG-16, which others have in use as well."""
        self._device = device
        self._encoder = encoder
        self._art: ArtEncoder | None = None

    def compare(self, request: CompareRequest) -> Generator[float, None, Compared]:
        """The comparison; yields the share that is done. Raises WeightsError if a network is damaged.

        Pictures are looked at with 768 px for strokes and at most 448 for networks, however large they are: what is
        held at once is some 200 MB.
        """
        first = yield from self._look(request.first, 0.0)
        second = yield from self._look(request.second, 0.45)
        yield 0.9
        layers = [_distance(*pair) for pair in zip(first.moments, second.moments, strict=True)]
        places, similarities = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
        if first.strokes.stroke and second.strokes.stroke:  # of one colour, a picture has no patches
            places, similarities = match_patches(first.matched, second.matched, (first.size, second.size))
        yield 0.95
        traits = [_traits(look) for look in (first, second)]
        comparison = Comparison(
            layers=np.array(layers, np.float32),
            palette=palette_distance(*(part for one in traits for part in (one.lab, one.shares))),
            style=_product(first.art.style, second.art.style),
            subject=_product(first.art.subject, second.art.subject),
            composition=correlation(first.attention, second.attention),
            first=traits[0],
            second=traits[1],
            places=places,
            similarities=similarities,
        )
        return Compared(request.id, comparison)

    def close(self) -> None:
        """Drop networks."""
        self._art = None

    def _look(self, picture: Picture, done: float) -> Generator[float, None, _Look]:
        image = yield from _telling(done, shrinking(picture, STROKE_EDGE, self._device))
        strokes = yield from _telling(done + 0.1, strokes_of(image))
        palette = palette_of(image)
        yield done + 0.15
        seen = at_working_size(image)
        self._art = self._art or ArtEncoder(self._device)
        yield done + 0.2
        art = self._art.describe(image)
        yield done + 0.25
        tape = yield from _telling(done + 0.3, self._encoder().trace(seen, COMPARED_LAYERS, with_gradient=False))
        statistics = []
        for layer in COMPARED_LAYERS:
            statistics.append(moments(tape[layer]))
            yield done + 0.4
        matched = tuple(tape[layer] for layer in _MATCHED_LAYERS)
        height, width = seen.shape[2:]
        # On one colour the network sees nothing but its own border.
        attention = attention_of(matched[-1]) if strokes.stroke else torch.zeros_like(matched[-1][:, :1]).float()
        return _Look((height, width), tuple(statistics), matched, attention, strokes, palette, art)


def _telling(done: float, work: Generator[None, None, Result]) -> Generator[float, None, Result]:
    """The same work, whose steps are the share that is done."""
    return mapped(work, lambda _: done)


def _distance(first: Moments, second: Moments) -> float:
    """How far statistics are apart: of means and of covariances, the difference over the sum of lengths, 0 to 1."""
    shares = [
        float((one - other).norm() / (one.norm() + other.norm()).clamp_min(1e-12))
        for one, other in zip(first, second, strict=True)
    ]
    return min(1.0, sum(shares) / len(shares))


def _traits(look: _Look) -> PictureTraits:
    lab, shares = look.palette
    strokes = look.strokes
    return PictureTraits(
        lab=_numbers(lab),
        rgb=in_srgb(lab).cpu().numpy(),
        shares=_numbers(shares),
        directions=_numbers(strokes.directions),
        coherence=_numbers(strokes.coherence),
        energy=_numbers(strokes.energy),
        stroke=strokes.stroke,
        attention=soft_map(look.attention).cpu().numpy(),
        center=center_of(look.attention),
        mirror=mirror_of(look.attention),
        patch=min(1.0, PATCH / max(look.size)),
    )


def _product(first: Tensor, second: Tensor) -> float:
    return max(-1.0, min(1.0, float(first @ second)))


def _numbers(values: Tensor) -> NDArray[np.float32]:
    return np.asarray(values.float().cpu().numpy(), np.float32)
