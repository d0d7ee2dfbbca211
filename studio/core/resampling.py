"""Smaller copies of pictures: for what is kept, and for what is only looked at."""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.core.generators import run_to_end
from studio.core.picture import Picture, Pixels, fit_size

STRIP = 1 << 20  # px at a time: a whole copy of 100 megapixels takes 400 MB in Pillow
GAP = 3.0  # times the size wanted, to which pixels are averaged before they are resampled well

_MODES = {(): "L", (3,): "RGB", (4,): "RGBA"}  # by the shape of a pixel


def reduced(picture: Picture, long_edge: int) -> Picture:
    """The picture with its longer edge at `long_edge` px, or the picture itself if it is not longer."""
    if picture.long_edge <= long_edge:
        return picture
    size = fit_size(picture.width, picture.height, long_edge)
    if picture.alpha is None:
        return picture.with_pixels(resized(picture.pixels, size, Image.Resampling.LANCZOS))
    # Together: colours are weighed by their alpha, so that hidden ones do not bleed into the edge.
    whole = resized(picture.pixels, size, Image.Resampling.LANCZOS, picture.alpha)
    return picture.with_pixels(whole[:, :, :3], whole[:, :, 3])


def middle_square(picture: Picture) -> Picture:
    """The largest square in the picture: from the middle across, from above the middle down, where heads are."""
    side = min(picture.width, picture.height)
    left, top = (picture.width - side) // 2, (picture.height - side) // 4
    return picture.with_pixels(picture.pixels[top : top + side, left : left + side])


def resized(
    pixels: Pixels,
    size: tuple[int, int],
    resample: Image.Resampling = Image.Resampling.BICUBIC,
    alpha: Pixels | None = None,
) -> Pixels:
    """Pixels at another size (width, height). Shapes: (H, W) or (H, W, 3) -> same; with alpha (H, W) -> (h, w, 4)."""
    return run_to_end(resizing(pixels, size, resample, alpha))


def resized_deep(
    values: Callable[[slice], NDArray[np.uint16]],
    shape: tuple[int, int, int],
    size: tuple[int, int],
    resample: Image.Resampling = Image.Resampling.BICUBIC,
) -> NDArray[np.uint16]:
    """As `resizing_deep`, at once."""
    return run_to_end(resizing_deep(values, shape, size, resample))


def resizing(
    pixels: Pixels,
    size: tuple[int, int],
    resample: Image.Resampling = Image.Resampling.BICUBIC,
    alpha: Pixels | None = None,
) -> Generator[None, None, Pixels]:
    """As `resized`, a strip of some ms at a time.

    The result is that of Pillow's `resize` with `reducing_gap=GAP`, which takes copies of the whole.
    """
    height, width = pixels.shape[:2]
    across, down = max(1, int(width / size[0] / GAP)), max(1, int(height / size[1] / GAP))
    low = ceil(height / down)
    narrow = np.empty((low, size[0], *((4,) if alpha is not None else pixels.shape[2:])), np.uint8)
    rows = max(1, STRIP // width // down)
    for top in range(0, low, rows):
        strip = slice(top * down, (top + rows) * down)
        part = _image(pixels[strip] if alpha is None else np.dstack((pixels[strip], alpha[strip])))
        part = part if alpha is None else part.convert("RGBa")  # times alpha, as Pillow itself weighs colours
        part = part.reduce((across, down)) if across * down > 1 else part
        part = part.resize((size[0], part.height), resample, (0, 0, width / across, part.height))
        narrow[top : top + rows] = np.asarray(part)
        yield
    result = np.empty((size[1], *narrow.shape[1:]), np.uint8)
    columns = max(1, STRIP // low)
    for left in range(0, size[0], columns):
        part = _image(narrow[:, left : left + columns], None if alpha is None else "RGBa")
        part = part.resize((part.width, size[1]), resample, (0, 0, part.width, height / down))
        result[:, left : left + columns] = np.asarray(part if alpha is None else part.convert("RGBA"))
        yield
    return result


def resizing_deep(
    values: Callable[[slice], NDArray[np.uint16]],
    shape: tuple[int, int, int],
    size: tuple[int, int],
    resample: Image.Resampling = Image.Resampling.BICUBIC,
) -> Generator[None, None, NDArray[np.uint16]]:
    """As `resizing`, of 16 bits. values: some rows of a picture of this shape (H, W, 3 or 4). Shape: (h, w, 3 or 4).

    A fourth value is the alpha, by which colours are weighed. Averaged are single-precision numbers, so that what comes
    out is rounded once.
    """
    height, width, channels = shape
    across, down = max(1, int(width / size[0] / GAP)), max(1, int(height / size[1] / GAP))
    low = ceil(height / down)
    narrow = np.empty((channels, low, size[0]), np.float32)
    rows = max(1, STRIP // width // down)
    for top in range(0, low, rows):
        part = values(slice(top * down, (top + rows) * down)).astype(np.float32)
        if channels == 4:
            part[:, :, :3] *= part[:, :, 3:] / np.float32(65535)
        for channel in range(channels):
            image = Image.fromarray(np.ascontiguousarray(part[:, :, channel]))
            image = image.reduce((across, down)) if across * down > 1 else image
            box = (0, 0, width / across, image.height)
            narrow[channel, top : top + rows] = np.asarray(image.resize((size[0], image.height), resample, box))
        yield
    result = np.empty((size[1], size[0], channels), np.uint16)
    columns = max(1, STRIP // low)
    for left in range(0, size[0], columns):
        part = np.empty((size[1], min(columns, size[0] - left), channels), np.float32)
        for channel in range(channels):
            image = Image.fromarray(np.ascontiguousarray(narrow[channel, :, left : left + columns]))
            part[:, :, channel] = np.asarray(
                image.resize((image.width, size[1]), resample, (0, 0, image.width, height / down))
            )
        if channels == 4:
            opacity = part[:, :, 3:]
            part[:, :, :3] = np.divide(part[:, :, :3] * np.float32(65535), opacity, out=part[:, :, :3] * 0,
                                       where=opacity >= 0.5)  # fmt: skip
        result[:, left : left + columns] = np.rint(part.clip(0, 65535)).astype(np.uint16)
        yield
    return result


def _image(pixels: Pixels, mode: str | None = None) -> Image.Image:
    mode = mode or _MODES[pixels.shape[2:]]
    return Image.frombuffer(mode, (pixels.shape[1], pixels.shape[0]), np.ascontiguousarray(pixels), "raw", mode, 0, 1)
