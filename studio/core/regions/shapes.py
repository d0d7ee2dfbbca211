"""What a region is made of: shapes in shares of the photo, put together by adding, taking away and crossing.

Shares, so that a mask drawn on one photo means the same place of another, and at any size: x from 0 at the left to 1 at
the right, y from 0 at the top to 1 at the bottom; may lie outside.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np

from studio.core.errors import RecipeError
from studio.core.picture import Pixels

Point = tuple[float, float]
FoundName = Literal["subject", "background", "faces"]
Operation = Literal["add", "subtract", "intersect"]

FOUND_NAMES: tuple[FoundName, ...] = get_args(FoundName)
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
MOST_POINTS = 20_000  # of a polygon: a lasso around a whole photo has some thousand
FARTHEST = 100.0  # times the photo that a point may lie outside
WIDEST = 0.5  # share of the photo's longer edge that a mask may grow, shrink or fade over
MOST_STEPS = 1_000  # of a mask


@dataclass(frozen=True)
class Found:
    """What the engine finds in the photo by itself, whichever photo it is."""

    what: FoundName

    def __post_init__(self) -> None:
        if self.what not in FOUND_NAMES:
            raise RecipeError(f"{self.what!r} is nothing the studio finds; it finds {', '.join(FOUND_NAMES)}.")


@dataclass(frozen=True)
class Everything:
    """The whole photo."""


@dataclass(frozen=True)
class Gradient:
    """All on the side of `start`, fading evenly on the way to `end` (a sky, the upper third)."""

    start: Point
    end: Point

    def __post_init__(self) -> None:
        _check_points((self.start, self.end))


@dataclass(frozen=True)
class Polygon:
    """Inside of a closed line (lasso, polygon, rectangle), by the even-odd rule."""

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not 3 <= len(self.points) <= MOST_POINTS:
            raise RecipeError(f"A polygon has 3 to {MOST_POINTS:,} corners, not {len(self.points):,}.")
        _check_points(self.points)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A mask in pixels: brushed, or from a file. values: (h, w) uint8, 0 outside to 255 inside, read-only."""

    values: Pixels

    def __post_init__(self) -> None:
        if self.values.dtype != np.uint8 or self.values.ndim != 2 or 0 in self.values.shape:
            raise RecipeError(f"A mask needs (height, width) bytes, not {self.values.shape} of {self.values.dtype}.")
        if self.values.flags.writeable or not self.values.flags.c_contiguous:
            values = np.ascontiguousarray(self.values).view()
            values.flags.writeable = False
            object.__setattr__(self, "values", values)

    def __reduce__(self) -> tuple[type[Drawn], tuple[Any, ...]]:
        return Drawn, (self.values,)  # through __init__, because unpickled arrays are writable again

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Drawn) and (self is other or self.fingerprint == other.fingerprint)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of size and values."""
        digest = hashlib.blake2b(repr(self.values.shape).encode(), digest_size=16)
        digest.update(self.values.data.cast("B"))
        return digest.hexdigest()


@dataclass(frozen=True)
class Grown:
    """No shape of its own: those before it in a mask are larger by this share of the photo's longer edge, below 0
    smaller; those after it are as they are.
    """

    share: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.share) or not -WIDEST <= self.share <= WIDEST:
            raise RecipeError(f"Shapes grow by {self.share:g}; it must be between {-WIDEST:g} and {WIDEST:g}.")


Shape = Found | Everything | Gradient | Polygon | Drawn | Grown


@dataclass(frozen=True)
class Step:
    """One shape of a mask, and what it does to those before it; of Grown the operation is no matter."""

    operation: Operation
    shape: Shape

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise RecipeError(f"A shape can {', '.join(OPERATIONS)}, not {self.operation!r}.")


@dataclass(frozen=True)
class Mask:
    """Shapes put together in order, then grown, then faded, then turned inside out.

    grow: share of the photo's longer edge by which it becomes larger, below 0 smaller. feather: share over which its
    border fades. Raises RecipeError if a value is out of its range.
    """

    steps: tuple[Step, ...] = ()
    grow: float = 0.0
    feather: float = 0.0
    is_inverted: bool = False

    def __post_init__(self) -> None:
        if len(self.steps) > MOST_STEPS:
            raise RecipeError(f"A mask has at most {MOST_STEPS:,} shapes, not {len(self.steps):,}.")
        for name, low in (("grow", -WIDEST), ("feather", 0.0)):
            value = getattr(self, name)
            if not math.isfinite(value) or not low <= value <= WIDEST:
                raise RecipeError(f"{name} of a mask is {value:g}; it must be between {low:g} and {WIDEST:g}.")

    @classmethod
    def of(cls, shape: Shape) -> Mask:
        """A mask of one shape."""
        return cls((Step("add", shape),))

    def then(self, operation: Operation, shape: Shape) -> Mask:
        """The mask with one more shape."""
        return replace(self, steps=(*self.steps, Step(operation, shape)))

    def settled(self) -> Mask:
        """The same mask, of which what is added later does not grow."""
        return replace(self.then("intersect", Grown(self.grow)), grow=0.0) if self.grow else self

    @property
    def growth(self) -> float:
        """By what share of the longer edge what is seen is larger: inside out, it shrinks where the shapes grow."""
        return 0.0 - self.grow if self.is_inverted else self.grow

    def with_growth(self, growth: float) -> Mask:
        """The mask that is seen larger by this share than its shapes, WIDEST at most."""
        growth = min(max(growth, -WIDEST), WIDEST)
        return replace(self, grow=0.0 - growth if self.is_inverted else growth)

    @property
    def found(self) -> frozenset[FoundName]:
        """What the engine has to find before this mask can be drawn: "subject" and "faces"; background is the rest."""
        names = {step.shape.what for step in self.steps if isinstance(step.shape, Found)}
        return frozenset("subject" if name == "background" else name for name in names)


def upper_part(share: float = 1 / 3, fade: float = 0.1) -> Mask:
    """The upper part of a photo, fading over `fade` of its height around `share`."""
    return Mask.of(Gradient((0.5, share - fade / 2), (0.5, share + fade / 2)))


def rectangle(left: float, top: float, right: float, bottom: float) -> Polygon:
    """A rectangle as a polygon."""
    return Polygon(((left, top), (right, top), (right, bottom), (left, bottom)))


def _check_points(points: tuple[Point, ...]) -> None:
    for x, y in points:
        if not (abs(x) <= FARTHEST and abs(y) <= FARTHEST):  # false for what is no number
            raise RecipeError(f"A mask has a corner at ({x:g}, {y:g}), far outside of the photo.")
