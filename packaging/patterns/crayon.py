"""Wax crayon: blossoms scribbled in thick strokes over a dark ground that the grain of the paper keeps open."""

from __future__ import annotations

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, color, mix, step
from patterns.scenes import Scene, blossoms
from PIL import Image, ImageDraw

GROUND = ("#24345f", "#3f5f9a", "#6f9ac8")
PETALS = (("#a01f2f", "#ef5a3f", "#fdb08a"), ("#d8701f", "#fbc23f", "#fff0a0"), ("#6a2f8a", "#b884d8", "#f0dcf6"))
LEAF = ("#14523f", "#4fa04f", "#a8cf5a")
ROUNDS = (
    (0.0125, 0.085, 1.6),
    (0.0085, 0.060, 1.5),
    (0.0055, 0.042, 1.1),
)  # width and length of strokes; how often they cover
LAYERS = 5  # the wax is rubbed on in so many passes, each with pressure of its own


def crayon(sheet: Sheet) -> Field:
    """Strokes along the forms; wax catches the heights of the paper and fills its hollows only under pressure."""
    scene = blossoms(sheet, GROUND, PETALS, LEAF)
    paper = color("#2b2a33") * (1 + 0.10 * sheet.noise(0.006, 1.0))[..., None]
    tooth = 0.7 * sheet.noise(0.0045, 0.9) + 0.3 * sheet.speckle(0.0009)
    picture = mix(paper, blur(scene.color, 0.006 * sheet.edge) * 0.45, 0.6)
    wax = np.zeros(sheet.shape, np.float32)
    smooth = blur(scene.color, 0.003 * sheet.edge)
    for width, length, cover in ROUNDS:
        for _ in range(LAYERS):
            strokes, mask, height = _strokes(sheet, scene, smooth, width, length, cover / LAYERS)
            pressure = 0.55 + 0.5 * height + 0.18 * sheet.noise(0.08)
            caught = step(0.55, -0.35, tooth * -1 - 2.2 * (pressure - 0.55)) * mask
            picture = mix(picture, strokes, np.clip(caught * 0.92, 0, 1))
            wax = wax * (1 - 0.5 * caught) + caught * height
    relief = blur(wax + 0.22 * tooth, 0.7)
    light = relief - np.roll(relief, (1, 1), (0, 1))
    crumbs = step(2.6, 3.0, sheet.speckle(0.0016)) * step(0, 1, sheet.noise(0.1))
    picture = mix(picture, smooth * 0.7, crumbs)
    return as_bytes(np.clip(picture + 0.13 * light[..., None], 0, 1))


def _strokes(
    sheet: Sheet, scene: Scene, smooth: Field, width: float, length: float, cover: float
) -> tuple[Field, Field, Field]:
    """A pass of strokes: their colour (H, W, 3), where they are, and how hard it was pressed."""
    height, columns = sheet.shape
    broad, long = max(width * sheet.edge, 2.0), max(length * sheet.edge, 8.0)
    count = max(1, int(cover * height * columns / (broad * long)))
    canvas, pressed = Image.new("RGB", (columns, height)), Image.new("L", (columns, height))
    draw, press = ImageDraw.Draw(canvas), ImageDraw.Draw(pressed)
    rng = sheet.rng
    for _ in range(count):
        x, y = rng.random() * columns, rng.random() * height
        tint = smooth[min(int(y), height - 1), min(int(x), columns - 1)]
        tint = np.clip(tint * (1 + 0.16 * rng.standard_normal()) + 0.045 * rng.standard_normal(3), 0, 1)
        points, reach = [], long * (0.5 + 0.8 * rng.random())
        bend = 0.25 * rng.standard_normal()
        for part in range(9):
            points.append((x, y))
            row, column = min(max(int(y), 0), height - 1), min(max(int(x), 0), columns - 1)
            if np.abs(smooth[row, column] - tint).max() > 0.42 and part > 2:
                break  # a stroke stops at the edge of a form
            turn = scene.angle[row, column] + bend
            x, y = x + np.cos(turn) * reach / 8, y + np.sin(turn) * reach / 8
        thick = max(1, round(broad * (0.75 + 0.5 * rng.random())))
        draw.line(points, fill=tuple(np.rint(tint * 255).astype(int).tolist()), width=thick, joint="curve")
        press.line(points, fill=int(90 + 150 * rng.random()), width=thick, joint="curve")
    force = np.asarray(pressed, np.float32) / 255
    mask = blur((force > 0).astype(np.float32), 0.6)
    return np.asarray(canvas, np.float32) / 255, mask, blur(force, 0.6)
