"""Pictures to tensors and back, and resizing: everything is (1, 3, H, W) float32 sRGB in [0, 1] in between."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.core.generators import run_to_end
from studio.core.picture import Fine, Picture, Pixels, fit_size, from_deep
from studio.core.resampling import resized, resizing, resizing_deep

STRIP = 1 << 20  # px at a time
COARSE_EDGE = 24  # px of the longer edge at which a picture has the colours Live showed


def strips(height: int, width: int) -> Iterator[slice]:
    """Rows of a picture of that size, from the top, in strips of about `STRIP` px."""
    rows = max(1, STRIP // width)
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))


def to_tensor(picture: Picture, device: torch.device) -> Tensor:
    """The pixels of a picture, with what 8 bits leave out. Shape: (1, 3, H, W) float32 in [0, 1]."""
    return run_to_end(reading(picture, device))


def reading(picture: Picture, device: torch.device) -> Generator[None, None, Tensor]:
    """As `to_tensor`, a strip at a time."""
    image = torch.empty((1, 3, picture.height, picture.width), device=device)
    for rows in strips(picture.height, picture.width):
        image[:, :, rows] = strip_of(picture, rows, device)
        yield
    return image


def strip_of(picture: Picture, rows: slice, device: torch.device) -> Tensor:
    """Some rows of a picture. Shape: (1, 3, rows, W) float32 in [0, 1]."""
    image = _on(device, picture.pixels[rows]).div_(255)
    return image if picture.fine is None else image.add_(_on(device, picture.fine[rows]), alpha=1 / 65535)


def _on(device: torch.device, values: Pixels | Fine) -> Tensor:
    part = torch.from_numpy(np.array(values)).to(device)  # a copy: the picture's own array is read-only
    return part.permute(2, 0, 1)[None].float()


def strips_of(image: Tensor) -> Iterator[Tensor]:
    """An image (1, 3, H, W) in strips (1, 3, rows, W), which are views of it."""
    for rows in strips(image.shape[2], image.shape[3]):
        yield image[:, :, rows]


def to_picture(image: Tensor, like: Picture) -> Picture:
    """The image as a picture named like another, with that one's transparency put back at the image's size."""
    size = (image.shape[2], image.shape[3])
    pixels, _ = run_to_end(writing(strips_of(image), size))
    return like.with_pixels(pixels, None if like.alpha is None else resized(like.alpha, (size[1], size[0])))


def writing(
    parts: Iterable[Tensor], size: tuple[int, int], *, is_deep: bool = False
) -> Generator[None, None, tuple[Pixels, Fine | None]]:
    """The pixels of an image of `size` (h, w) from all its strips. Shapes: (1, 3, rows, w) in [0, 1] -> (h, w, 3).

    is_deep: and what 8 bits leave out of it, as in `Picture.fine`; else None.
    """
    pixels, top = np.empty((*size, 3), np.uint8), 0
    fine = np.empty((*size, 3), np.int8) if is_deep else None
    for part in parts:
        exact, rows = part[0].clamp(0, 1), slice(top, top + part.shape[2])
        levels = (exact * 255 if is_deep else exact.mul_(255)).round_()
        _write(levels.to(torch.uint8), pixels[rows])
        if fine is not None:
            rest = exact.mul_(65535).round_().sub_(levels, alpha=257).clamp_(-128, 127)
            _write(rest.to(torch.int8), fine[rows])
        top = rows.stop
        yield
    return pixels, fine


def _write(values: Tensor, rows: Pixels | Fine) -> None:
    """Write channels (3, H, W) where pixels (H, W, 3) are; nearly twice as fast as by numpy."""
    torch.stack(values.cpu().unbind(), -1, out=torch.from_numpy(rows))


def resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Bicubic resampling, antialiased when it shrinks; may overshoot. Shapes: (1, C, H, W), (h, w) -> (1, C, h, w)."""
    if tuple(image.shape[2:]) == size:
        return image
    return functional.interpolate(image, size=size, mode="bicubic", antialias=True, align_corners=False)


def resize_to(image: Tensor, long_edge: int) -> Tensor:
    """The image with its longer edge at `long_edge` px, in [0, 1]."""
    width, height = fit_size(image.shape[3], image.shape[2], long_edge)
    return resize(image, (height, width)).clamp(0, 1)


def picture_at(picture: Picture, long_edge: int, device: torch.device) -> Tensor:
    """A picture at most `long_edge` px large, shrunk in strips: in float32 a photo of 100 megapixels takes 1.2 GB."""
    return run_to_end(shrinking(picture, long_edge, device))


def shrinking(picture: Picture, long_edge: int, device: torch.device) -> Generator[None, None, Tensor]:
    """As `picture_at`, a strip at a time."""
    if picture.long_edge > long_edge:
        size = fit_size(picture.width, picture.height, long_edge)
        if picture.fine is not None:
            deep = yield from resizing_deep(picture.deep_rows, (picture.height, picture.width, 3), size)
            pixels, fine = from_deep(deep)
            picture = picture.with_pixels(pixels, fine=fine)
        else:
            picture = picture.with_pixels((yield from resizing(picture.pixels, size)))
    return (yield from reading(picture, device))


def shrinking_opacity(picture: Picture, long_edge: int, device: torch.device) -> Generator[None, None, Tensor | None]:
    """How much of a picture is seen at each place, at most `long_edge` px large: (1, 1, H, W) in [0, 1].

    None where all of it is, and where nothing is: a picture without a visible place is taken as it is.
    """
    alpha = picture.alpha
    if alpha is None or int(alpha.min()) == 255 or not alpha.any():
        return None
    if picture.long_edge > long_edge:
        alpha = yield from resizing(alpha, fit_size(picture.width, picture.height, long_edge))
        if not alpha.any():  # specks that are nowhere seen at this size
            return None
    return torch.from_numpy(np.array(alpha)).to(device)[None, None].float().div_(255)


def coarse_size(image: Tensor) -> tuple[int, int]:
    """The size (h, w) of an image (1, 3, H, W) with its longer edge shrunk to COARSE_EDGE px."""
    width, height = fit_size(image.shape[3], image.shape[2], COARSE_EDGE)
    return height, width


def coarse_colors(image: Tensor, size: tuple[int, int] | None = None) -> Tensor:
    """The image averaged to a size (h, w), or to its `coarse_size`. Shapes: (1, C, H, W) -> (1, C, h, w).

    Every pixel counts alike. Where edges are no multiples of the size, adaptive pooling counts those between two cells
    twice: a loss of such averages draws the grid of its cells into the picture.
    """
    height, width = size or coarse_size(image)
    down = averaging(image.shape[2], height, image.device)
    across = averaging(image.shape[3], width, image.device)
    return torch.stack([down @ channel @ across.T for channel in image[0]])[None]


def averaging(length: int, cells: int, device: torch.device) -> Tensor:
    """Rows that average `length` positions into `cells` of equal, perhaps fractional length. Shape: (cells, length)."""
    edges = torch.arange(cells + 1, dtype=torch.float64) * length / cells
    positions = torch.arange(length, dtype=torch.float64)
    covered = torch.minimum(edges[1:, None], positions + 1) - torch.maximum(edges[:-1, None], positions)
    return (covered.clamp_min(0) * cells / length).float().to(device)


def fine_band(image: Tensor, coarse: tuple[int, int]) -> Tensor:
    """What an image loses when it is shrunk to `coarse` (h, w) and enlarged again. Same shape as the image."""
    return image - resize(resize(image, coarse), (image.shape[2], image.shape[3]))
