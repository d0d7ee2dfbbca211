"""What Finish paints in each region of a request: styles and settings, and how much of the picture there is of it."""

from __future__ import annotations

from collections.abc import Generator, Hashable
from dataclasses import replace

import torch
from torch import Tensor

from studio.core.engine_api.contract import StyleRequest
from studio.engine.optimization.targets import PaintedRegion, Painting, share_at
from studio.engine.runtime.region_shares import SEEN, RegionShares
from studio.engine.runtime.tensors import resize, shrinking, shrinking_opacity


def with_regions(
    painting: Painting, request: StyleRequest, shares: RegionShares, style_edge: int, device: torch.device
) -> Generator[None, None, Painting]:
    """The painting with the regions of a request, of which those that are painted alike become one.

    style_edge: px of a style's longer edge that are kept. Where all is painted alike it is the painting as it was.
    Where only a part has strength 0, that part is the photo itself, as in Live.
    """
    whole = shares.at(painting.size)
    groups, untouched = yield from _grouped(request, whole)
    if not groups and not untouched:
        return painting
    if len(groups) == 1 and not untouched and groups[0][0] is request:
        return painting
    loaded: dict[str, tuple[Tensor, Tensor | None]] = {}
    regions = []
    for alone, numbers in groups:
        for picture, _ in alone.models:
            if picture.fingerprint not in loaded:
                image = yield from shrinking(picture, style_edge, device)
                loaded[picture.fingerprint] = image, (yield from shrinking_opacity(picture, style_edge, device))
        keys = tuple(picture.fingerprint for picture, _ in alone.models)
        regions.append(
            PaintedRegion(
                styles=tuple(loaded[key][0] for key in keys),
                shares=tuple(share for _, share in alone.models),
                recipe=alone.recipe,
                share=whole[:, numbers].sum(1, keepdim=True),
                style_opacities=tuple(loaded[key][1] for key in keys),
                style_keys=keys,
            )
        )
    off = whole[:, untouched].sum(1, keepdim=True) if untouched else None
    return replace(painting, regions=tuple(regions), untouched=off)


def _grouped(
    request: StyleRequest, whole: Tensor
) -> Generator[None, None, tuple[list[tuple[StyleRequest, list[int]]], list[int]]]:
    """What is painted alike, as a request of its own with the numbers of its regions; and the regions that are not.

    whole: the share of each region in each pixel, and last of the rest, (1, N + 1, H, W).
    """
    groups: dict[Hashable, tuple[StyleRequest, list[int]]] = {}
    untouched: list[int] = []
    unmoved: list[int] = []  # of strength 0: no style pulls at them
    rest = len(request.regions), None  # first: regions that are painted as it is are then it, whatever they are called
    for number, region in (rest, *enumerate(request.regions)):
        if float(whole[:, number].max()) < SEEN:
            continue
        if region is not None and not region.is_painted:
            untouched.append(number)
            continue
        alone = request
        if region is not None:
            alone = replace(request, styles=region.styles, learned=region.learned, recipe=region.recipe)
        if alone.recipe.strength == 0:
            unmoved.append(number)
            continue
        for picture, _ in alone.models:
            yield from picture.fingerprinting()
        of_styles = tuple((picture.fingerprint, share) for picture, share in alone.models)
        settings = alone.recipe.change(keep_color=0.0, style_shares=())
        groups.setdefault((of_styles, settings), (alone, []))[1].append(number)
    if not groups and not untouched:
        return [], []  # what is unmoved is the whole: it is painted as it is
    return list(groups.values()), untouched + unmoved


def with_photo(image: Tensor, painting: Painting) -> Tensor:
    """The picture with the photo where it is to stay. Shapes: (1, 3, h, w) -> same."""
    if painting.untouched is None or painting.content is None:
        return image
    size = (image.shape[2], image.shape[3])
    return torch.lerp(image, resize(painting.content, size).clamp(0, 1), share_at(painting.untouched, size))
