"""How much of each place of a picture belongs to each of its regions, at any size."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from studio.core.picture import Pixels
from studio.core.regions.rasterize import share_out
from studio.core.resampling import resized
from studio.engine.runtime.lru_cache import TensorCache

KEPT_SHARES = 128 << 20  # bytes, at sizes that were asked for last
SEEN = 1 / 510  # a share below cannot change a byte


class RegionShares:
    """The shares of regions, and last of the rest; they sum to 1 at each place, and stay so at each size."""

    def __init__(self, masks: Sequence[Pixels], device: torch.device) -> None:
        """masks: (h, w) uint8 each, of any size, a later one lies over earlier ones; at least one."""
        height, width = max((mask.shape for mask in masks), key=lambda shape: shape[0] * shape[1])
        alike = [
            mask if mask.shape == (height, width) else resized(mask, (width, height), Image.Resampling.BILINEAR)
            for mask in masks
        ]
        self.key = masks_key(masks)
        self._whole = torch.stack([torch.from_numpy(share) for share in share_out(alike)])[None].to(device)
        self._sizes = TensorCache(KEPT_SHARES)

    def __len__(self) -> int:
        return self._whole.shape[1]

    def at(self, size: tuple[int, int]) -> Tensor:
        """The shares of a picture of `size` (h, w). Shape: (1, regions + 1, h, w) in [0, 1]."""
        if tuple(self._whole.shape[2:]) == size:
            return self._whole
        shares = self._sizes.get(size)
        if shares is None:  # bilinear: no weight of it is below 0, and so the shares still sum to 1
            shares = functional.interpolate(self._whole, size, mode="bilinear", antialias=True, align_corners=False)
            self._sizes[size] = shares
        return shares


def masks_key(masks: Sequence[Pixels]) -> str:
    """The same for the same masks."""
    digest = hashlib.blake2b(digest_size=16)
    for mask in masks:
        digest.update(repr(mask.shape).encode())
        digest.update(mask.tobytes())
    return digest.hexdigest()


def box_of(share: Tensor) -> tuple[slice, slice] | None:
    """Rows and columns in which a share (h, w) can be seen; None where nowhere."""
    seen = share > SEEN
    rows, columns = torch.nonzero(seen.any(1)), torch.nonzero(seen.any(0))
    if not len(rows):
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def widened(box: tuple[slice, slice], margin: int, size: tuple[int, int], grid: int = 1) -> tuple[slice, slice]:
    """A box with so many px around it as far as the picture of `size` (h, w) goes, its start on a grid of `grid` px."""
    rows, columns = (
        slice(max(0, part.start - margin) // grid * grid, min(length, part.stop + margin))
        for part, length in zip(box, size, strict=True)
    )
    return rows, columns
