"""DeepValues: a decoded picture of more than 8 bits as its file has it, brought upright and to sRGB in 16 bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.core.image_io.color.cicp import RgbSpace
from studio.core.image_io.color.color_tags import Told
from studio.core.image_io.color.deep_colors import Deep, deep_to_srgb
from studio.core.image_io.color.tone_mapping import measured_peak
from studio.core.picture import Fine, Pixels, from_deep

DEEP_VALUES = "studio: deep values"
"""Under this name in an image's `info`: its DeepValues, of which it has no pixels itself."""

_STRIP = 250_000  # px; what the processor keeps at hand

T = TypeVar("T")

_VIEWS: dict[int, Callable[[Any], Any]] = {  # of the upright picture, as it lies in the file
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


@dataclass(frozen=True)
class DeepValues:
    """(H, W, 1 to 4) codes as they lie in a file: grey or RGB, with alpha where there are 2 or 4. white: its code.

    shift: how many bits lie unused below a code. owner: whatever the codes lie in, which must live as long as they.
    """

    codes: NDArray[np.uint16]
    white: int
    shift: int = 0
    owner: object = None

    @property
    def is_grey(self) -> bool:
        """Whether it has one channel of colour."""
        return int(self.codes.shape[2]) < 3

    def cropped(self, box: tuple[int, int, int, int]) -> DeepValues:
        """A part of it: left, top, right, bottom, the last two beyond it."""
        left, top, right, bottom = box
        return replace(self, codes=self.codes[top:bottom, left:right])

    def rows(self) -> Iterator[tuple[slice, Deep]]:
        """A strip after the other, in 16 bits: 65,535 for white."""
        table = self._table()
        height, width = self.codes.shape[:2]
        step = max(1, _STRIP // width)
        for top in range(0, height, step):
            rows = slice(top, min(top + step, height))
            yield rows, np.take(table, self.codes[rows])

    def _table(self) -> Deep:
        codes = np.minimum(np.arange(1 << 16) >> self.shift, self.white).astype(np.int64)
        table: Deep = ((codes * 65535 + self.white // 2) // self.white).astype(np.uint16)
        return table


def as_stored(upright: T, orientation: int) -> T:
    """A view of an upright array in which it lies as in the file: written through, nothing is copied to turn it."""
    stored: T = _VIEWS[orientation](upright)
    return stored


def deep_pixels(
    values: DeepValues, orientation: int, told: Sequence[Told]
) -> tuple[Pixels, Pixels | None, Fine | None]:
    """Upright sRGB pixels, alpha or None where all is opaque, and what 8 bits leave out or None where that is nothing.

    told: what the file says of its colours, the weightiest first.
    """
    height, width, channels = values.codes.shape
    size = (width, height) if orientation >= 5 else (height, width)
    colors = 1 if values.is_grey else 3
    pixels, fine = np.empty((*size, 3), np.uint8), np.empty((*size, 3), np.int8)
    alpha = np.empty(size, np.uint8) if channels > colors else None
    into, into_fine = as_stored(pixels, orientation), as_stored(fine, orientation)
    into_alpha = None if alpha is None else as_stored(alpha, orientation)

    def peak(space: RgbSpace) -> float:
        return measured_peak(space, (from_deep(_rgb(part, colors))[0] for _, part in values.rows()))

    convert = deep_to_srgb(told, is_grey=values.is_grey, peak=peak)
    for rows, part in values.rows():
        into[rows], into_fine[rows] = from_deep(convert(_rgb(part, colors)))
        if into_alpha is not None:
            into_alpha[rows] = from_deep(part[:, :, colors])[0]
    opacity = None if alpha is None or alpha.min() == 255 else alpha
    return pixels, opacity, fine if fine.any() else None


def _rgb(part: Deep, colors: int) -> Deep:
    return part[:, :, :3] if colors == 3 else np.repeat(part[:, :, :1], 3, axis=2)
