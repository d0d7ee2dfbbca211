"""LayoutCache: layouts that took long to compute, beside the index, so that they are there at once the next time."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.lib.format import read_array
from numpy.typing import NDArray

from studio.core.errors import StudioError
from studio.core.library.umap_plane import LAYOUT_VERSION
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.storage.untrusted import read_bounded

_PLACE_BYTES = 8
_LARGEST_HEADER = 4096  # bytes; numpy's has 128
_KEPT = 12  # layouts; one of 10,000 pictures takes 80 kB


class LayoutCache:
    """Places by UMAP in a folder of an index. Whatever is wrong with it costs a computation and no map."""

    def __init__(self, index_folder: Path) -> None:
        self._folder = index_folder / "layouts"

    def find(self, vectors: NDArray[np.float32], seed: int = 0) -> NDArray[np.float32] | None:
        """Where pictures with exactly these vectors lie, or None. Shapes: (N, length) -> (N, 2)."""
        try:
            data = read_bounded(self._path(vectors, seed), vectors.shape[0] * _PLACE_BYTES + _LARGEST_HEADER)
            places = read_array(BytesIO(data), allow_pickle=False)  # no archive, as `np.load` would open
        except (OSError, ValueError, EOFError, OverflowError, MemoryError):  # the last two of a shape that lies
            return None
        is_sound = places.shape == (len(vectors), 2) and places.dtype == np.float32 and np.isfinite(places).all()
        return places if is_sound else None

    def keep(self, vectors: NDArray[np.float32], places: NDArray[np.float32], seed: int = 0) -> None:
        """Keep it for the next time, and drop the oldest ones."""
        file = BytesIO()
        np.save(file, places, allow_pickle=False)
        with suppress(OSError, StudioError):
            make_folder(self._folder)
            replace_file(self._path(vectors, seed), file.getvalue())
            layouts = sorted(self._folder.glob("*.npy"), key=lambda path: path.stat().st_mtime_ns)
            for old in layouts[:-_KEPT]:
                old.unlink(missing_ok=True)

    def _path(self, vectors: NDArray[np.float32], seed: int) -> Path:
        about = f"umap {LAYOUT_VERSION} {seed} {vectors.shape}".encode()
        digest = hashlib.sha256(about + np.ascontiguousarray(vectors).tobytes()).hexdigest()
        return self._folder / f"{digest[:32]}.npy"
