"""What some of the patterns show: an evening landscape, and blossoms, each with the direction that it is drawn in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from patterns.fields import Field, Sheet, colors, mean_angle, mix, ramp, step

SKY, FAR, HILL, WATER, TREE, FLOWER, SUN = range(7)


@dataclass(frozen=True)
class Scene:
    """A picture to be made of something: color (H, W, 3); angle of strokes in radians and part, 0 to 6 (H, W)."""

    color: Field
    angle: Field
    part: Field

    @property
    def tone(self) -> Field:
        """How light it is, from 0 to 1."""
        return (self.color @ np.array([0.3, 0.59, 0.11], np.float32)).astype(np.float32)

    @property
    def mirrored(self) -> Scene:
        """The same with left and right exchanged."""
        return Scene(self.color[:, ::-1], np.pi - self.angle[:, ::-1], self.part[:, ::-1])


@dataclass(frozen=True)
class Palette:
    """The colours of a scene: sky from top to horizon, sun, ridges from far to near, trees, water, flowers."""

    sky: tuple[str, ...]
    sun: tuple[str, ...]
    ridges: tuple[str, ...]
    tree: tuple[str, ...]
    water: tuple[str, ...]
    flowers: tuple[str, ...]


def landscape(sheet: Sheet, palette: Palette) -> Scene:
    """Hills and a lake under an evening sun, with cypresses and flowers in front."""
    x, y, rng = sheet.x, sheet.y, sheet.rng
    bottom = float(y.max())
    sun_x, sun_y, sun_r = 0.64, 0.27 * bottom, 0.085
    away = np.hypot(x - sun_x, y - sun_y)
    around = np.arctan2(y - sun_y, x - sun_x)
    clouds = sheet.noise(0.5, 1.9, stretch=2.4)
    glow = np.exp(-away * 3.2)
    share = y / (0.55 * bottom) + 0.12 * clouds + 0.35 * glow + 0.05 * np.sin(away * 70 + clouds)
    color = ramp(share, colors(*palette.sky))
    swirl = 0.45 * sheet.noise(0.6, 2.6)
    angle = mean_angle(swirl, around + np.pi / 2, step(0.62, 0.22, away)) + 0.10 * sheet.noise(0.3, 2.4)
    part = np.full(sheet.shape, SKY, np.float32)
    disc = away < sun_r
    color = np.where(disc[..., None], ramp(away / sun_r, colors(*palette.sun)), color)
    part[disc] = SUN

    lake = 0.63 * bottom
    for number, (base, height) in enumerate(((0.47, 0.10), (0.53, 0.07), (0.60, 0.045))):
        ridge, slope = _ridge(sheet, base * bottom, height)
        inside = y > ridge
        depth = y - ridge
        stops = colors(*palette.ridges[2 * number : 2 * number + 2])
        furrow = 0.5 + 0.5 * np.sin(depth * (150 - 30 * number) + 4 * sheet.noise(0.3, 2.0))
        shade = np.clip(depth * 5 + 0.25 * (furrow - 0.5) + 0.12 * sheet.noise(0.1), 0, 1)
        color = np.where(inside[..., None], ramp(shade, stops), color)
        angle = np.where(inside, np.arctan(slope) + 0.2 * sheet.noise(0.2, 2.0), angle)
        part[inside] = FAR if number == 0 else HILL
    inside = y > lake + 0.004 * sheet.noise(0.3, 2.0)
    ripple = np.sin(np.maximum(y - lake, 0) ** 0.7 * 260 + 1.5 * sheet.noise(0.12, 1.8, stretch=3.0))
    path = np.exp(-(((x - sun_x) / (0.05 + 0.5 * np.maximum(y - lake, 0))) ** 2))
    share = 0.25 + 0.9 * (y - lake) / (bottom - lake) + 0.12 * ripple
    water = mix(
        ramp(share, colors(*palette.water)), colors(*palette.sky)[-1], np.clip(path * (0.55 + 0.5 * ripple), 0, 1)
    )
    color = np.where(inside[..., None], water, color)
    angle = np.where(inside, 0.08 * ripple, angle)
    part[inside] = WATER

    ridge, slope = _ridge(sheet, 0.88 * bottom, 0.06, tilt=-0.16)
    inside = y > ridge
    depth = (y - ridge) * 7
    color = np.where(inside[..., None], ramp(depth + 0.2 * sheet.noise(0.08), colors(*palette.ridges[-2:])), color)
    angle = np.where(inside, np.arctan(slope) - 0.9 + 0.5 * sheet.noise(0.1), angle)
    part[inside] = HILL
    for centre, foot, height, girth in (
        (0.13, 0.95, 0.62, 0.052),
        (0.215, 0.97, 0.40, 0.042),
        (0.93, 0.92, 0.30, 0.034),
    ):
        up = (foot * bottom - y) / (height * bottom)
        sway = centre + 0.014 * np.sin(up * 7 + 9 * centre)
        wide = girth * np.clip(up * 5, 0, 1) ** 0.5 * np.clip(1 - up, 0, 1) ** 0.75
        wide = wide * (1 + 0.16 * np.sin(up * 60 + 2 * sheet.noise(0.08, 2.4)))
        inside = (np.abs(x - sway) < wide) & (up > 0)
        across = 0.5 + 0.5 * (x - sway) / np.maximum(wide, 1e-4)
        shade = across + 0.25 * np.sin(up * 70 + across * 6)
        color = np.where(inside[..., None], ramp(shade, colors(*palette.tree)), color)
        angle = np.where(inside, -np.pi / 2 + 0.5 * np.sin(up * 22) + 0.6 * (across - 0.5), angle)
        part[inside] = TREE
    petals = colors(*palette.flowers)
    for _ in range(90):
        place_x, depth = rng.random(), rng.random() ** 0.7
        place_y = (0.9 - 0.05 * place_x + 0.12 * depth) * bottom + 0.02
        radius = 0.004 + 0.011 * depth
        turn = np.arctan2(y - place_y, x - place_x)
        inside = np.hypot(x - place_x, y - place_y) < radius * (1 + 0.25 * np.cos(5 * turn + place_x * 40))
        color[inside] = petals[rng.integers(len(petals))] * (0.85 + 0.3 * rng.random())
        angle = np.where(inside, turn, angle)
        part[inside] = FLOWER
    return Scene(np.clip(color, 0, 1).astype(np.float32), angle.astype(np.float32), part)


def blossoms(
    sheet: Sheet, ground: tuple[str, ...], petals: tuple[tuple[str, ...], ...], leaf: tuple[str, ...]
) -> Scene:
    """Large flowers over leaves; each entry of `petals` is one flower's colours, from the heart outwards."""
    x, y, rng = sheet.x, sheet.y, sheet.rng
    bottom = float(y.max())
    color = ramp(0.5 + 0.25 * sheet.noise(0.5, 2.0) + 0.3 * (y / bottom - 0.5), colors(*ground))
    angle = 0.8 * sheet.noise(0.5, 2.2)
    part = np.full(sheet.shape, SKY, np.float32)
    spots = [(0.28, 0.34, 0.21), (0.70, 0.62, 0.24), (0.72, 0.16, 0.13), (0.20, 0.84, 0.15), (0.47, 0.93, 0.11)]
    spots += [(0.96, 0.33, 0.10), (0.02, 0.12, 0.13), (0.49, 0.10, 0.075), (0.985, 0.93, 0.12), (0.045, 0.60, 0.08)]
    for centre_x, centre_y, radius in spots:
        for _ in range(5):
            turn = rng.random() * 2 * np.pi
            along = (x - centre_x) * np.cos(turn) + (y - centre_y * bottom) * np.sin(turn)
            across = (y - centre_y * bottom) * np.cos(turn) - (x - centre_x) * np.sin(turn)
            share = along / (radius * 1.75)
            wide = 0.36 * radius * np.sin(np.pi * np.clip(share, 0, 1)) ** 0.8
            inside = np.abs(across) < wide
            vein = 0.5 + 0.42 * across / np.maximum(wide, 1e-4) + 0.12 * np.sin(60 * (share + np.abs(across) * 3))
            color = np.where(inside[..., None], ramp(vein, colors(*leaf)), color)
            angle = np.where(inside, turn + 0.7 * np.sign(across), angle)
            part = np.where(inside, TREE, part)
    for number, (centre_x, centre_y, radius) in enumerate(spots):
        away = np.hypot(x - centre_x, y - centre_y * bottom) / radius
        turn = np.arctan2(y - centre_y * bottom, x - centre_x) + 0.12 * sheet.noise(0.3, 2.0)
        stops = colors(*petals[number % len(petals)])
        for ring, (reach, count) in enumerate(((1.0, 11), (0.78, 9), (0.55, 8))):
            wave = np.abs(np.cos(count * turn / 2 + 1.3 * ring + number))
            inside = away < reach * (0.72 + 0.28 * wave**0.6)
            shade = away / reach * 0.85 - 0.12 * ring + 0.28 * (1 - wave) ** 2 + 0.06 * np.sin(turn * 57)
            color = np.where(inside[..., None], ramp(shade, stops), color)
            angle = np.where(inside, turn, angle)
            part = np.where(inside, FLOWER, part)
        heart = away < 0.2
        seeds = 0.5 + 0.5 * np.sin(away * 110) * np.sin(turn * 21)
        color = np.where(heart[..., None], ramp(0.75 * seeds, stops[::-1] * 0.55), color)
        part = np.where(heart, SUN, part)
    return Scene(np.clip(color, 0, 1).astype(np.float32), angle.astype(np.float32), part.astype(np.float32))


def _ridge(sheet: Sheet, base: float, height: float, tilt: float = 0.0) -> tuple[Field, Field]:
    """(y, slope) of a line of hills, for each pixel's column."""
    line = base + tilt * (sheet.x - 0.5) * base
    slope = np.full(sheet.shape, tilt * base, np.float32)
    for octave in range(1, 6):
        pace, phase = 2.1**octave * (1.5 + sheet.rng.random()), sheet.rng.random() * 2 * np.pi
        size = height / 1.9**octave
        line = line + size * np.sin(pace * sheet.x + phase)
        slope = slope + size * pace * np.cos(pace * sheet.x + phase)
    return line.astype(np.float32), slope.astype(np.float32)


def soft_part(scene: Scene, part: int) -> Field:
    """1 where the scene shows this part, 0 elsewhere."""
    return step(0.5, 0.49, np.abs(scene.part - part))
