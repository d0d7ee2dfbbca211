"""How many steps at which sizes: coarse to fine, each size twice the one before."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.recipe import Quality

SMALLEST_EDGE = 96  # px, of the longer edge; below, relu4_3 has too few positions for a covariance
NARROWEST = 16  # px, of the shorter edge; three poolings leave two positions of it
# Steps from the final size downwards; sizes below the last entry take the last. Sizes in between (the root of two
# apart) lost against more steps at these, at equal time; what more than 14 gain at half the size is lost again when
# the picture is enlarged.
STEPS: dict[Quality, tuple[int, ...]] = {
    "draft": (4, 7, 16),
    "standard": (16, 14, 30),
    "high": (90, 14, 30),
}
FULL_EDGE = 1024  # px; up to here a stage takes all its steps, beyond the strokes are there and only grain is missing
FEWEST_STEPS = 4
OVERHEAD = 3_000  # px whose cost equals what a step costs at any size


@dataclass(frozen=True)
class Stage:
    """Some steps at one size. long_edge: px. cost: of all its steps, in px of one step."""

    long_edge: int
    steps: int
    cost: float


def stages(long_edge: int, short_edge: int, quality: Quality, start_edge: int | None = None) -> tuple[Stage, ...]:
    """The stages that lead to a picture of long_edge x short_edge px.

    start_edge: longer edge of a picture to go on from, None to start afresh; sizes clearly below it are left out.
    """
    plan: list[Stage] = []
    edge = float(long_edge)
    least = max(NARROWEST * long_edge / short_edge, SMALLEST_EDGE if start_edge is None else 0.9 * start_edge)
    while not plan or edge >= least:
        steps = STEPS[quality][min(len(plan), len(STEPS[quality]) - 1)]
        steps = max(FEWEST_STEPS, round(steps * min(1.0, FULL_EDGE / edge)))
        pixels = edge * edge * short_edge / long_edge
        plan.append(Stage(round(edge), steps, steps * (pixels + OVERHEAD)))
        edge /= 2
    return tuple(reversed(plan))
