"""Pointillism: a shore in dabs of unmixed colour, large ones first, with the complement in every shadow."""

from __future__ import annotations

import colorsys

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, color, mix
from patterns.scenes import Palette, landscape
from PIL import Image, ImageDraw

PALETTE = Palette(
    sky=("#5a86c0", "#8fb4d8", "#f0cfae", "#fbe6b8"),
    sun=("#fffbe0", "#fff0b0", "#ffd878"),
    ridges=("#9a9ac8", "#6f7fb8", "#8fb88a", "#4f8a80", "#e0cf80", "#a8a850", "#a8c060", "#4f7a3f"),
    tree=("#1f3f5a", "#2f6a5a", "#7fa850"),
    water=("#f3d3b0", "#6fa8c8", "#345f9a"),
    flowers=("#e04f3f", "#f7ead0", "#f09a4a", "#d870a0"),
)
ROUNDS = ((0.0130, 1.0), (0.0095, 1.5), (0.0070, 1.4), (0.0048, 0.55))  # size of the dabs, and how often they cover
SCALE = 2  # dabs are drawn larger and averaged, so that they are round


def pointillism(sheet: Sheet) -> Field:
    """Dabs over a toned ground that shows between them."""
    scene = landscape(sheet, PALETTE).mirrored
    height, width = sheet.shape
    ground = color("#e9dcc0") * (1 + 0.04 * sheet.noise(0.01, 1.0))[..., None]
    under = mix(ground, blur(scene.color, 0.008 * sheet.edge), 0.55)
    canvas = Image.fromarray(as_bytes(under)).resize((width * SCALE, height * SCALE), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(canvas)
    smooth = blur(scene.color, 0.0025 * sheet.edge)
    drift = 0.5 * sheet.noise(0.2, 1.8)
    for size, cover in ROUNDS:
        radius = max(size * sheet.edge / 2, 1.0)
        count = int(cover * height * width / (np.pi * radius**2))
        rows, columns = sheet.rng.random(count) * (height - 1), sheet.rng.random(count) * (width - 1)
        place = rows.astype(int), columns.astype(int)
        tints = _divided(sheet, smooth[place])
        turns = scene.angle[place] + drift[place] + 0.3 * sheet.rng.standard_normal(count)
        sizes = radius * np.exp(0.18 * sheet.rng.standard_normal(count))
        stretch = 1.25 + 0.5 * sheet.rng.random(count)
        corners = np.linspace(0, 2 * np.pi, 11)[:-1]
        ring_x, ring_y = np.cos(corners), np.sin(corners)
        for number in range(count):
            along, beside = ring_x * sizes[number] * stretch[number], ring_y * sizes[number] / stretch[number] ** 0.5
            cosine, sine = np.cos(turns[number]), np.sin(turns[number])
            x = (columns[number] + along * cosine - beside * sine) * SCALE
            y = (rows[number] + along * sine + beside * cosine) * SCALE
            draw.polygon(list(zip(x.tolist(), y.tolist(), strict=True)), fill=tuple(tints[number].tolist()))
    picture = np.asarray(canvas.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    thick = picture.mean(axis=2)
    relief = thick - np.roll(thick, (1, 1), (0, 1))
    weave = np.sin(sheet.x * 2 * np.pi / 0.0036) * np.sin(sheet.y * 2 * np.pi / 0.0036)
    return as_bytes(np.clip(picture + 0.11 * relief[..., None] + 0.009 * weave[..., None], 0, 1))


def _divided(sheet: Sheet, tints: Field) -> np.ndarray:
    """Colours pulled apart, to be mixed by the eye: purer, some towards a neighbour, a few the complement; as bytes."""
    hues = np.array([colorsys.rgb_to_hsv(*tint) for tint in tints.tolist()])
    count = len(hues)
    chance = sheet.rng.random(count)
    hues[:, 0] += 0.035 * sheet.rng.standard_normal(count) + np.where(chance < 0.09, 0.5, 0)
    hues[:, 0] += np.where((chance > 0.09) & (chance < 0.25), 0.09 * np.sign(sheet.rng.standard_normal(count)), 0)
    hues[:, 1] = np.clip(hues[:, 1] * 1.3 + 0.10 + 0.08 * sheet.rng.standard_normal(count), 0, 1)
    hues[:, 2] = np.clip(hues[:, 2] * 1.04 + 0.075 * sheet.rng.standard_normal(count), 0.08, 1)
    whole = np.array([colorsys.hsv_to_rgb(hue % 1, strength, value) for hue, strength, value in hues.tolist()])
    return np.rint(whole * 255).astype(int)
