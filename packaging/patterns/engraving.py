"""Ink hatching: a landscape in pen strokes that follow its forms and cross where it is dark, on old paper."""

from __future__ import annotations

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, color, mix, step, walk
from patterns.scenes import SKY, SUN, TREE, WATER, Palette, Scene, landscape
from PIL import Image, ImageDraw

PALETTE = Palette(
    sky=("#4a4a4a", "#8a8a8a", "#d8d8d8", "#f6f6f6"),
    sun=("#ffffff", "#ffffff", "#ffffff"),
    ridges=("#d4d4d4", "#8a8a8a", "#b8b8b8", "#4a4a4a", "#c8c8c8", "#4a4a4a", "#a8a8a8", "#2a2a2a"),
    tree=("#000000", "#303030", "#c0c0c0"),
    water=("#fafafa", "#a4a4a4", "#303030"),
    flowers=("#ffffff", "#ffffff", "#e0e0e0"),
)
# The turn of each layer against the form in radians, the tone it begins at, and how far apart its strokes are.
LAYERS = ((0.0, 0.95, 0.0042), (0.0, 0.78, 0.0046), (0.75, 0.63, 0.0044), (-0.7, 0.46, 0.0044), (1.5, 0.30, 0.0046))
STROKE = 0.042  # length, of the longer edge
SCALE = 3  # strokes are drawn larger and averaged: pen lines are thinner than pixels


def ink_hatching(sheet: Sheet) -> Field:
    """Layers of strokes, each begun at a darker tone than the one before, over a thin wash."""
    scene = landscape(sheet, PALETTE).mirrored
    tone = np.clip(blur(scene.tone, 0.0025 * sheet.edge) + 0.05 * sheet.noise(0.06), 0, 1)
    ink = _contours(sheet, scene)
    for turn, begin, spacing in LAYERS:
        ink = np.maximum(ink, _strokes(sheet, scene, tone, turn, begin, spacing))
    paper = color("#f0e4c8") * (1 + 0.03 * sheet.noise(0.3) + 0.022 * sheet.noise(0.006, 1.0))[..., None]
    paper = mix(paper, color("#c9ac7c"), 0.30 * step(1.0, 2.6, sheet.noise(0.4, 2.0)))
    wash = step(0.62, 0.10, tone) * (0.6 + 0.16 * sheet.noise(0.15, 1.8)) * (scene.part != SUN)
    paper = mix(paper, paper * color("#b79b7c"), np.clip(wash, 0, 1))
    density = np.clip(0.95 + 0.10 * sheet.noise(0.03) + 0.04 * sheet.speckle(0.001), 0, 1)
    return as_bytes(mix(paper, color("#241a1c"), ink * density))


def _strokes(sheet: Sheet, scene: Scene, tone: Field, turn: float, begin: float, spacing: float) -> Field:
    """One layer, as how much ink lies where."""
    height, width = sheet.shape
    pace, reach = max(spacing * sheet.edge, 2.0), max(STROKE * sheet.edge, 8.0)
    count = int(height * width / (pace * reach) * 1.9)
    x = (sheet.rng.random(count) * width).astype(np.float32)
    y = (sheet.rng.random(count) * height).astype(np.float32)
    angle = np.where(scene.part == WATER, -0.4 * np.sin(scene.angle), scene.angle).astype(np.float32)
    angle = angle + np.where((scene.part == SKY) | (scene.part == TREE), 0.6 * turn, turn)
    steps = 9
    path = [(x, y), *walk(angle, x, y, reach / steps, steps)]
    across, down = np.stack([part[0] for part in path]), np.stack([part[1] for part in path])
    here = tone[np.clip(down, 0, height - 1).astype(int), np.clip(across, 0, width - 1).astype(int)]
    is_dark = np.cumsum(here > begin, axis=0) == 0  # a stroke ends where it comes into the light
    lengths = np.minimum(is_dark.sum(axis=0), 3 + sheet.rng.integers(0, steps, count))
    heavy = np.clip((begin - here[0]) * 1.6 + 0.35, 0.35, 1.0) * (0.8 + 0.4 * sheet.rng.random(count))
    thick = np.maximum(1, np.rint(heavy * 0.00165 * sheet.edge * SCALE)).astype(int)
    sheet_of_ink = Image.new("L", (width * SCALE, height * SCALE))
    draw = ImageDraw.Draw(sheet_of_ink)
    for number in np.flatnonzero(lengths >= 3).tolist():
        line = np.stack([across[: lengths[number], number], down[: lengths[number], number]], axis=1) * SCALE
        points = [tuple(point) for point in line.tolist()]
        draw.line(points, fill=255, width=int(thick[number]))
        if thick[number] > 1:  # the pen lifts off: the last part is thinner
            draw.line(points[-2:], fill=0, width=int(thick[number]))
            draw.line(points[-2:], fill=255, width=int(thick[number]) // 2)
    return np.asarray(sheet_of_ink.resize((width, height), Image.Resampling.BOX), np.float32) / 255


def _contours(sheet: Sheet, scene: Scene) -> Field:
    """The outlines, of uneven thickness."""
    part = scene.part
    edge = np.maximum(
        np.abs(np.diff(part, axis=0, prepend=part[:1])), np.abs(np.diff(part, axis=1, prepend=part[:, :1]))
    )
    line = blur((edge > 0).astype(np.float32), 0.0008 * sheet.edge) * 2.6
    return np.clip(line * (0.8 + 0.35 * sheet.noise(0.05, 1.9)), 0, 1).astype(np.float32)
