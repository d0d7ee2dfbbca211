"""Halftone: blossoms printed in four coarse screens, a little out of register, on newsprint."""

from __future__ import annotations

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, color, mix, sample, step
from patterns.scenes import blossoms

PITCH = 0.0092  # of the longer edge, from dot to dot
INKS = (("#f7d417", 0), ("#e5267d", 75), ("#12a0d8", 15), ("#1d1a22", 45))  # and the angle of the screen in degrees
GROUND = ("#1d6fae", "#5ab4d8", "#bfe3e6")
PETALS = (("#c01848", "#f0507a", "#fbc4cf"), ("#e0641a", "#fbb13c", "#fdeaa8"), ("#f3efe2", "#fbf6e4", "#f6c9c0"))
LEAF = ("#0f5a3c", "#7cbf5a")


def halftone(sheet: Sheet) -> Field:
    """Each ink as dots that grow with its share; where they overlap, the light goes through both."""
    scene = blossoms(sheet, GROUND, PETALS, LEAF)
    picture = np.clip((blur(scene.color, 0.002 * sheet.edge) - 0.08) * 1.12, 0, 1)
    inks = 1 - picture
    black = np.clip(inks.min(axis=2) * 1.5 - 0.42, 0, 1)
    shares = [*(np.clip((inks[..., at] - 0.55 * black) * 1.08, 0, 1) for at in (2, 1, 0)), black]
    paper = color("#f4ecd8") * (1 + 0.018 * sheet.noise(0.01, 1.0) + 0.02 * sheet.noise(0.4))[..., None]
    fibres = step(1.9, 2.6, sheet.noise(0.008, 1.4, stretch=4.0))
    print_ = paper * (1 - 0.10 * fibres)[..., None]
    bleed = 0.055 * sheet.noise(0.003, 1.0)
    for (ink, degrees), share in zip(INKS, shares, strict=True):
        away = sheet.rng.uniform(-0.0022, 0.0022, 2) * sheet.edge  # no sheet lies twice in the same place
        moved = sample(share.astype(np.float32), sheet.x * sheet.edge + away[0], sheet.y * sheet.edge + away[1])
        dots = _screen(sheet, moved, np.deg2rad(degrees), bleed)
        patchy = np.clip(0.93 + 0.05 * sheet.noise(0.15) + 0.05 * sheet.speckle(0.001), 0, 1)  # ink lies unevenly
        print_ = print_ * mix(np.ones(3, np.float32), color(ink), dots * patchy)
    return as_bytes(print_)


def _screen(sheet: Sheet, share: Field, angle: float, bleed: Field) -> Field:
    """How much ink lies where: round dots that meet and become round holes."""
    turned_x = (sheet.x * np.cos(angle) + sheet.y * np.sin(angle)) * 2 * np.pi / PITCH
    turned_y = (sheet.y * np.cos(angle) - sheet.x * np.sin(angle)) * 2 * np.pi / PITCH
    height = 0.5 + 0.25 * (np.cos(turned_x) + np.cos(turned_y))
    soft = 0.9 / (PITCH * sheet.edge)
    grown = 0.06 + 1.02 * share  # ink spreads in paper
    return step(1 - grown - soft, 1 - grown + soft, height + bleed) * step(0.01, 0.05, share)
