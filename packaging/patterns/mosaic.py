"""Mosaic: an evening landscape laid in small stones along its lines, with gold in the sun and dark joints between."""

from __future__ import annotations

import numpy as np
from patterns.fields import Field, Sheet, as_bytes, blur, color, colors, mix, sample, step
from patterns.scenes import SUN, Palette, Scene, landscape

STONE = 0.0125  # of the longer edge
ROUNDS = 7  # of settling
PALETTE = Palette(
    sky=("#14305f", "#1f5590", "#4e90b8", "#e0b070", "#f4dca0"),
    sun=("#fff0b8", "#f6c550", "#dd8a2c"),
    ridges=("#7b6f9e", "#4a4f86", "#7d9a5c", "#2f6a5a", "#d3b45a", "#8a8a3e", "#93a84c", "#3a5a34"),
    tree=("#0d2b33", "#1d5a4a", "#6f9a52"),
    water=("#f0c890", "#3f86a6", "#173f70"),
    flowers=("#c23b2a", "#f0e2c8", "#e39a38"),
)


def mosaic(sheet: Sheet) -> Field:
    """Square stones that settle along the lines of the picture.

    Source: Hausner 2001, "Simulating decorative mosaics".
    """
    scene = landscape(sheet, PALETTE)
    angle = _calm(scene)
    x, y = _settled(sheet, angle)
    owner, square, next_square, ledge = _stones(sheet, angle, x, y)
    at = np.clip(y, 0, sheet.shape[0] - 1).astype(int), np.clip(x, 0, sheet.shape[1] - 1).astype(int)
    stone = blur(scene.color, _stone(sheet) * 0.3)[at]
    stone = stone * (1 + 0.13 * sheet.rng.standard_normal(len(x))[:, None])
    stone = stone + 0.035 * sheet.rng.standard_normal(stone.shape)
    strange = sheet.rng.random(len(x)) < 0.06  # a stone of another heap, here and there
    stone[strange] = stone[sheet.rng.permutation(len(x))][strange]
    is_gold = (scene.part[at] == SUN) & (sheet.rng.random(len(x)) < 0.75)
    stone[is_gold] = colors("#f7d878", "#e2a83a", "#fbeeb4")[sheet.rng.integers(3, size=int(is_gold.sum()))]

    picture = np.clip(stone, 0, 1)[owner].astype(np.float32)
    tilt = sheet.rng.standard_normal((len(x), 2)) * 0.5
    rows, columns = np.indices(sheet.shape, dtype=np.float32)
    half = _stone(sheet) / 2
    slope = (tilt[owner, 0] * (columns - x[owner]) + tilt[owner, 1] * (rows - y[owner])) / half
    grain = 0.05 * sheet.noise(0.02, 1.2) + 0.035 * sheet.speckle(0.0007)
    picture = picture * (1 + 0.10 * slope + grain)[..., None]
    gap = next_square - square  # 0 on the line between two stones
    rim = step(0.10 * half, 0.30 * half, gap / 2)
    picture = mix(picture * 0.72, picture, rim)
    light = np.clip(ledge, -1, 1) * (1 - rim)
    picture = picture + 0.16 * light[..., None]
    joint = step(0.06 * half, 0.17 * half, gap / 2 + 0.02 * half * sheet.noise(0.01))
    mortar = color("#2b2622") * (1 + 0.22 * sheet.speckle(0.001))[..., None]
    return as_bytes(mix(mortar, picture, joint))


def _stone(sheet: Sheet) -> float:
    return max(STONE * sheet.edge, 4.0)  # px


def _calm(scene: Scene) -> Field:
    """The direction without its small turns; averaged as a line, which is the same upside down."""
    sigma = 0.006 * max(scene.part.shape)
    return (np.arctan2(blur(np.sin(2 * scene.angle), sigma), blur(np.cos(2 * scene.angle), sigma)) / 2).astype(
        np.float32
    )


def _settled(sheet: Sheet, angle: Field) -> tuple[Field, Field]:
    pace = _stone(sheet)
    rows, columns = np.mgrid[0 : sheet.shape[0] + pace : pace, 0 : sheet.shape[1] + pace : pace].astype(np.float32)
    rows[:, 1::2] += pace / 2
    x = (columns + pace * 0.7 * (sheet.rng.random(columns.shape) - 0.5)).ravel().astype(np.float32)
    y = (rows + pace * 0.7 * (sheet.rng.random(rows.shape) - 0.5)).ravel().astype(np.float32)
    down, across = np.indices(sheet.shape, dtype=np.float32)
    for _ in range(ROUNDS):
        owner, *_ = _stones(sheet, angle, x, y)
        count = np.maximum(np.bincount(owner.ravel(), minlength=len(x)), 1)
        has_room = np.bincount(owner.ravel(), minlength=len(x)) > 0
        x = np.where(has_room, np.bincount(owner.ravel(), across.ravel(), len(x)) / count, x).astype(np.float32)
        y = np.where(has_room, np.bincount(owner.ravel(), down.ravel(), len(x)) / count, y).astype(np.float32)
    return x, y


def _stones(sheet: Sheet, angle: Field, x: Field, y: Field) -> tuple[np.ndarray, Field, Field, Field]:
    """For each pixel: its stone, how far out in it as a square, how far out in the next one, how lit that side is."""
    turn = sample(angle, x, y)
    cosine, sine = np.cos(turn), np.sin(turn)
    reach = int(np.ceil(_stone(sheet) * 1.6))
    owner = np.zeros(sheet.shape, np.int64)
    nearest = np.full(sheet.shape, 1e6, np.float32)
    second = nearest.copy()
    ledge = np.zeros(sheet.shape, np.float32)
    for number in range(len(x)):
        left, top = max(0, int(x[number]) - reach), max(0, int(y[number]) - reach)
        right, bottom = int(x[number]) + reach + 1, int(y[number]) + reach + 1
        if right <= 0 or bottom <= 0 or left >= sheet.shape[1] or top >= sheet.shape[0]:
            continue
        part = np.s_[top:bottom, left:right]
        rows, columns = nearest[part].shape
        dx = np.arange(left, left + columns, dtype=np.float32)[None, :] - x[number]
        dy = np.arange(top, top + rows, dtype=np.float32)[:, None] - y[number]
        along, beside = dx * cosine[number] + dy * sine[number], dy * cosine[number] - dx * sine[number]
        away = np.maximum(np.abs(along), np.abs(beside))
        is_mine = away < nearest[part]
        second[part] = np.where(is_mine, nearest[part], np.minimum(second[part], away))
        owner[part][is_mine] = number
        ledge[part] = np.where(is_mine, -(dx + dy) / reach, ledge[part])
        nearest[part] = np.minimum(nearest[part], away)
    return owner, nearest, second, ledge
