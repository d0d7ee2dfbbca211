"""Blend: two photos as a double exposure; the formulas are those of the W3C's "Compositing and Blending Level 1".

They work on the values as they are stored, that is on sRGB with its gamma and not on linear light: so do browsers,
Photoshop and Krita on 8-bit pictures, so artists know the outcome, and half of white is the grey that looks half as
light, which overlay and soft light turn on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.core.picture import Picture, Pixels
from studio.core.recipe import Knob

BlendMode = Literal["normal", "multiply", "screen", "overlay", "soft-light"]
Values = NDArray[np.float64]

BLEND_MODES: tuple[BlendMode, ...] = ("normal", "multiply", "screen", "overlay", "soft-light")
MODE_KNOB = Knob(
    "mode", "Blend", "How the second picture lies on the first: paint, glaze, light, or light and shade.",
    scale="choice", choices=BLEND_MODES, initial="normal",
)  # fmt: skip
OPACITY_KNOB = Knob("opacity", "Opacity", "How much of the second picture shows: none, or all of it.", initial=0.5)
BLEND_KNOBS: tuple[Knob, ...] = (MODE_KNOB, OPACITY_KNOB)

_STRIP = 1_000_000  # px worked on at a time, so that a picture of 100 megapixels needs little more than itself
_SUPPORT = 3  # px on each side that Lanczos looks at, in the coarser of both pictures


@dataclass(frozen=True)
class Blend:
    """`over` laid on `base`, which keeps its size: `over` is scaled to cover it and centred.

    mode, opacity (0 to 1): described, with their ranges, in BLEND_KNOBS. Raises RecipeError if one is out of range.
    Equal if the pictures are the same objects and the settings are equal.
    """

    base: Picture
    over: Picture
    mode: BlendMode = MODE_KNOB.initial
    opacity: float = OPACITY_KNOB.initial

    def __post_init__(self) -> None:
        for knob in BLEND_KNOBS:
            object.__setattr__(self, knob.field, knob.check(getattr(self, knob.field)))

    @property
    def pictures(self) -> tuple[Picture, Picture]:
        """The one below and the one above."""
        return self.base, self.over

    @property
    def name(self) -> str:
        """What the double exposure is called where both photos have to be told: after both."""
        return name_of_both(self.base.name, self.over.name)

    def swapped(self) -> Blend:
        """The same with the upper picture below."""
        return replace(self, base=self.over, over=self.base)


def blend_pictures(blend: Blend) -> Picture:
    """The double exposure: name, source, metadata and size of the base, an alpha channel only if the base has one."""
    base, over = blend.pictures
    pixels = np.empty_like(base.pixels)
    alpha = None if base.alpha is None else np.empty_like(base.alpha)
    table = _blended_values(blend.mode)
    # All pairs of 8-bit values are few: where nothing is transparent, each pixel is looked up.
    opaque = _to_bytes((1 - blend.opacity) * _backdrop() + blend.opacity * table)
    for rows, strip, strip_alpha in _fitted_strips(over, base.width, base.height):
        below = base.pixels[rows]
        if alpha is None and strip_alpha is None:
            np.take(opaque, _pairs(below, strip), out=pixels[rows], mode="wrap")  # "raise" would need a buffer
            continue
        below_alpha = _as_share(base.alpha[rows] if base.alpha is not None else None)
        above_alpha = _as_share(strip_alpha) * np.float32(blend.opacity)
        blended = table.astype(np.float32).take(_pairs(below, strip))
        pixels[rows], union = _composite(below, below_alpha, strip, above_alpha, blended)
        if alpha is not None:
            alpha[rows] = _to_bytes(union[..., 0])
    return base.with_pixels(pixels, alpha)


def cover(picture: Picture, width: int, height: int) -> Picture:
    """The picture scaled to cover width x height px and centred; what stands out is cut off."""
    pixels = np.empty((height, width, 3), np.uint8)
    alpha = None if picture.alpha is None else np.empty((height, width), np.uint8)
    for rows, strip, strip_alpha in _fitted_strips(picture, width, height):
        pixels[rows] = strip
        if alpha is not None and strip_alpha is not None:
            alpha[rows] = strip_alpha
    return picture.with_pixels(pixels, alpha)


def blend_value(mode: BlendMode, below: Values, above: Values) -> Values:
    """B(Cb, Cs) of the specification. Values 0 to 1; shapes broadcast."""
    match mode:
        case "normal":
            return np.broadcast_to(above, np.broadcast_shapes(below.shape, above.shape))
        case "multiply":
            return below * above
        case "screen":
            return below + above - below * above
        case "overlay":  # hard light with the layers swapped
            return np.where(
                below <= 0.5, blend_value("multiply", 2 * below, above), blend_value("screen", 2 * below - 1, above)
            )
        case "soft-light":
            lifted = np.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, np.sqrt(below))
            return np.where(
                above <= 0.5,
                below - (1 - 2 * above) * below * (1 - below),
                below + (2 * above - 1) * (lifted - below),
            )


def _composite(
    below: Pixels, below_alpha: NDArray[np.float32], above: Pixels, above_alpha: NDArray[np.float32],
    blended: NDArray[np.float32],
) -> tuple[Pixels, NDArray[np.float32]]:  # fmt: skip
    """Simple alpha compositing (source over) of the blended colour. Alphas (H, W or 1, 1), 0 to 1; returns the union's.

    The specification's co = as x Cs' + ab x Cb x (1 - as) is premultiplied; what is returned is not.
    """
    color = (1 - below_alpha) * (above / np.float32(255)) + below_alpha * blended
    kept = below_alpha * (1 - above_alpha)
    union = above_alpha + kept
    premultiplied = above_alpha * color + kept * (below / np.float32(255))
    shown = np.divide(premultiplied, union, out=np.zeros_like(premultiplied), where=union > 0)
    return _to_bytes(shown), union


def _fitted_strips(picture: Picture, width: int, height: int) -> Iterator[tuple[slice, Pixels, Pixels | None]]:
    """The picture scaled to cover width x height and centred: (rows, pixels, alpha) from top to bottom."""
    scale = max(width / picture.width, height / picture.height)
    left, top = (picture.width - width / scale) / 2, (picture.height - height / scale) / 2
    count = max(1, int(_STRIP / max(width, picture.width / scale)))
    margin = math.ceil(_SUPPORT * max(1.0, 1 / scale)) + 1
    for start in range(0, height, count):
        rows = slice(start, min(start + count, height))
        if (width, height) == (picture.width, picture.height):
            yield rows, picture.pixels[rows], None if picture.alpha is None else picture.alpha[rows]
            continue
        first, last = top + rows.start / scale, min(top + rows.stop / scale, picture.height)
        begin, end = max(0, math.floor(first) - margin), min(picture.height, math.ceil(last) + margin)
        strip = picture.pixels[begin:end]
        if picture.alpha is not None:  # Pillow weighs colours with their alpha while it scales
            strip = np.dstack((strip, picture.alpha[begin:end]))
        # One direction after the other: left to itself, Pillow takes the cheaper one first, which differs from strip to
        # strip and would show where values are clipped in between.
        across = (max(left, 0.0), 0, min(left + width / scale, picture.width), end - begin)
        wide = Image.fromarray(strip).resize((width, end - begin), Image.Resampling.LANCZOS, across)
        down = (0, max(first - begin, 0.0), width, last - begin)
        fitted = np.asarray(wide.resize((width, rows.stop - rows.start), Image.Resampling.LANCZOS, down))
        yield rows, fitted[..., :3], None if picture.alpha is None else fitted[..., 3]


def _blended_values(mode: BlendMode) -> Values:
    """(256, 256): B for every value below (row) and above (column), 0 to 1."""
    scale = np.arange(256) / 255
    return np.ascontiguousarray(blend_value(mode, scale[:, None], scale[None, :]))


def _backdrop() -> Values:
    """(256, 1): the value below, 0 to 1."""
    return np.arange(256)[:, None] / 255


def _pairs(below: Pixels, above: Pixels) -> NDArray[np.uint16]:
    """Where a pair of values stands in a table of 256 x 256."""
    pairs = below.astype(np.uint16)
    pairs <<= 8
    pairs |= above
    return pairs


def _as_share(alpha: Pixels | None) -> NDArray[np.float32]:
    """(H, W, 1), 0 to 1; (1, 1, 1) for an opaque picture."""
    if alpha is None:
        return np.ones((1, 1, 1), np.float32)
    return np.multiply(alpha[..., None], 1 / 255, dtype=np.float32)


def _to_bytes(values: NDArray[np.floating[Any]]) -> Pixels:
    pixels: Pixels = np.rint(values * 255).astype(np.uint8)
    return pixels


def name_of_both(base: str, over: str) -> str:
    """What a double exposure is called after the names of its photos."""
    return f"{base} and {over}"
