"""Watercolour: mountains in veils of wet colour on rough paper, with hard rims, blooms and settled pigment."""

from __future__ import annotations

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, color, mix, step

PAPER = color("#fbf7ec")


def watercolour(sheet: Sheet) -> Field:
    """Washes from the sky down to the shore, each laid over the dry ones before."""
    x, y = sheet.x, sheet.y
    bottom = float(y.max())
    tooth = 0.6 * sheet.noise(0.005, 1.1) + 0.4 * sheet.noise(0.014, 1.4)  # the paper's height
    picture = np.broadcast_to(PAPER, (*sheet.shape, 3)).astype(np.float32)
    sun = step(0.040, 0.048, np.hypot(x - 0.66, y - 0.27 * bottom) + 0.002 * sheet.noise(0.05))  # left white

    for code, centre, reach, strength in (
        ("#2f74c0", -0.04, 0.20, 0.95), ("#e0607a", 0.25, 0.085, 0.42), ("#f2a54a", 0.38, 0.13, 0.62),
    ):  # fmt: skip
        edge = y / bottom - centre + 0.055 * sheet.noise(0.6, 2.1, stretch=2.2)
        wet = np.exp(-((edge / reach) ** 2)) * (1 - 0.8 * step(0.7, 1.5, sheet.noise(0.35, 2.0, stretch=1.8)))
        picture = _wash(sheet, picture, color(code), wet * sun * strength, tooth, rim=0.15)
    for code, deep, base, height, thick in (
        ("#9aa5d8", "#b58fc0", 0.47, 0.11, 0.05), ("#5f8fc4", "#7a7fc0", 0.55, 0.14, 0.075),
        ("#3f8f9f", "#2f6f9a", 0.63, 0.09, 0.09), ("#3f8a5f", "#1f6a6a", 0.70, 0.05, 0.12),
    ):  # fmt: skip
        line = base * bottom
        for octave in range(1, 7):
            pace, phase = 2.05**octave * (1.7 + sheet.rng.random()), 7 * sheet.rng.random()
            line = line + height / 1.8**octave * np.sin(pace * x + phase)
        inside = step(-0.0012, 0.0012, y - line + 0.002 * sheet.noise(0.05, 1.6))
        load = inside * (0.10 + 0.9 * np.exp(-np.maximum(y - line, 0) / thick))
        tint = mix(color(code), color(deep), step(-0.8, 1.2, sheet.noise(0.3, 2.0)))
        picture = _wash(sheet, picture, tint, load * 0.95, tooth)
    picture = _lake(sheet, picture, tooth, 0.745 * bottom)
    for code, place, size in (
        ("#2f6a4a", 0.09, 0.20),
        ("#7a9a3a", 0.22, 0.13),
        ("#b8552f", 0.86, 0.15),
        ("#2f5a5a", 0.96, 0.22),
    ):
        picture = _tree(sheet, picture, tooth, color(code), place, 0.80 * bottom, size)
    bank = step(-0.002, 0.002, y - (0.865 + 0.035 * np.sin(5 * x + 1)) * bottom + 0.005 * sheet.noise(0.07, 1.6))
    picture = _wash(sheet, picture, color("#a8b04a"), bank * 0.85, tooth)
    grass = bank * step(0.2, 0.9, sheet.noise(0.05, 1.7)) * step(0.86 * bottom, bottom, y)
    picture = _wash(sheet, picture, color("#3f7a4a"), grass * 0.8, tooth)
    for code, size, rarity in (("#d83f4f", 0.0034, 2.6), ("#f0a02f", 0.0030, 2.7)):
        picture = _wash(sheet, picture, color(code), bank * step(rarity, rarity + 0.25, sheet.speckle(size)), tooth)
    drops = step(3.1, 3.3, sheet.speckle(0.0030)) + step(3.0, 3.2, sheet.speckle(0.0016))
    picture = _wash(sheet, picture, color("#3f74b8"), np.clip(drops, 0, 1) * 0.7, tooth, rim=0.3)
    slope = tooth - np.roll(tooth, (1, 1), (0, 1))
    return as_bytes(np.clip(picture + 0.022 * slope[..., None], 0, 1))


