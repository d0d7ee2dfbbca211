"""What all patterns are made of: noise, blur, sampling, cells and colours, on float arrays of (H, W) or (H, W, 3).

Lengths are in shares of the picture's longer edge, so that a pattern looks alike at every size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Shape = tuple[int, int]  # (height, width)


@dataclass(frozen=True)
class Sheet:
    """The paper a pattern is made on: its size in px and its own source of chance."""

    shape: Shape
    rng: np.random.Generator

    @property
    def edge(self) -> int:
        """The longer edge in px."""
        return max(self.shape)

    @property
    def x(self) -> Field:
        """How far each pixel lies from the left, (H, W)."""
        return np.broadcast_to(np.arange(self.shape[1], dtype=np.float32) / self.edge, self.shape)

    @property
    def y(self) -> Field:
        """How far each pixel lies from the top, (H, W)."""
        return np.broadcast_to(np.arange(self.shape[0], dtype=np.float32)[:, None] / self.edge, self.shape)

    def noise(self, scale: float, roughness: float = 1.6, stretch: float = 1.0) -> Field:
        """Clouds of mean 0 and deviation 1, without detail above `scale`; rougher ones have less fine detail.

        stretch: how much longer than high they are.
        """
        height, width = self.shape
        across = np.fft.rfftfreq(width)[None, :] * self.edge * stretch
        down = np.fft.fftfreq(height)[:, None] * self.edge
        frequency = np.hypot(across, down)
        with np.errstate(divide="ignore"):
            weight = np.where(frequency > 0, np.maximum(frequency, 1 / scale) ** -roughness, 0)
        waves = np.fft.rfft2(self.rng.standard_normal(self.shape)) * weight
        cloud = np.fft.irfft2(waves, self.shape)
        return ((cloud - cloud.mean()) / cloud.std()).astype(np.float32)

    def speckle(self, size: float) -> Field:
        """Grain of one size, of mean 0 and deviation 1."""
        grain = blur(self.rng.standard_normal(self.shape).astype(np.float32), max(0.5, size * self.edge))
        return (grain - grain.mean()) / grain.std()


def color(code: str) -> Field:
    """A colour such as "#d9a24e" as three numbers from 0 to 1."""
    return np.array([int(code[at : at + 2], 16) for at in (1, 3, 5)], np.float32) / 255


def colors(*codes: str) -> Field:
    """Several colours, (n, 3)."""
    return np.stack([color(code) for code in codes])


def step(low: float | Field, high: float | Field, value: Field) -> Field:
    """0 below `low`, 1 above `high`, smooth between; downwards where `high` is the smaller one."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)


def mix(first: Field, second: Field, share: float | Field) -> Field:
    """The way from one colour (or picture) to another; share (H, W) or a number."""
    share = np.asarray(share, np.float32)
    share = share[..., None] if share.ndim == 2 else share
    return (first + (second - first) * share).astype(np.float32)


def ramp(share: Field, stops: Field) -> Field:
    """Colours along evenly spaced stops (n, 3) for shares from 0 to 1, (..., 3)."""
    place = np.clip(share, 0, 1) * (len(stops) - 1)
    low = np.minimum(place.astype(int), len(stops) - 2)
    part = (place - low)[..., None]
    return (stops[low] * (1 - part) + stops[low + 1] * part).astype(np.float32)


def blur(field: Field, sigma: float) -> Field:
    """Blurred by about a Gaussian of `sigma` px: three boxes in each direction. (H, W) or (H, W, 3)."""
    radius = max(1, round(sigma * 0.9))
    for axis in (0, 1):
        for _ in range(3):
            padding = [(radius + 1, radius) if at == axis else (0, 0) for at in range(field.ndim)]
            total = np.cumsum(np.pad(field.astype(np.float64), padding, mode="edge"), axis=axis)
            count = field.shape[axis]
            after = np.take(total, range(2 * radius + 1, 2 * radius + 1 + count), axis=axis)
            field = ((after - np.take(total, range(count), axis=axis)) / (2 * radius + 1)).astype(np.float32)
    return field


