"""Live with regions: each has its own styles and settings, and they share as few passes of the network as possible."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from studio.core.recipe import StyleRecipe
from studio.engine.feed_forward.job import FeedForwardJob, MixedJob
from studio.engine.feed_forward.live_painter import LivePainter
from studio.engine.feed_forward.strength import paint_share
from studio.engine.feed_forward.touch_up import finish_of, is_bare, radius_of, touch_up
from studio.engine.runtime.region_shares import RegionShares, box_of, widened
from studio.engine.runtime.tensors import COARSE_EDGE, coarse_colors, resize

HARMONY = 1.0  # see `harmony`: some 0.6 in a protected region of a picture of strength 1
FAINT = 0.2  # strength below which a region becomes the photo, colours included


@dataclass(frozen=True, eq=False)
class RegionalJob:
    """What is to be painted of a picture with regions.

    parts: as what each region would be painted if it were the whole picture, all at the same size, and last the rest;
    None: it stays the photo. shares: of the regions and the rest. chosen_network: what paints all but learned styles.
    """

    parts: tuple[FeedForwardJob | None, ...]
    shares: RegionShares
    chosen_network: str

    @property
    def rest(self) -> FeedForwardJob:
        """The part that is no region."""
        assert self.parts[-1] is not None
        return self.parts[-1]

    @property
    def recipe(self) -> StyleRecipe:
        """Of the rest."""
        return self.rest.recipe

    @property
    def size(self) -> tuple[int, int]:
        """Of the result, (h, w)."""
        return self.rest.size

    @property
    def result_key(self) -> Hashable:
        """The same for jobs that come out alike."""
        return self.shares.key, tuple(None if part is None else part.result_key for part in self.parts)

    def at(self, size: tuple[int, int]) -> RegionalJob:
        """The same at another size (h, w)."""
        return replace(self, parts=tuple(None if part is None else part.at(size) for part in self.parts))

    @cached_property
    def passes(self) -> tuple[MixedJob, ...]:
        """The passes of networks that it takes: one for all regions with strokes of one size and the same weights."""
        groups: dict[Hashable, dict[Hashable, list[int]]] = {}
        for number, part in enumerate(self.parts):
            if part is not None:
                kind = part.recipe.network, part.weights_key, part.work_size, part.held is None
                group = groups.setdefault(kind, {})
                group.setdefault(part.key, []).append(number)
        passes = []
        for group in groups.values():
            members = tuple(map(tuple, group.values()))
            jobs = [self.parts[numbers[0]] for numbers in members]
            passes.append(MixedJob(tuple(job for job in jobs if job is not None), members, self.shares))
        return tuple(passes)


@torch.no_grad()
def paint_regions(
    job: RegionalJob, photo: Tensor, opacity: Tensor | None, painter_of: Callable[[str], LivePainter]
) -> Generator[float | None, None, Tensor]:
    """Paint; yields and returns what LivePainter.paint does. painter_of: a network's, by its name.

    What needs no network is done for each region where it is seen, and put together by their shares.
    """
    shares = job.shares.at(job.size)
    original = resize(photo, job.size).clamp(0, 1)
    result = torch.zeros_like(original)
    untouched = [number for number, part in enumerate(job.parts) if part is None]
    if untouched:
        result.addcmul_(original, shares[:, untouched].sum(1, keepdim=True))
    for one in job.passes:
        if one.box is None:
            continue
        held = one.held
        reference = None if held is None else (yield from painter_of(held.network).paint_pass(held, photo, opacity))
        painted = yield from painter_of(one.network).paint_pass(one, photo, opacity, reference)
        painted = resize(painted, job.size)
        for recipe, numbers in _alike(job, one):
            share = shares[:, numbers].sum(1, keepdim=True)
            _add_touched_up(result, painted, original, recipe, share, harmony(recipe, job.recipe))
        yield None
    return result.clamp_(0, 1)


def harmony(recipe: StyleRecipe, rest: StyleRecipe) -> float:
    """How far the photo that shines through a region goes to the coarse colours of its painting, 0 to 1.

    A face whose details are kept looks pasted in if its colours are as well. Nothing for a region that keeps no detail,
    or that is painted as much as the rest.
    """
    _, detail, paint = finish_of(recipe)
    lack = max(0.0, paint_share(rest.strength) - paint)
    return detail * min(1.0, HARMONY * lack) * min(1.0, paint / paint_share(FAINT))


def _alike(job: RegionalJob, one: MixedJob) -> list[tuple[StyleRecipe, list[int]]]:
    """Recipes after which the regions of a pass are touched up, each with all regions for which it means the same."""
    found: dict[Hashable, tuple[StyleRecipe, list[int]]] = {}
    for number in sorted(number for numbers in one.members for number in numbers):
        part = job.parts[number]
        assert part is not None
        found.setdefault(finish_of(part.recipe), (part.recipe, []))[1].append(number)
    return list(found.values())


def _add_touched_up(
    result: Tensor, painted: Tensor, original: Tensor, recipe: StyleRecipe, share: Tensor, amount: float
) -> None:
    """Add a region to the picture, all (1, 3, h, w); share: (1, 1, h, w). amount: of `harmony`."""
    size = (painted.shape[2], painted.shape[3])
    box = box_of(share[0, 0])
    if box is None:
        return
    radius = radius_of(size)
    rows, columns = widened(box, 2 * radius, size)  # of the means of means
    part, below = painted[:, :, rows, columns], original[:, :, rows, columns]
    if amount > 0:
        cells = [max(1, round(COARSE_EDGE * length / max(size))) for length in part.shape[2:]]
        shift = resize(coarse_colors(part - below, (cells[0], cells[1])), (part.shape[2], part.shape[3]))
        below = (below + amount * shift).clamp_(0, 1)
    # A copy: what is touched up in place may be wanted by another region, or be remembered.
    touched = touch_up(part.clone(), None if is_bare(recipe) else below, recipe, radius)
    result[:, :, rows, columns].addcmul_(touched, share[:, :, rows, columns])
