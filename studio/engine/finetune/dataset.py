"""What fine-tuning learns from: moments of the references as large as pictures are painted, and crops of photos."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from studio.engine.losses.losses import MATCHED_LAYERS, STYLE_LAYERS
from studio.engine.losses.matching import nearest_rows, sample_rows
from studio.engine.losses.painting_loss import (
    LOST,
    PIXELS,
    STARTED,
    PaintingLoss,
    coarse_cells,
    nearest_name,
    self_similarities,
)
from studio.engine.losses.statistics import Moments, blend_moments, moments
from studio.engine.networks.style_network import VECTOR
from studio.engine.networks.vgg import Encoder
from studio.engine.optimization.features import MATCHED_POSITIONS, SeenImage, measure_style
from studio.engine.runtime.tensors import resize_to

StyleTarget = Mapping[str, Moments]
Predict = Callable[[Tensor], Tensor]
"""A Predictor, or what stands in for one: (1, 3, H, W) in [0, 1] -> (1, N)."""
Paint = Callable[[Tensor], Tensor]
"""(B, 3, H, W) in [0, 1] -> the same, painted."""

# px of the longer edge that each reference is measured at, all of it: with 16 crops of up to 384 px of four works, mean
# and covariance were off by 16 and 31 per cent at relu4_1 from those of the whole works.
REFERENCE_EDGES: tuple[int, ...] = (448, 576)
MOST_VIEWS = 16  # of all references; of more, each is measured at the middle of these sizes alone
SMALLEST_CROP = 64  # px
CROPS = 2  # of each reference for the predictor, besides the whole
PREDICTOR_EDGE = 512  # px of the longer edge of a whole reference as the predictor is given it: as Live does
CROPPED = 0.6  # of the edges of a reference
# px of the longer edge, smallest and largest, that a photo is resized to, or more where a crop would not fit: one of
# 384 px is all the height of a photo of 3 to 2. It is to be most of the photo: what is judged are whole pictures, and a
# small part that gets all the moments of a work loses more of the photo. Small photos are enlarged for it.
PHOTO_EDGES = (448, 576)
LONGEST_STRIP = 8  # times as long as wide: of a longer photo, enlarged to the width of a crop, a part is enough
POOL = 128  # crops of photos to learn from
VALIDATION_CROPS = 6  # crops of photos to validate on
# The widest of any three works by one artist in the gallery; three by three artists are in 3 of 10 cases beyond it.
WIDEST_SPREAD = 2.4
FEWEST_TO_HOLD_OUT = 5  # references, of which one is not learnt from; of fewer, a lesson needs every one
HELD_OUT_PHOTOS = 3  # of the artist's and the demo photos, at most
HELD_OUT_BUNDLED = 10  # of those that come with the studio to learn on


@dataclass(frozen=True)
class References:
    """The style as numbers. mean: of all that is learnt from together; unseen: of the one held out, or None.

    vector: (1, N), the mean of what the predictor says of all that is learnt from. mixed: the same of all of them, with
    the one held out. spread: how far the vectors of single references are from their mean; 0 for one. held_out: the
    number of the one held out, or None. bank: features of what is learnt from, for photos to match, (N, C) by layer.
    """

    mean: StyleTarget
    unseen: StyleTarget | None
    vector: Tensor
    mixed: Tensor
    spread: float = 0.0
    held_out: int | None = None
    bank: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def is_mixed(self) -> bool:
        """Whether they differ more than works by one artist do, as far as the predictor can tell."""
        return self.spread > WIDEST_SPREAD


class Photos:
    """Crops of photos, and the features they are to keep, which are computed once, when they are first needed."""

    def __init__(self, crops: Tensor, encoder: Encoder, layers: Sequence[str]) -> None:
        """crops: (N, 3, size, size) in [0, 1]."""
        self._crops, self._encoder, self._layers = crops, encoder, tuple(layers)
        self._features: dict[int, dict[str, Tensor]] = {}

    def __len__(self) -> int:
        return int(self._crops.shape[0])

    def take(self, numbers: Sequence[int]) -> Generator[None, None, tuple[Tensor, dict[str, Tensor]]]:
        """These crops (B, 3, size, size) and their features by layer (B, C, h, w); yields between pieces."""
        for number in numbers:
            if number not in self._features:
                self._features[number] = yield from self._look_at(self._crops[number : number + 1])
        parts = [self._features[number] for number in numbers]
        features = {layer: torch.cat([part[layer] for part in parts]) for layer in parts[0]}
        return self._crops[list(numbers)], features

    def _look_at(self, crop: Tensor) -> Generator[None, None, dict[str, Tensor]]:
        trace = yield from self._encoder.trace(crop, self._layers, False)
        return {layer: trace[layer] for layer in self._layers}


class PaintedPhotos(Photos):
    """As Photos, with what a PaintingLoss wants: self-similarities by layer, PIXELS and STARTED.

    With a loss also LOST, how much of a photo is lost by who paints STARTED, and what of its bank places are to match.
    """

    def __init__(
        self,
        crops: Tensor,
        encoder: Encoder,
        layers: Sequence[str],
        paint: Paint,
        loss: PaintingLoss | None = None,
    ) -> None:
        """layers: of the self-similarities. paint: whose coarse colours are kept."""
        super().__init__(crops, encoder, tuple(dict.fromkeys((*layers, *(loss.bank if loss else ())))))
        self._paint, self._loss, self._kept = paint, loss, layers

    def _look_at(self, crop: Tensor) -> Generator[None, None, dict[str, Tensor]]:
        features = yield from super()._look_at(crop)
        found = {layer: self_similarities(features[layer], layer) for layer in self._kept}
        painted = self._paint(crop)
        if self._loss is not None:
            found[LOST] = yield from self._loss.lost_structure(painted, found)
            for layer, bank in self._loss.bank.items():
                found[nearest_name(layer)] = (yield from nearest_rows(features[layer], bank))[None]
        return found | {PIXELS: crop, STARTED: coarse_cells(painted)}


def encode_references(
    pictures: Sequence[Tensor], encoder: Encoder, predict: Predict, generator: torch.Generator
) -> Generator[None, None, References]:
    """The style of the references (1, 3, H, W) as numbers; yields between pieces of the work.

    Of FEWEST_TO_HOLD_OUT or more one is held out: that whose style vector is in the middle by its distance from the
    mean. Without the most typical the others are farther from what they have in common: works by Van Gogh that are not
    learnt from are off by 0.405 from the moments of six others, and by 0.46 from those without their most typical.
    """
    vectors = []
    for picture in pictures:
        whole = resize_to(picture, min(PREDICTOR_EDGE, max(picture.shape[2:])))
        views = [whole, *(_crop(whole, CROPPED, generator) for _ in range(CROPS))]
        vectors.append(torch.cat([predict(view) for view in views]).mean(0, keepdim=True))
        yield
    predicted = torch.cat(vectors)[:, :VECTOR]  # without what else a network knows a style by
    held_out = middle_one(predicted) if len(pictures) >= FEWEST_TO_HOLD_OUT else None
    seen = [number for number in range(len(pictures)) if number != held_out]
    mean, bank = yield from _encode([pictures[number] for number in seen], encoder)
    unseen = None if held_out is None else (yield from _encode([pictures[held_out]], encoder))[0]
    vector, mixed = (
        torch.cat([vectors[number] for number in numbers]).mean(0, keepdim=True)
        for numbers in (seen, range(len(vectors)))
    )
    return References(mean, unseen, vector, mixed, _spread(predicted), held_out, bank)


def cut_photos(
    photos: Sequence[Tensor],
    number: int,
    size: int,
    encoder: Encoder,
    layers: Sequence[str],
    generator: torch.Generator,
) -> Photos:
    """Photos of the `cut_crops` of these."""
    return Photos(cut_crops(photos, number, size, generator), encoder, layers)


def cut_crops(
    photos: Sequence[Tensor],
    number: int,
    size: int,
    generator: torch.Generator,
    edges: tuple[float, float] | None = None,
) -> Tensor:
    """`number` crops of `size` px, of all photos (1, 3, H, W) in turn, at random positions, and sizes where they fit.

    edges: as PHOTO_EDGES, which None stands for. Shapes: -> (number, 3, size, size).
    """
    crops, edges = [], edges or PHOTO_EDGES
    for count in range(number):
        photo = _part_of_strip(photos[count % len(photos)], generator)
        edge = _between(edges, generator)
        narrow = min(photo.shape[2:]) / max(photo.shape[2:])
        image = resize_to(photo, max(round(edge), round(size / narrow) + 1))
        top, left = (int(torch.randint(room - size + 1, (), generator=generator)) for room in image.shape[2:])
        crop = image[:, :, top : top + size, left : left + size]
        crops.append(crop.flip(3) if float(torch.rand((), generator=generator)) < 0.5 else crop)
    return torch.cat(crops)


def hold_out(count: int, most: int = HELD_OUT_PHOTOS) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of the photos to learn from, and of those to validate on: every third, or all of one or two.

    Of many, `most` are, as far apart as they can be: each takes time at every validation.
    """
    if count < 3:
        return tuple(range(count)), tuple(range(count))
    held_out = tuple(range(1, count, max(3, -(-(count - 1) // most))))
    return tuple(number for number in range(count) if number not in held_out), held_out


def blend_targets(targets: Sequence[StyleTarget]) -> StyleTarget:
    """The moments, by layer (C,) and (C, C), of all targets together."""
    shares = [1 / len(targets)] * len(targets)
    return {layer: blend_moments([target[layer] for target in targets], shares) for layer in targets[0]}


def middle_one(vectors: Tensor) -> int:
    """The number of the vector whose distance from the mean is the median. Shapes: (B, N)."""
    return int((vectors - vectors.mean(0)).norm(dim=1).argsort()[(len(vectors) - 1) // 2])


def _spread(vectors: Tensor) -> float:
    count = len(vectors)
    if count < 2:
        return 0.0
    return float((vectors - vectors.mean(0)).norm(dim=1).mean()) * math.sqrt(count / (count - 1))


def _encode(
    pictures: Sequence[Tensor], encoder: Encoder
) -> Generator[None, None, tuple[StyleTarget, Mapping[str, Tensor]]]:
    """The moments of all pictures together, and features of them to match; each picture counts alike."""
    edges = REFERENCE_EDGES
    if len(edges) * len(pictures) > MOST_VIEWS:
        edges = (sum(edges) // len(edges),)
    targets: list[StyleTarget] = []
    bank: dict[str, list[Tensor]] = {layer: [] for layer in MATCHED_LAYERS}
    for picture in pictures:
        first, *others = (resize_to(picture, round(min(edge, 1.5 * max(picture.shape[2:])))) for edge in edges)
        found = yield from measure_style(encoder, SeenImage(first, None))
        targets.append(found.moments)
        for layer, rows in bank.items():
            rows.append(sample_rows(found.rows[layer], MATCHED_POSITIONS / len(pictures)))
        for image in others:
            trace = yield from encoder.trace(image, STYLE_LAYERS, with_gradient=False)
            targets.append({layer: moments(trace[layer]) for layer in STYLE_LAYERS})
    return blend_targets(targets), {layer: torch.cat(rows) for layer, rows in bank.items()}


def _crop(image: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """A part of the image with `share` of each edge, but not below SMALLEST_CROP px."""
    height, width = (min(edge, max(SMALLEST_CROP, round(edge * share))) for edge in image.shape[2:])
    top = int(torch.randint(image.shape[2] - height + 1, (), generator=generator))
    left = int(torch.randint(image.shape[3] - width + 1, (), generator=generator))
    return image[:, :, top : top + height, left : left + width]


def _part_of_strip(photo: Tensor, generator: torch.Generator) -> Tensor:
    """A part of a photo that is longer than LONGEST_STRIP, at a random place; any other photo as it is."""
    longest = LONGEST_STRIP * min(photo.shape[2:])
    if max(photo.shape[2:]) <= longest:
        return photo
    dimension = 2 if photo.shape[2] > photo.shape[3] else 3
    start = int(torch.randint(photo.shape[dimension] - longest + 1, (), generator=generator))
    return photo.narrow(dimension, start, longest)


def _between(limits: tuple[float, float], generator: torch.Generator) -> float:
    return limits[0] + (limits[1] - limits[0]) * float(torch.rand((), generator=generator))
