"""What the Live network is asked to paint: a picture, or regions of one in a pass."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from studio.core.picture import fit_size
from studio.core.recipe import StyleRecipe
from studio.core.styles.learned_style import LearnedStyle
from studio.engine.feed_forward.strength import band_share
from studio.engine.losses.band_statistics import BandCovariances
from studio.engine.runtime.region_shares import RegionShares, box_of, widened
from studio.engine.runtime.tiling import GRID

HELD_EDGE = 1024  # px of the longer edge, at most, at which the small network shows the coarse colours to be kept
SMALLEST = 32  # px; what the network works on has no shorter edge: below, mirrored borders would be all there is
MOST = 0.6  # of a picture; where more of it is to be painted, all of it is, with statistics of its own
MEASURED = 0.3  # of the px of a picture, at which it is measured as a whole where only a part is painted
LEAST_SHARE = 1e-3
COARSE = 96  # px of the longer edge at which it is estimated how much there is to paint


@dataclass(frozen=True)
class FeedForwardJob:
    """What the network is to paint. vector: (1, N), by which it knows the style. size: (h, w) of the result.

    photo_key: unique to the photo. Of the recipe count stroke_size and strength, and detail and smoothness afterwards.
    fine_tuned: learned styles that change weights of the network, each with its share in that.
    bands: of the styles; the painting takes them on in the share that `band_share` says. () leaves it as it is.
    held: what the small network paints instead, whose coarse colours it keeps; None where it has colours of its own.
    """

    photo_key: str
    vector: Tensor
    recipe: StyleRecipe
    size: tuple[int, int]
    fine_tuned: tuple[tuple[LearnedStyle, float], ...] = ()
    bands: BandCovariances = ()
    held: FeedForwardJob | None = None

    def at(self, size: tuple[int, int]) -> FeedForwardJob:
        """The same at another size (h, w)."""
        width, height = fit_size(size[1], size[0], min(HELD_EDGE, max(size)))
        return replace(self, size=size, held=None if self.held is None else self.held.at((height, width)))

    @property
    def network(self) -> str:
        """The name of the network that paints it."""
        return self.recipe.network

    @property
    def work_size(self) -> tuple[int, int]:
        """At which (h, w) the network works: its strokes have a size of their own in px."""
        scale = max(1 / self.recipe.stroke_size, SMALLEST / min(self.size))
        return max(SMALLEST, round(self.size[0] * scale)), max(SMALLEST, round(self.size[1] * scale))

    @property
    def pixels(self) -> int:
        """How many px the network has to paint."""
        return self.work_size[0] * self.work_size[1]

    @property
    def key(self) -> Hashable:
        """The same for jobs the network paints alike."""
        bands = tuple(number for band in self.bands for number in band.flatten().tolist())
        share = band_share(self.recipe.strength) if self.bands else 0.0
        held = None if self.held is None else self.held.key
        return self.photo_key, tuple(self.vector[0].tolist()), self.work_size, self.weights_key, bands, share, held

    @property
    def result_key(self) -> Hashable:
        """The same for jobs that come out alike, after all that needs no network."""
        recipe = self.recipe
        return self.key, recipe.network, self.size, recipe.strength, recipe.detail, recipe.smoothness

    @property
    def weights_key(self) -> tuple[tuple[str, float], ...]:
        """The same for jobs that want the same weights; () for the network's own."""
        return tuple((style.fingerprint, share) for style, share in self.fine_tuned)


@dataclass(frozen=True, eq=False)
class MixedJob:
    """What the network is to paint in one pass: regions whose strokes have one size, with the same weights.

    jobs: at the same size, each another one. members: for each of them the regions painted so, by their number in
    `regions`, the shares of all regions of the picture.
    """

    jobs: tuple[FeedForwardJob, ...]
    members: tuple[tuple[int, ...], ...]
    regions: RegionShares

    @property
    def network(self) -> str:
        """The name of the network that paints them."""
        return self.jobs[0].network

    @property
    def size(self) -> tuple[int, int]:
        """Of the result, (h, w)."""
        return self.jobs[0].size

    @property
    def held(self) -> MixedJob | None:
        """As `FeedForwardJob.held`, of all of them together."""
        held = tuple(job.held for job in self.jobs if job.held is not None)
        return replace(self, jobs=held) if len(held) == len(self.jobs) else None

    @property
    def work_size(self) -> tuple[int, int]:
        """At which (h, w) the network works."""
        return self.jobs[0].work_size

    @property
    def key(self) -> Hashable:
        """The same for jobs the network paints alike."""
        if len(self.jobs) == 1 and self.is_whole:
            return self.jobs[0].key, "whole"
        return self.regions.key, self.members, tuple(job.key for job in self.jobs)

    @cached_property
    def box(self) -> tuple[slice, slice] | None:
        """Rows and columns to paint, at the size of the work; None where no region of it is seen."""
        seen = box_of(self._all(self.work_size))
        if seen is None:
            return None
        box = widened(seen, GRID, self.work_size, GRID)
        area = math.prod(part.stop - part.start for part in box)
        is_most = area > MOST * math.prod(self.work_size)
        return tuple(slice(0, edge) for edge in self.work_size) if is_most else box  # type: ignore[return-value]

    @property
    def is_whole(self) -> bool:
        """Whether so much of the picture is seen that it is painted as a whole, with statistics of its own."""
        return self.box == tuple(slice(0, edge) for edge in self.work_size)

    @property
    def has_other_styles(self) -> bool:
        """Whether not all of them are in the same styles: then they may be of very unlike roughness."""
        known = {tuple(number for band in job.bands for number in band.flatten().tolist()) for job in self.jobs}
        return len(known) > 1

    @cached_property
    def pixels(self) -> int:
        """About how many px the network has to paint."""
        coarse = tuple(max(1, round(edge * COARSE / max(self.work_size))) for edge in self.work_size)
        box = box_of(self._all((coarse[0], coarse[1])))
        if box is None:
            return 0
        share = math.prod(part.stop - part.start for part in box) / math.prod(coarse)
        return round(math.prod(self.work_size) * (1.0 if share > MOST else share + MEASURED))

    @cached_property
    def shares(self) -> Tensor:
        """How much of each place belongs to each job, (1, R, h, w) at the size of the work, summing to 1.

        Where none of them is, all are a little: the network needs something to paint there.
        """
        every = self.regions.at(self.work_size)
        own = torch.cat([every[:, list(numbers)].sum(1, keepdim=True) for numbers in self.members], 1)
        total = own.sum(1, keepdim=True)
        if float(total.min()) > 1 - LEAST_SHARE:
            return own / total
        means = own.mean((2, 3), keepdim=True)
        spread = own + LEAST_SHARE * means / means.sum()
        return spread / spread.sum(1, keepdim=True)

    def _all(self, size: tuple[int, int]) -> Tensor:
        return self.regions.at(size)[0, [number for numbers in self.members for number in numbers]].sum(0)
