"""The layers of MobileNetV2 that a classifier has changed for its classes: names and numbers, and nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FIRST, LAST = 14, 18  # of the network's stages: which may be changed
_NAME = re.compile(r"features\.(\d{1,2})(\.[a-z0-9_]{1,20}){1,6}")
_MOST = 1000


@dataclass(frozen=True, eq=False)
class TunedBlock:
    """Weights of the changed stages, float32, by the network's own names ("features.17.conv.0.0.weight").

    Raises ValueError for what cannot be such weights.
    """

    tensors: Mapping[str, NDArray[np.float32]]

    def __post_init__(self) -> None:
        self.check()

    def check(self) -> None:
        """Raise ValueError for what cannot be such weights: of a block out of a pipe, nobody has looked at it."""
        if not isinstance(self.tensors, Mapping) or not 0 < len(self.tensors) <= _MOST:
            raise ValueError("it changes no layers")
        for name, array in self.tensors.items():
            found = _NAME.fullmatch(name) if isinstance(name, str) else None
            if found is None or not FIRST <= int(found[1]) <= LAST:
                raise ValueError("it changes layers that must stay as they are")
            is_float = isinstance(array, np.ndarray) and array.dtype == np.float32
            if not is_float or not np.isfinite(array).all():
                raise ValueError("its changed layers are no numbers")

    @property
    def first(self) -> int:
        """The first stage that is changed."""
        return min(int(name.split(".")[1]) for name in self.tensors)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same weights."""
        digest = hashlib.blake2b(digest_size=16)
        for name in sorted(self.tensors):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(self.tensors[name]).tobytes())
        return digest.hexdigest()
