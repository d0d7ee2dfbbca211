"""Stained glass: a rose window of bubbly, streaked panes in lead, lit from behind."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, color, colors, mix, scattered_cells, step

GLASS = colors(
    "#0c2470", "#14389a", "#2a62b8", "#0f4a78", "#6e0c1c", "#a3141f", "#c23a26", "#c77f28",
    "#e0b452", "#14553a", "#3f7f46", "#472470", "#7a4596", "#cfd6b4", "#2f8a8a",
)  # fmt: skip
BLUES, REDS, GOLDS, GREENS, OTHERS = (0, 1, 2, 3), (4, 5, 6), (7, 8), (9, 10, 14), (11, 12, 13)


def stained_glass(sheet: Sheet) -> Field:
    """Rings of petals around a centre, and broken panes beyond them."""
    pane, lead, light = _window(sheet)
    numbers, pane = np.unique(pane, return_inverse=True)
    pane = pane.reshape(sheet.shape)
    base = GLASS[numbers % 1000 % len(GLASS)]
    base = base * (1 + 0.20 * sheet.rng.standard_normal((len(base), 1))) + 0.02 * sheet.rng.standard_normal(base.shape)
    glass = np.clip(base, 0, 1)[pane].astype(np.float32)

    turn = (sheet.rng.random(len(base)) * 8)[pane]  # each pane was cut from another sheet
    streak = np.sin(9 * sheet.noise(0.25, 1.9) + turn + 14 * sheet.noise(0.6, 2.2)) * 0.5
    cloud = 0.35 * sheet.noise(0.12, 1.7) + 0.4 * streak
    glass = np.clip(glass, 0.004, 1) ** np.clip(1 - 0.36 * cloud, 0.4, 2.2)[..., None]
    bubbles = step(2.6, 3.4, sheet.speckle(0.0014)) - step(2.4, 3.2, np.roll(sheet.speckle(0.002), 1, 0))
    centre = np.hypot(sheet.x - 0.5 * sheet.x.max(), sheet.y - 0.42 * sheet.y.max())
    sun = 1.18 - 0.55 * step(0.1, 0.75, centre) + 0.10 * sheet.noise(0.5, 2.0)
    glass = glass * (sun * (0.50 + 0.72 * light**0.6))[..., None] + 0.10 * bubbles[..., None]
    halo = np.maximum(blur(glass, 0.012 * sheet.edge), 0)
    glass = glass + 0.22 * halo**1.5  # light spreads in the eye

    thick = 0.0030 * (1 + 0.12 * sheet.noise(0.08, 2.2))
    came = step(thick * 1.15, thick * 0.85, lead)
    height = np.clip(1 - (lead / np.maximum(thick, 1e-4)) ** 2, 0, 1)
    slope = height - np.roll(height, (2, 2), (0, 1))
    metal = color("#17181c") * (1 + 0.5 * sheet.noise(0.03) * 0.3)[..., None] + 0.55 * np.clip(slope, 0, 1)[
        ..., None
    ] * color("#9aa2b0")
    return as_bytes(mix(glass, metal + 0.15 * halo, came))


def _window(sheet: Sheet) -> tuple[np.ndarray, Field, Field]:
    """(pane: its number, of which the rest by 1000 is its glass; px to the lead in shares; light from 0 to 1)."""
    rng = sheet.rng
    wobble = 0.003 * sheet.noise(0.25, 3.0)
    x = sheet.x - 0.5 * float(sheet.x.max()) + wobble
    y = sheet.y - 0.5 * float(sheet.y.max()) + 0.003 * sheet.noise(0.25, 3.0)
    away, turn = np.hypot(x, y), np.arctan2(y, x)
    pane = np.zeros(sheet.shape, np.int64)
    lead = np.full(sheet.shape, 1.0, np.float32)
    light = np.full(sheet.shape, 0.5, np.float32)
    painted = np.full(sheet.shape, 1.0, np.float32)
    rings = (0.0, 0.036, 0.092, 0.120, 0.205, 0.232, 0.335, 0.362)
    counts = (1, 8, 16, 16, 48, 16, 64)
    glasses = (GOLDS, REDS, BLUES, BLUES, GOLDS, BLUES, REDS)
    for ring, (inner, outer) in enumerate(pairwise(rings)):
        count = counts[ring]
        offset = np.pi / count * (ring % 2)
        share = (turn + offset) / (2 * np.pi) * count
        sector = np.floor(share).astype(int) % count
        beside = np.abs(share - np.floor(share) - 0.5)  # 0.5 on the lead
        here = (away >= inner) & (away < outer)
        side = (0.5 - beside) * 2 * np.pi / count * away if count > 1 else np.full(sheet.shape, 1.0)
        depth = np.minimum(away - inner if inner else np.full(sheet.shape, 1.0), outer - away)
        edge = np.minimum(side, depth)
        middle = (inner + outer) / 2
        radius = min((outer - inner) * 0.36, np.pi * middle / count * 0.72)
        beside_middle = np.abs(share - np.floor(share) - 0.5) * 2 * np.pi / count * away
        bow = radius * (0.75 if ring > 1 else 0.0)  # petals are pointed where two arcs meet, round in the first ring
        petal = np.hypot(beside_middle + bow, (away - middle) * 0.92) - radius - bow * 0.62
        has_petal = ring in (1, 3, 5)
        inside = has_petal & (petal < 0)
        colour = np.array([glasses[ring][number % len(glasses[ring])] for number in range(count)])
        inner_colour = np.array(
            [(REDS, GOLDS, GREENS, OTHERS)[(number + ring) % 4][number % 2] for number in range(count)]
        )
        number = (ring * 2 + 1) * 50_000 + sector * 1000 + colour[sector]
        number = np.where(inside, (ring * 2 + 2) * 50_000 + sector * 1000 + inner_colour[sector], number)
        if has_petal:
            edge = np.minimum(edge, np.abs(petal))
            trace = np.where(
                inside, np.minimum(np.abs(petal + 0.24 * radius), np.abs(petal + 0.40 * radius) + 0.0004), 1
            )
            painted = np.where(here, np.minimum(painted, trace), painted)
        pane = np.where(here, number, pane)
        lead = np.where(here, edge, lead)
        light = np.where(here, np.clip(edge / 0.014, 0, 1), light)
    cells = scattered_cells(sheet, 0.058)
    ray = np.floor((turn + np.pi) / (2 * np.pi) * 16 + 0.5).astype(int) % 16
    group = np.where(ray % 2 == 0, 0, 1)
    pick = rng.integers(0, 1000, len(cells.x))[cells.owner]
    far_colour = np.where(
        group == 0,
        np.array(BLUES)[pick % 4],
        np.where(pick % 3 == 0, np.array(OTHERS)[pick % 3], np.array(GREENS + REDS)[pick % 6]),
    )
    outside = away >= rings[-1]
    split = np.abs((turn + np.pi) / (2 * np.pi) * 16 + 0.5 - np.round((turn + np.pi) / (2 * np.pi) * 16 + 0.5))
    edge = np.minimum(
        np.minimum(cells.border / sheet.edge, split * 2 * np.pi / 16 * away), np.maximum(away - rings[-1], 0)
    )
    pane = np.where(outside, 10_000_000 + (cells.owner * 16 + ray) * 1000 + far_colour, pane)
    lead = np.where(outside, edge, lead)
    light = np.where(outside, np.clip(edge / 0.014, 0, 1), light)
    veil = 0.55 * step(0.0016, 0.0007, painted + 0.0004 * sheet.noise(0.01))  # glass paint, burnt in
    return pane, lead.astype(np.float32), (light * (1 - veil)).astype(np.float32)
