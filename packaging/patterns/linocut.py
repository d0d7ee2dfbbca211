"""Linocut: hills, sun and water cut with a gouge, printed in three blocks."""

from __future__ import annotations

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, color, mix, step, streaks
from patterns.scenes import FLOWER, SKY, SUN, WATER, Palette, landscape, soft_part

PALETTE = Palette(
    sky=("#303030", "#5a5a5a", "#a8a8a8", "#d8d8d8"),
    sun=("#ffffff", "#ffffff", "#ffffff"),
    ridges=("#b0b0b0", "#606060", "#909090", "#404040", "#c8c8c8", "#707070", "#8a8a8a", "#303030"),
    tree=("#000000", "#1a1a1a", "#707070"),
    water=("#e0e0e0", "#7a7a7a", "#2a2a2a"),
    flowers=("#ffffff", "#f0f0f0", "#e0e0e0"),
)


def linocut(sheet: Sheet) -> Field:
    """A light block, a warm and a cool one under it, and the key block in black with the gouge's marks."""
    scene = landscape(sheet, PALETTE)
    tone = np.clip(blur(scene.tone, 0.004 * sheet.edge) + 0.04 * sheet.noise(0.1), 0, 1)
    grain = sheet.noise(0.0062, 3.2)
    marks = streaks(grain, scene.angle, 0.028 * sheet.edge)
    rank = np.argsort(np.argsort(marks.ravel(), kind="stable"), kind="stable").reshape(sheet.shape) / marks.size
    cut = step(-0.035, 0.035, rank - (1.0 - 0.86 * tone**0.9))  # 1 where the gouge went
    sun = soft_part(scene, SUN)
    rays = np.cos(26 * np.arctan2(sheet.y - 0.27 * float(sheet.y.max()), sheet.x - 0.64))
    away = np.hypot(sheet.x - 0.64, sheet.y - 0.27 * float(sheet.y.max()))
    ray = (
        step(0.35, 0.55, rays + 0.25 * sheet.noise(0.06)) * step(0.30, 0.12, away) * (scene.part == SKY) * (away > 0.10)
    )
    cut = np.maximum(np.maximum(cut, sun), ray)
    drawn = scene.part
    edge = np.maximum(
        np.abs(np.diff(drawn, axis=0, prepend=drawn[:1])), np.abs(np.diff(drawn, axis=1, prepend=drawn[:, :1]))
    )
    contour = step(0.10, 0.34, blur((edge > 0).astype(np.float32), 0.0024 * sheet.edge))
    key = np.clip(np.maximum(1 - cut, contour * (scene.part != FLOWER)), 0, 1)

    paper = color("#f1e6cf") * (1 + 0.02 * sheet.noise(0.006, 1.0) + 0.02 * sheet.noise(0.4))[..., None]
    warm = np.clip(sun + soft_part(scene, FLOWER) + step(0.34, 0.14, away) * (scene.part == SKY) * 0.95, 0, 1)
    warm = np.maximum(warm, (scene.part == WATER) * np.exp(-(((sheet.x - 0.64) / 0.11) ** 2)) * 0.9)
    cool = np.clip((scene.part == WATER) + (scene.part == SKY) * step(0.22, 0.42, away), 0, 1).astype(np.float32)
    cool = blur(cool, 0.0015 * sheet.edge)
    green = np.clip(1 - soft_part(scene, SKY) - soft_part(scene, WATER) - soft_part(scene, SUN), 0, 1)
    picture = paper
    for ink, where in (("#f0a63a", warm), ("#6fa3a6", cool), ("#b9b56a", green)):
        picture = mix(picture, picture * color(ink), _inked(sheet, where, 0.10))
    return as_bytes(mix(picture, color("#1c1f2b"), _inked(sheet, key, 0.16)))


def _inked(sheet: Sheet, where: Field, miss: float) -> Field:
    """How much ink a block leaves: less where the roller or the paper did not reach."""
    salt = step(1.5, 2.5, sheet.speckle(0.0011) + 0.5 * sheet.noise(0.12))
    thin = 1 - miss * step(-0.5, 1.8, sheet.noise(0.2, 1.8)) - 0.55 * salt
    return (where * np.clip(thin + 0.03 * sheet.noise(0.004, 1.0), 0, 1)).astype(np.float32)