def _lake(sheet: Sheet, picture: Field, tooth: Field, shore: float) -> Field:
    """The hills once more, upside down, broken by the light on the water."""
    down = np.maximum(sheet.y - shore, 0)
    above = np.clip((shore - 1.15 * down) * sheet.edge, 0, sheet.shape[0] - 1).astype(int)
    sway = 0.010 * sheet.noise(0.06, 1.8, stretch=5.0) * step(0, 0.05, down)
    beside = np.clip((sheet.x + sway) * sheet.edge, 0, sheet.shape[1] - 1).astype(int)
    mirrored = mix(blur(picture, 0.004 * sheet.edge)[above, beside], PAPER, 0.30)
    shine = step(0.5, 1.3, sheet.noise(0.05, 1.7, stretch=9.0)) * step(0, 0.03, down)
    mirrored = mix(mirrored, PAPER, 0.8 * shine)
    water = step(-0.001, 0.001, sheet.y - shore + 0.0012 * sheet.noise(0.08))
    picture = mix(picture, mirrored, water)
    return _wash(sheet, picture, color("#3f96c0"), water * (1 - shine) * (0.22 + 1.3 * down), tooth, rim=0.2)


def _tree(sheet: Sheet, picture: Field, tooth: Field, tint: Field, place: float, foot: float, size: float) -> Field:
    """A crown of wet dabs that run into each other, on a stroke for a trunk."""
    x, y, rng = sheet.x, sheet.y, sheet.rng
    trunk = step(0.0045, 0.003, np.abs(x - place + 0.05 * (y - foot) ** 2 + 0.002 * sheet.noise(0.05, 1.8)))
    trunk = trunk * (y > foot - size * 0.7) * (y < foot + 0.05)
    picture = _wash(sheet, picture, color("#6a4a3f"), trunk * 0.8, tooth)
    for share in (0.55, 0.5, 0.4):
        crown = np.zeros(sheet.shape, np.float32)
        for _ in range(14):
            turn, away = 2 * np.pi * rng.random(), size * 0.42 * rng.random() ** 0.5
            centre_x, centre_y = place + away * np.cos(turn), foot - size * 0.75 + 1.15 * away * np.sin(turn)
            radius = size * (0.09 + 0.10 * rng.random())
            away = np.hypot(x - centre_x, y - centre_y) + 0.10 * radius * sheet.noise(0.03, 1.8)
            crown = np.maximum(crown, step(radius * 1.04, radius * 0.96, away) * (0.6 + 0.4 * rng.random()))
        picture = _wash(sheet, picture, tint, crown * share, tooth)
    return picture


def _wash(sheet: Sheet, below: Field, tint: Field, load: Field, tooth: Field, rim: float = 0.55) -> Field:
    """The picture with one more veil on it. load: how much colour lies where, 0 ... 1."""
    water = sheet.noise(0.35, 2.1)
    bloom = step(0.75, 0.95, water) - step(0.95, 1.5, water)  # where a drop pushed the colour aside: a dark frill
    flow = 1 + 0.16 * sheet.noise(0.15, 1.9) - 0.30 * step(0.9, 1.6, water) + 0.22 * bloom
    density = np.clip(load, 0, 1) * np.clip(flow, 0.25, 2)
    border = np.abs(load - blur(load, 0.0028 * sheet.edge))  # colour gathers where the wash dries last
    density = density + rim * border * (load > 0.05) * (0.7 + 0.5 * step(-0.5, 1, sheet.noise(0.1)))
    density = density * (1 - 0.11 * tooth)  # and settles in the hollows
    missed = step(1.6, 2.3, tooth) * step(0.9, 0.3, density)
    density = np.clip(density * (1 - 0.6 * missed), 0, 1.8)
    return (below * np.clip(tint, 0.02, 1) ** density[..., None]).astype(np.float32)
