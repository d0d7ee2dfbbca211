"""How many steps at which sizes: coarse to fine, each size the root of two of the one before."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.recipe import Quality

SMALLEST_EDGE = 96  # px; below, relu4_3 has too few positions for a covariance
# Steps from the final size downwards; sizes below the last entry take the last.
STEPS: dict[Quality, tuple[int, ...]] = {
    "draft": (4, 6, 10, 16, 30),
    "standard": (14, 18, 26, 40, 60),
    "high": (50, 60, 80, 100, 120),
}
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
    while not plan or edge >= (SMALLEST_EDGE if start_edge is None else 0.9 * start_edge):
        steps = STEPS[quality][min(len(plan), len(STEPS[quality]) - 1)]
        pixels = edge * edge * short_edge / long_edge
        plan.append(Stage(round(edge), steps, steps * (pixels + OVERHEAD)))
        edge /= 2**0.5
    return tuple(reversed(plan))
