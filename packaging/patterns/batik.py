"""Batik: the four petals of the kawung in wax on indigo and brown, with the cracks that folding leaves."""

from __future__ import annotations

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, color, mix, scattered_cells, step

REPEAT = 0.165  # of the longer edge
CREAM, BROWN, INDIGO, NIGHT = color("#f0dfb6"), color("#9a5a22"), color("#22406e"), color("#141d33")


def batik(sheet: Sheet) -> Field:
    """Cloth dyed three times: each place shows the dyes it was not waxed against."""
    x = sheet.x + 0.0030 * sheet.noise(0.3, 2.6)
    y = sheet.y + 0.0030 * sheet.noise(0.3, 2.6)
    bottom = float(sheet.y.max())
    band = np.minimum(y, bottom - y)
    indigo, brown = _kawung(sheet, x, y)
    border_indigo, border_brown = _border(x, band)
    in_border = step(0.0995, 0.1005, band) < 0.5
    indigo = np.where(in_border, border_indigo, indigo)
    brown = np.where(in_border, border_brown, brown)
    unevenness = 0.0012 * sheet.noise(0.03, 2.0)
    first = step(-0.0012, 0.0012, indigo + unevenness)
    second = step(-0.0012, 0.0012, brown + unevenness)
    cracks = _cracks(sheet)
    first = np.clip(first + cracks * 0.85, 0, 1)  # dye creeps in where the wax broke
    second = np.clip(second + 0.55 * np.roll(cracks, (1, 2), (0, 1)), 0, 1)
    depth = 0.12 * sheet.noise(0.3, 1.8) + 0.07 * sheet.noise(0.02, 1.3)
    cloth = CREAM * (1 + 0.03 * sheet.noise(0.2))[..., None]
    cloth = mix(cloth, cloth * mix(BROWN, CREAM, 0.12) * 1.15, second * np.clip(0.9 + depth, 0, 1))
    blue = mix(INDIGO, NIGHT, np.clip(0.35 + depth * 1.6, 0, 1))
    cloth = mix(cloth, blue * (0.75 + 0.25 * cloth), first * np.clip(0.95 + depth, 0, 1))
    pace = 2 * np.pi / 0.0028
    weave = (
        0.022 * np.sin(sheet.x * pace) + 0.022 * np.sin(sheet.y * pace) + 0.03 * sheet.noise(0.004, 0.8, stretch=3.0)
    )
    return as_bytes(np.clip(cloth * (1 + weave)[..., None], 0, 1))


def _kawung(sheet: Sheet, x: Field, y: Field) -> tuple[Field, Field]:
    """Where indigo and where brown was let in, above 0: petals along both diagonals, seeds, stars and rows of dots."""
    column, row = x / REPEAT, y / REPEAT
    dx, dy = column - np.round(column), row - np.round(row)
    along, beside = (dx + dy) / 2**0.5, (dy - dx) / 2**0.5
    petals = np.full(sheet.shape, -1.0, np.float32)
    seeds, rims, dots = petals.copy(), petals.copy(), petals.copy()
    for first, second in ((along, beside), (beside, along)):
        from_heart = np.abs(first) - 0.345
        oval = 1 - np.hypot(from_heart / 0.285, second / 0.172)
        petals = np.maximum(petals, oval * 0.172 * REPEAT)
        rims = np.maximum(rims, (0.055 - np.abs(oval - 0.32)) * 0.172 * REPEAT)
        seeds = np.maximum(seeds, (1 - np.hypot((np.abs(from_heart) - 0.075) / 0.062, second / 0.036)) * 0.036 * REPEAT)
        turn = np.arctan2(second / 0.172, from_heart / 0.285)
        ring = np.hypot(from_heart / 0.285, second / 0.172)
        dots = np.maximum(dots, (0.05 - np.hypot(ring - 0.86, np.abs(np.sin(turn * 13)) * 0.075)) * 0.2 * REPEAT)
    heart = 0.055 - np.hypot(dx, dy) * (1 + 0.4 * np.cos(8 * np.arctan2(dy, dx)))
    far_x, far_y = np.abs(dx) - 0.5, np.abs(dy) - 0.5
    star = 0.115 - np.hypot(far_x, far_y) * (1.0 + 0.55 * np.cos(4 * np.arctan2(far_y, far_x)))
    ring = 0.012 - np.abs(np.hypot(far_x, far_y) - 0.055)
    spots = 0.011 - np.hypot(np.mod(column * 13, 1) - 0.5, np.mod(row * 13, 1) - 0.5) / 13
    spots = np.where((petals < -0.016 * REPEAT) & (star < -0.02), spots * REPEAT, -1)
    indigo = -petals  # the ground
    indigo = np.where(star > -0.01, np.where(ring > 0, 0.5, -star), indigo)
    indigo = np.where(np.maximum(seeds, dots) > -0.002, np.maximum(seeds, dots), indigo)
    indigo = np.minimum(indigo, np.where(spots > -0.003, -spots, 1))
    indigo = np.where(heart > -0.004, np.abs(heart - 0.018) - 0.008, indigo)
    brown = np.maximum(np.maximum(rims, star * REPEAT - 0.003), heart * REPEAT)
    return indigo.astype(np.float32), brown.astype(np.float32)


def _border(x: Field, band: Field) -> tuple[Field, Field]:
    """Spearheads between two lines along the hems."""
    place = x / 0.055
    across = np.abs(place - np.round(place)) * 0.055
    spear = 0.020 * np.clip((0.074 - band) / 0.050, 0, 1) ** 0.7 - across
    inner = 0.010 * np.clip((0.064 - band) / 0.036, 0, 1) ** 0.8 - across
    lines = np.maximum(0.0022 - np.abs(band - 0.020), 0.0022 - np.abs(band - 0.0945))
    beads = 0.0046 - np.hypot((place * 2 - np.round(place * 2)) * 0.0275, band - 0.084)
    wax = np.maximum(np.maximum(np.where(band > 0.024, spear, -1), lines), beads)
    indigo = np.where(inner > -0.002, np.where(band > 0.028, inner, -wax), -wax)
    return indigo.astype(np.float32), (np.where(band > 0.024, spear - 0.003, -1)).astype(np.float32)


def _cracks(sheet: Sheet) -> Field:
    """Broken lines of several sizes, more of them where the cloth was crumpled."""
    total = np.zeros(sheet.shape, np.float32)
    crumpled = step(-0.9, 1.6, sheet.noise(0.35, 1.8))
    for spacing, width, share in ((0.17, 0.0020, 1.0), (0.080, 0.0015, 0.9), (0.034, 0.0010, 0.7)):
        cells = scattered_cells(Sheet(sheet.shape, sheet.rng), spacing, jitter=1.0)
        border = np.abs(cells.border / sheet.edge + 0.0030 * sheet.noise(0.05, 1.7))
        line = step(width * 1.6, width * 0.5, border) * step(-0.2, 0.7, 0.8 * sheet.noise(0.15) + 1.2 * crumpled - 0.4)
        total = np.maximum(total, line * share)
    halo = blur(total, 0.0025 * sheet.edge)
    return np.clip(total + 0.35 * halo, 0, 1)
