"""A plane by UMAP: what is near on it is alike, more truly than on principal components; far distances say little.

Sources: McInnes, Healy & Melville 2018 (UMAP); Kobak & Linderman 2021 (beginning with principal components keeps more
of how the groups lie to each other).
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import StudioError
from studio.core.library.plane import principal_plane, spread_out

FEWEST = 10  # pictures; of fewer there are hardly neighbours
_NEIGHBOURS = 15
_LEAST_DISTANCE = 0.1
_START = 10.0  # how far the plane reaches at the start
# What of the layout depends on: raise it when the same vectors come to lie elsewhere, so that no old layout is shown.
LAYOUT_VERSION = 1


def umap_plane(vectors: NDArray[np.float32], seed: int = 0) -> NDArray[np.float32]:
    """Where pictures with these vectors lie, the same each time. Shapes: (N, length) -> (N, 2), from -1 to 1.

    It loads UMAP and has it compiled, which alone takes ten seconds or more: in the window, call it in a process of its
    own. Raises StudioError for fewer than FEWEST pictures and where UMAP cannot be loaded.
    """
    if len(vectors) < FEWEST:
        raise StudioError(
            f"UMAP needs at least {FEWEST} pictures; there are {len(vectors)}.", "Choose PCA, or more pictures."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries about each other, such as a missing TensorFlow
        try:
            import umap
        except ImportError as error:
            raise StudioError(
                f"UMAP cannot be loaded ({error}).", "Install umap-learn; until then the map is laid out by PCA."
            ) from error
        start = principal_plane(vectors) * _START
        # Pictures that are equal would stay on one point for ever.
        start = start + np.random.default_rng(seed).normal(0, 1e-3 * _START, start.shape).astype(np.float32)
        # One thread: with more, the same seed gives another plane each time.
        model = umap.UMAP(
            n_neighbors=min(_NEIGHBOURS, len(vectors) - 1),
            min_dist=_LEAST_DISTANCE,
            init=start,
            random_state=seed,
            n_jobs=1,
        )
        places = np.asarray(model.fit_transform(vectors), np.float32)
    if not np.isfinite(places).all():
        raise StudioError("UMAP found no layout for these pictures.", "The map is laid out by PCA.")
    return spread_out(places, unusual=0.0)  # islands far out are what it is about
