"""PNGs of other depths than 8, where Pillow is not exact: 16 bits in colour are rounded, clear greys are scaled.

Pillow 13 reads the upper bytes of 16-bit colour alone, and compares greys of 2 and 4 bits, which it has scaled to 8,
with a clear one that it has not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from studio.core.image_io.header_checks import DECODER_ERRORS
from studio.core.picture import Fine, Pixels

_STRIP = 250_000  # px
_FINE, _GREY = "studio: finer values", "studio: grey"  # in the `info` of a loaded image
_LEVELS = {"L;2": 3, "L;4": 15}
_LOWER_BYTES = {  # how Pillow is told to read the other half: as if the values were little-endian, or 4 bytes
    "RGB;16B": "RGB;16L",
    "RGBA;16B": "RGBA;16L",
    "LA;16B": "RGBA",
}


def scale_clear_grey(image: ImageFile.ImageFile) -> None:
    """Bring the transparent grey of a PNG of 2 or 4 bits, not loaded yet, to the 8 bits its values will have."""
    mode = image.tile[0].args if image.format == "PNG" and image.tile else ""
    clear = image.info.get("transparency")
    if mode in _LEVELS and isinstance(clear, int):
        image.info["transparency"] = clear * 255 // _LEVELS[mode]


def deep_mode(image: ImageFile.ImageFile) -> str:
    """The raw mode of a PNG, not loaded yet, of which Pillow drops the lower bytes; else ""."""
    mode = image.tile[0].args if image.format == "PNG" and image.tile else ""
    return mode if isinstance(mode, str) and mode in _LOWER_BYTES else ""


def round_values(image: Image.Image, raw_mode: str, reopen: Callable[[], ImageFile.ImageFile]) -> None:
    """Round the values of a loaded image, which are the upper bytes, by the lower ones: v / 257, as all else.

    What 8 bits leave out, v - 257 p as signed bytes, is in `info` then, as an image of its own: see `finer_values`.
    A transparent colour becomes alpha: Pillow looks for it among the upper bytes, where others look the same.
    reopen: the same file again, not loaded. Where it cannot be decoded a second time, the values stay as they are.
    """
    try:
        lower = reopen()
        lower.tile = [tile._replace(args=_LOWER_BYTES[raw_mode]) for tile in lower.tile]
        lower.load()
    except DECODER_ERRORS:
        return
    clear = image.info.pop("transparency", None)
    opacity = Image.new("L", image.size, 255) if isinstance(clear, tuple) and len(clear) == 3 else None
    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(top + rows, image.height))
        low = np.asarray(lower.crop(box))
        if raw_mode == "LA;16B":
            grey, alpha = (_rounded(low[:, :, at], low[:, :, at + 1]) for at in (0, 2))
            values = np.dstack((grey, grey, grey, alpha))
            rest = _rest(grey, low[:, :, 0], low[:, :, 1])
            fine = np.dstack((rest, rest, rest, rest))
        else:
            upper = np.asarray(image.crop(box))
            values = _rounded(upper, low)
            fine = _rest(values, upper, low)
            if opacity is not None:
                is_clear = ((upper == np.right_shift(clear, 8)) & (low == np.bitwise_and(clear, 255))).all(axis=2)
                opacity.paste(Image.fromarray(np.where(is_clear, 0, 255).astype(np.uint8)), box)
        image.paste(Image.fromarray(values), box)
        lower.paste(Image.fromarray(fine.view(np.uint8)), box)  # in place of what it is made of: no third copy
    if opacity is not None:
        image.putalpha(opacity)
    image.info[_FINE] = lower
    image.info[_GREY] = raw_mode == "LA;16B"


def is_deep_grey(image: Image.Image) -> bool:
    """Whether a loaded image is a PNG of 16-bit grey, with alpha or without."""
    return image.format == "PNG" and (image.mode.startswith("I;16") or image.info.get(_GREY) is True)


def finer_values(image: Image.Image) -> Image.Image | None:
    """Signed bytes beside the values of a loaded PNG of 16 bits in colour, as large as it; None of any other."""
    fine = image.info.get(_FINE)
    return fine if isinstance(fine, Image.Image) else None


def _rest(values: Pixels, upper: Pixels, lower: Pixels) -> Fine:
    rest = upper.astype(np.int32) * 256 + lower - values.astype(np.int32) * 257
    fine: Fine = np.minimum(rest, 127).astype(np.int8)
    return fine


def _rounded(upper: NDArray[Any], lower: NDArray[Any]) -> Pixels:
    # v / 257 = upper + (lower - upper) / 257
    rest = lower.astype(np.int16) - upper
    rounded: Pixels = upper + (rest > 128).astype(np.uint8) - (rest < -128).astype(np.uint8)
    return rounded
