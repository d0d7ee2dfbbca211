"""Picture: pixels, a name and what came with them; the one image type that every part passes around."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.displayable import displayable
from studio.core.errors import PictureError

Pixels = NDArray[np.uint8]

_PIECE = 8 << 20  # bytes
SMALLEST_EDGE = 16  # px; relu4_3 sees one feature per 8 px, fewer than two have no statistics


@dataclass(frozen=True)
class Metadata:
    """What a file carries besides its pixels and an export may carry on.

    `exif`: raw EXIF block without its orientation (already applied), or b"". `dpi`: pixels per inch, or None.
    """

    exif: bytes = b""
    dpi: float | None = None


@dataclass(frozen=True, eq=False)
class Picture:
    """An sRGB picture; its arrays are read-only, so it can be shared between threads.

    pixels: (H, W, 3) uint8 sRGB. alpha: (H, W) uint8, 0 transparent to 255 opaque, or None where opaque.
    name: what the user calls it (file name without folder), made `displayable`. source: where it came from, or None.
    notes: sentences that whoever opened it should read, such as which of several pages it is.
    Raises PictureError if the arrays have another shape or type.
    """

    pixels: Pixels
    name: str = "picture"
    alpha: Pixels | None = None
    source: Path | None = None
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape, dtype = self.pixels.shape, self.pixels.dtype
        if dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
            raise PictureError(f"A picture needs (height, width, 3) bytes, not {shape} of {dtype}.")
        if self.alpha is not None and (self.alpha.dtype != np.uint8 or self.alpha.shape != shape[:2]):
            raise PictureError(f"Transparency of {self.alpha.shape} does not fit a picture of {shape[:2]}.")
        object.__setattr__(self, "name", displayable(self.name))
        for name in ("pixels", "alpha"):
            array = getattr(self, name)
            if array is not None and (array.flags.writeable or not array.flags.c_contiguous):
                array = np.ascontiguousarray(array).view()
                array.flags.writeable = False
                object.__setattr__(self, name, array)

    def __reduce__(self) -> tuple[type[Picture], tuple[Any, ...]]:
        # Through __init__, because unpickled arrays are writable again.
        return Picture, (self.pixels, self.name, self.alpha, self.source, self.metadata, self.notes)

    @property
    def width(self) -> int:
        """Width in px."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in px."""
        return int(self.pixels.shape[0])

    @property
    def long_edge(self) -> int:
        """The longer of width and height, in px."""
        return max(self.width, self.height)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of size, pixels and alpha: equal for equal pictures, whatever their names."""
        for _ in self.fingerprinting():
            pass
        return str(self.__dict__["fingerprint"])

    def fingerprinting(self) -> Generator[None, None, None]:
        """Work the fingerprint out, some 10 ms at a time, so that others get their turn; nothing where it is known."""
        if "fingerprint" in self.__dict__:
            return
        digest = hashlib.blake2b(repr(self.pixels.shape).encode(), digest_size=16)
        for array in (self.pixels,) if self.alpha is None else (self.pixels, self.alpha):
            data = array.data.cast("B")
            for start in range(0, len(data), _PIECE):
                digest.update(data[start : start + _PIECE])
                yield
        self.__dict__["fingerprint"] = digest.hexdigest()  # where `cached_property` puts it

    def with_pixels(self, pixels: Pixels, alpha: Pixels | None = None) -> Picture:
        """The same picture (name, source, metadata) with other pixels, of any size."""
        return replace(self, pixels=pixels, alpha=alpha)


def fit_size(width: int, height: int, long_edge: int) -> tuple[int, int]:
    """(width, height) scaled so that the longer edge is `long_edge` px; no edge becomes 0."""
    factor = long_edge / max(width, height)
    return max(1, round(width * factor)), max(1, round(height * factor))
