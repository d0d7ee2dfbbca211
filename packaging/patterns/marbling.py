"""Marbled paper: drops of colour on a bath, drawn into combs and curls.

Each act of the marbler is a closed formula, undone here from the last to the first for every pixel, which then lies in
one of the drops. Source: Lu, Jaffer, Jin, Zhao & Mao 2012, "Mathematical Marbling".
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, colors, step

INKS = colors("#16264a", "#7a1f2b", "#e8d9b8", "#c98a2e", "#1f5f66", "#f3ead6", "#a8452f", "#0f1626")
FINENESS = 2  # samples per pixel, each way: veins are thinner than pixels
DROPS = 190


def marbled_paper(sheet: Sheet) -> Field:
    """A bath of many drops, combed to and fro, then drawn into feathers and a few curls."""
    height, width = sheet.shape
    columns = (np.arange(width * FINENESS, dtype=np.float32) + 0.5) / FINENESS / sheet.edge
    rows = (np.arange(height * FINENESS, dtype=np.float32) + 0.5) / FINENESS / sheet.edge
    x, y = (axis.astype(np.float32) for axis in np.meshgrid(columns, rows))
    sway = np.kron(sheet.noise(0.5, 2.6), np.ones((FINENESS, FINENESS), np.float32))
    x = x + 0.006 * sway
    bottom = height / sheet.edge
    for centre_x, centre_y, turn in (
        (0.22, 0.30, 1.5),
        (0.62, 0.62, -1.6),
        (0.86, 0.22, 1.4),
        (0.30, 0.80, -1.2),
        (0.5, 0.1, 1.2),
    ):
        x, y = _unturned(x, y, centre_x, centre_y * bottom, turn, 0.055)
    x, y = _uncombed(x, y, np.pi / 2, 0.040, 0.105, 0.018, phase=0.3)
    x, y = _uncombed(x, y, np.pi / 2, 0.080, -0.050, 0.012, phase=0.7)
    x, y = _uncombed(x, y, 0.0, 0.10, 0.24, 0.030, phase=0.1)
    x, y = _uncombed(x, y, 0.0, 0.10, -0.24, 0.030, phase=0.6)
    ink = _dropped(x, y, list(_drops(sheet, bottom)))
    picture = INKS[ink].reshape(height, FINENESS, width, FINENESS, 3).mean(axis=(1, 3))
    bath = 0.05 * sheet.noise(0.15) + 0.022 * sheet.noise(0.005, 1.0) + 0.025 * sheet.speckle(0.0008)
    picture = picture * (1 + bath)[..., None]
    tone = blur(picture.mean(axis=2).astype(np.float32), 0.0008 * sheet.edge)
    gold = step(1.75, 2.1, sheet.speckle(0.0016)) * step(0.4, 1.4, sheet.noise(0.2))
    picture = picture * (1 - gold[..., None]) + gold[..., None] * colors("#e3bd62")[0] * (0.8 + 0.4 * tone[..., None])
    return as_bytes(np.clip(picture + 0.10 * (tone - np.roll(tone, (1, 1), (0, 1)))[..., None], 0, 1))


def _drops(sheet: Sheet, bottom: float) -> Iterator[tuple[float, float, float, int]]:
    """Centre, radius and ink, in the order they fell."""
    for number in range(DROPS):
        radius = 0.024 + 0.07 * sheet.rng.random() ** 2.2 if number % 3 else 0.012 + 0.02 * sheet.rng.random()
        yield (
            float(1.3 * sheet.rng.random() - 0.15),
            float(1.4 * sheet.rng.random() - 0.2) * bottom,
            float(radius),
            int(sheet.rng.integers(len(INKS))),
        )


def _dropped(x: Field, y: Field, drops: list[tuple[float, float, float, int]]) -> np.ndarray:
    """The number of the ink at each place: the last drop that fell there, as later ones have pushed it aside."""
    ink = np.zeros(x.shape, np.int64)
    is_open = np.ones(x.shape, bool)
    for centre_x, centre_y, radius, number in reversed(drops):
        away = np.hypot(x - centre_x, y - centre_y)
        inside = is_open & (away < radius)
        ink[inside] = number
        is_open &= ~inside
        pull = np.sqrt(np.maximum(1 - (radius / np.maximum(away, radius)) ** 2, 0))
        x, y = centre_x + (x - centre_x) * pull, centre_y + (y - centre_y) * pull
    return ink


def _uncombed(
    x: Field, y: Field, angle: float, pace: float, pull: float, soft: float, phase: float
) -> tuple[Field, Field]:
    """Before a comb of teeth `pace` apart was drawn through along `angle`: each drags what is near it by `pull`."""
    cosine, sine = np.cos(angle), np.sin(angle)
    beside = (y * cosine - x * sine) / pace + phase
    from_tooth = np.abs(beside - np.round(beside)) * pace
    drag = pull * soft / (soft + from_tooth)
    return (x - drag * cosine).astype(np.float32), (y - drag * sine).astype(np.float32)


def _unturned(x: Field, y: Field, centre_x: float, centre_y: float, turn: float, reach: float) -> tuple[Field, Field]:
    """Before a stylus was turned at a place: a curl of `turn` radians in its middle."""
    dx, dy = x - centre_x, y - centre_y
    angle = -turn * 2.2 * np.exp(-np.hypot(dx, dy) / reach)
    cosine, sine = np.cos(angle), np.sin(angle)
    return (centre_x + dx * cosine - dy * sine).astype(np.float32), (centre_y + dx * sine + dy * cosine).astype(
        np.float32
    )
