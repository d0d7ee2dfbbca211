"""What memory Finish needs: how much of a picture it encodes at once, and what that takes in all."""

from __future__ import annotations

from typing import Final

# What a pixel takes that is encoded with a gradient: features and gradients at layers in the encoder's precision, and
# besides them where max pooling found its largest. Measured: 1370 bytes in bfloat16, 2470 in float32.
VALUES_PER_PIXEL, BYTES_BESIDES = 560, 280
# What a pixel takes in any case: content features, and the optimiser's images of float32 (see BoundedLBFGS).
CONTENT_VALUES, IMAGES, IMAGE_BYTES = 56, 20, 3 * 4
MEMORY_SHARE: Final = 0.5  # of what is free
LARGEST_WHOLE = 4_000_000  # px encoded in one go even if there is room: a piece must not take seconds
SMALLEST_TILE = 512  # px; below, most of a tile would be margin
LIVE_BYTES_PER_PIXEL: Final = 42  # measured at 8192 x 5461 px
FINE_BYTES: Final = 600_000_000  # more takes the larger Live network, at 2600 x 2000 px
ENGINE_BYTES: Final = 900_000_000  # PyTorch and the networks


def tile_pixels(pixels: int, value_bytes: int, free: int | None) -> int:
    """Pixels to encode at once, margins included, of a picture of so many. free: bytes of memory, None where unknown.

    In halves of the most, because other tiles are other roundings: a little more or less memory than the last time must
    not paint another picture.
    """
    tile = LARGEST_WHOLE
    if free is not None:
        room = MEMORY_SHARE * (free - pixels * _bytes_in_any_case(value_bytes))
        while tile > SMALLEST_TILE**2 and tile * bytes_per_pixel(value_bytes) > room:
            tile //= 2
    return max(tile, SMALLEST_TILE**2)


def bytes_per_pixel(value_bytes: int) -> int:
    """What a pixel takes while it is encoded with a gradient. value_bytes: of a value in the encoder's precision."""
    return VALUES_PER_PIXEL * value_bytes + BYTES_BESIDES


def finish_bytes(pixels: int, value_bytes: int, free: int | None) -> int:
    """What Finish takes at a size, the engine itself included; arguments as in `tile_pixels`."""
    at_once = min(pixels, tile_pixels(pixels, value_bytes, free))
    return ENGINE_BYTES + pixels * _bytes_in_any_case(value_bytes) + at_once * bytes_per_pixel(value_bytes)


def live_bytes(pixels: int, is_fine: bool = False) -> int:
    """What the method "live" takes at a size, the engine itself included. is_fine: by the larger network."""
    return ENGINE_BYTES + pixels * LIVE_BYTES_PER_PIXEL + (FINE_BYTES if is_fine else 0)


def _bytes_in_any_case(value_bytes: int) -> int:
    return CONTENT_VALUES * value_bytes + IMAGES * IMAGE_BYTES
