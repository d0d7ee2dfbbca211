"""TensorCache: the tensors used last, up to a number of bytes. Where all items are alike, cachetools' own is enough."""

from __future__ import annotations

from collections.abc import Hashable

from cachetools import LRUCache
from torch import Tensor


class TensorCache(LRUCache[Hashable, Tensor]):
    """Forgets the tensors unused for longest where `capacity` bytes end. `get` counts as a use, `in` does not.

    Bytes and not a number of tensors: three dozen tiles of the gallery are less than one painting, and must not push
    it out.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, getsizeof=lambda tensor: tensor.nbytes)

    def __setitem__(self, key: Hashable, tensor: Tensor) -> None:
        """Keep a tensor, unless it alone is more than there is room for."""
        if tensor.nbytes <= self.maxsize:
            super().__setitem__(key, tensor)
