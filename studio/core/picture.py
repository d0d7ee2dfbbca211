"""Picture: pixels, a name and what came with them; the one image type that every part passes around."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studio.core.displayable import displayable
from studio.core.errors import PictureError

Pixels = NDArray[np.uint8]
Fine = NDArray[np.int8]

_ARRAYS = ("pixels", "alpha", "fine")  # the fields that may rest on the disk; none has a default in the class itself
_PIECE = 8 << 20  # bytes
SMALLEST_EDGE = 16  # px; relu4_3 sees one feature per 8 px, fewer than two have no statistics


@dataclass(frozen=True)
class Metadata:
    """What a file carries besides its pixels and an export may carry on.

    `exif`: raw EXIF block without its orientation (already applied), or b"". `dpi`: pixels per inch, or None.
    `icc`: the profile of its colours, an ICC profile of RGB, or b"" where there was none; the pixels are sRGB by now.
    """

    exif: bytes = b""
    dpi: float | None = None
    icc: bytes = b""


@dataclass(frozen=True, eq=False)
class Picture:
    """An sRGB picture; its arrays are read-only, so it can be shared between threads.

    The arrays may rest on the disk (`release`, `at_rest`): then whoever asks for them waits until they are read, and
    for what reading raises. Size, name and fingerprint are there at once.

    pixels: (H, W, 3) uint8 sRGB. alpha: (H, W) uint8, 0 transparent to 255 opaque, or None where opaque.
    name: what the user calls it (file name without folder), made `displayable`. source: where it came from, or None.
    notes: sentences that whoever opened it should read, such as which of several pages it is.
    fine: (H, W, 3) int8, what 8 bits leave out: the picture in 16 bits is 257 * pixels + fine. None where 8 are all.
    Raises PictureError if the arrays have another shape or type.
    """

    pixels: Pixels = field(repr=False)
    name: str = "picture"
    alpha: Pixels | None = field(default_factory=lambda: None, repr=False)
    source: Path | None = None
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()
    fine: Fine | None = field(default_factory=lambda: None, repr=False)

    def __post_init__(self) -> None:
        shape, dtype = self.pixels.shape, self.pixels.dtype
        if dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
            raise PictureError(f"A picture needs (height, width, 3) bytes, not {shape} of {dtype}.")
        if self.alpha is not None and (self.alpha.dtype != np.uint8 or self.alpha.shape != shape[:2]):
            raise PictureError(f"Transparency of {self.alpha.shape} does not fit a picture of {shape[:2]}.")
        if self.fine is not None and (self.fine.dtype != np.int8 or self.fine.shape != shape):
            raise PictureError(f"Finer values of {self.fine.shape} do not fit a picture of {shape}.")
        object.__setattr__(self, "name", displayable(self.name))
        for name in _ARRAYS:
            array = getattr(self, name)
            if array is not None and (array.flags.writeable or not array.flags.c_contiguous):
                array = np.ascontiguousarray(array).view()
                array.flags.writeable = False
                object.__setattr__(self, name, array)

    @classmethod
    def at_rest(
        cls, size: tuple[int, int], fingerprint: str | None, read: Callable[[], Picture], **fields: Any
    ) -> Picture:
        """A picture whose arrays are read when somebody asks for them. size: (width, height). fields: as of the class.

        fingerprint: None where it is to be worked out, which reads them. read: may be called on any thread; of the
        picture it returns, the arrays alone count.
        """
        picture = cls(np.zeros((1, 1, 3), np.uint8), **fields)
        picture.__dict__["_size"] = size
        if fingerprint is not None:
            picture.__dict__["fingerprint"] = fingerprint
        picture._rest(read)
        return picture

    def release(self, read: Callable[[], Picture]) -> None:
        """Give the arrays' memory back; `read`, called on any thread, brings equal ones when somebody asks again."""
        if self.is_in_memory:
            self.__dict__["_size"] = (self.width, self.height)
            self._rest(read)

    @property
    def is_in_memory(self) -> bool:
        """Whether its arrays can be had without waiting for the disk."""
        return "pixels" in self.__dict__

    def load(self) -> None:
        """Read the arrays, unless they are there; for a thread of its own. Raises what reading them raises."""
        if not self.is_in_memory:
            self._read_arrays()

    def _read_arrays(self) -> dict[str, Any]:
        found: Picture = self.__dict__["_read"]()
        if (found.width, found.height) != (self.width, self.height):
            raise PictureError(f"{self.name} has changed: it is another picture now.")
        arrays = {name: getattr(found, name) for name in _ARRAYS}
        self.__dict__.update(arrays)  # at once: who finds one of them finds all
        return arrays

    def _rest(self, read: Callable[[], Picture]) -> None:
        self.__dict__["_read"] = read
        for name in _ARRAYS:
            self.__dict__.pop(name, None)

    if not TYPE_CHECKING:  # else every misspelt name would be an array to mypy

        def __getattr__(self, name: str) -> Any:
            # Only what is not there comes here: an array at rest, or a name that nothing has.
            if name not in _ARRAYS or "_read" not in self.__dict__:
                raise AttributeError(f"A picture has no {name}.")
            return self._read_arrays()[name]

    def __reduce__(self) -> tuple[type[Picture], tuple[Any, ...]]:
        # Through __init__, because unpickled arrays are writable again.
        return Picture, (self.pixels, self.name, self.alpha, self.source, self.metadata, self.notes, self.fine)

    @property
    def width(self) -> int:
        """Width in px."""
        return int(self.__dict__["_size"][0] if "_size" in self.__dict__ else self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in px."""
        return int(self.__dict__["_size"][1] if "_size" in self.__dict__ else self.pixels.shape[0])

    @property
    def long_edge(self) -> int:
        """The longer of width and height, in px."""
        return max(self.width, self.height)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of size, pixels, alpha and what 8 bits leave out: equal for equal pictures, whatever their names."""
        for _ in self.fingerprinting():
            pass
        return str(self.__dict__["fingerprint"])

    def fingerprinting(self) -> Generator[None, None, None]:
        """Work the fingerprint out, some 10 ms at a time, so that others get their turn; nothing where it is known."""
        if "fingerprint" in self.__dict__:
            return
        digest = hashlib.blake2b(repr(self.pixels.shape).encode(), digest_size=16)
        for array in (self.pixels, self.alpha, self.fine):
            if array is None:
                continue
            data = array.data.cast("B")
            for start in range(0, len(data), _PIECE):
                digest.update(data[start : start + _PIECE])
                yield
        self.__dict__["fingerprint"] = digest.hexdigest()  # where `cached_property` puts it

    @property
    def nbytes(self) -> int:
        """Bytes of memory that its arrays take."""
        return sum(array.nbytes for array in (self.pixels, self.alpha, self.fine) if array is not None)

    def deep_rows(self, rows: slice) -> NDArray[np.uint16]:
        """Some rows in 16 bits, 65,535 for white. Shape: (rows, W, 3)."""
        return to_deep(self.pixels[rows], None if self.fine is None else self.fine[rows])

    def with_pixels(self, pixels: Pixels, alpha: Pixels | None = None, fine: Fine | None = None) -> Picture:
        """The same picture (name, source, metadata) with other pixels, of any size."""
        return replace(self, pixels=pixels, alpha=alpha, fine=fine)


def to_deep(pixels: Pixels, fine: Fine | None) -> NDArray[np.uint16]:
    """Values of 16 bits from those of 8 and what these leave out; the same shape."""
    deep: NDArray[np.uint16] = pixels * np.uint16(257)
    if fine is not None:
        deep += fine.view(np.uint8)  # modulo 2^16: a negative number counts as 256 more than it is ...
        deep[fine < 0] -= np.uint16(256)  # ... which is taken away here
    return deep


def from_deep(deep: NDArray[np.uint16]) -> tuple[Pixels, Fine]:
    """Values of 16 bits as those of 8, rounded, and what these leave out; `to_deep` brings them back.

    Of 257 values, one lies half-way between two of 8 bits, 128 above the lower: it comes back smaller by one.
    """
    pixels: Pixels = ((deep.astype(np.uint32) + 128) // 257).astype(np.uint8)
    rest = (deep - pixels * np.uint16(257)).view(np.int16)
    return pixels, np.minimum(rest, 127).astype(np.int8)


def fit_size(width: int, height: int, long_edge: int) -> tuple[int, int]:
    """(width, height) scaled so that the longer edge is `long_edge` px; no edge becomes 0."""
    factor = long_edge / max(width, height)
    return max(1, round(width * factor)), max(1, round(height * factor))