def sample(field: Field, x: Field, y: Field) -> Field:
    """The field at places in px, between pixels by their neighbours, beyond the edge as at the edge."""
    height, width = field.shape[:2]
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(int), y.astype(int)
    across, down = x - left, y - top
    if field.ndim == 3:
        across, down = across[..., None], down[..., None]
    upper = field[top, left] * (1 - across) + field[top, left + 1] * across
    lower = field[top + 1, left] * (1 - across) + field[top + 1, left + 1] * across
    return (upper * (1 - down) + lower * down).astype(np.float32)


def streaks(grain: Field, angle: Field, length: float) -> Field:
    """Grain drawn out along a direction, over `length` px each way: hairs of a brush, of mean 0 and deviation 1.

    Source: Cabral & Leedom 1993, "Imaging vector fields using line integral convolution".
    """
    rows, columns = np.indices(grain.shape, dtype=np.float32)
    total = grain.copy()
    for sign in (1.0, -1.0):
        for x, y in walk(angle, columns, rows, sign, round(length)):
            total = total + sample(grain, x, y)
    return ((total - total.mean()) / total.std()).astype(np.float32)


def walk(angle: Field, x: Field, y: Field, pace: float, count: int) -> Iterator[tuple[Field, Field]]:
    """Places on the way from (x, y) along a direction, `pace` px apart; a direction is a line, so nobody turns back."""
    height, width = angle.shape
    before_x, before_y = None, None
    for _ in range(count):
        here = angle[np.clip(y, 0, height - 1).astype(int), np.clip(x, 0, width - 1).astype(int)]
        along, down = pace * np.cos(here), pace * np.sin(here)
        if before_x is not None:
            sign = np.where(along * before_x + down * before_y < 0, -1, 1)
            along, down = along * sign, down * sign
        before_x, before_y = along, down
        x, y = (x + along).astype(np.float32), (y + down).astype(np.float32)
        yield x, y


def mean_angle(first: Field, second: Field, share: float | Field) -> Field:
    """The way from one direction to another, as lines, which are the same upside down."""
    sine = np.sin(2 * first) * (1 - share) + np.sin(2 * second) * share
    cosine = np.cos(2 * first) * (1 - share) + np.cos(2 * second) * share
    return (np.arctan2(sine, cosine) / 2).astype(np.float32)


@dataclass(frozen=True)
class Cells:
    """A picture divided among points. owner: number of the nearest point (H, W). border: px to the next cell."""

    owner: NDArray[np.int64]
    border: Field
    x: Field  # of the points, px
    y: Field


def scattered_cells(sheet: Sheet, spacing: float, jitter: float = 0.9) -> Cells:
    """Cells around points that lie about `spacing` apart."""
    pace = spacing * sheet.edge
    height, width = sheet.shape
    rows, columns = int(height / pace) + 3, int(width / pace) + 3
    x = (np.arange(columns)[None, :] - 1 + 0.5 + jitter * (sheet.rng.random((rows, columns)) - 0.5)) * pace
    y = (np.arange(rows)[:, None] - 1 + 0.5 + jitter * (sheet.rng.random((rows, columns)) - 0.5)) * pace
    row = np.arange(height)[:, None].astype(np.float32)
    column = np.arange(width)[None, :].astype(np.float32)
    nearest = np.full(sheet.shape, np.inf, np.float32)
    second = nearest.copy()
    owner = np.zeros(sheet.shape, np.int64)
    for down in (-2, -1, 0, 1, 2):
        for across in (-2, -1, 0, 1, 2):
            at_row = np.clip((row / pace).astype(int) + 1 + down, 0, rows - 1)
            at_column = np.clip((column / pace).astype(int) + 1 + across, 0, columns - 1)
            number = at_row * columns + at_column
            away = np.hypot(x.flat[number] - column, y.flat[number] - row).astype(np.float32)
            is_new = number != owner
            second = np.where(away < nearest, nearest, np.where(is_new & (away < second), away, second))
            owner = np.where(away < nearest, number, owner)
            nearest = np.minimum(nearest, away)
    return Cells(owner, (second - nearest) / 2, x.ravel().astype(np.float32), y.ravel().astype(np.float32))


def as_bytes(picture: Field) -> NDArray[np.uint8]:
    """The finished picture, (H, W, 3)."""
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
