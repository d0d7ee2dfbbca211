"""Layouts that are kept beside the index, and what UMAP refuses."""

from __future__ import annotations

import builtins
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.library.layout_cache import LayoutCache
from studio.core.library.umap_plane import umap_plane


def some(count: int, length: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, length)).astype(np.float32)


def test_a_layout_is_found_for_the_same_pictures_alone(tmp_path: Path) -> None:
    cache, vectors, places = LayoutCache(tmp_path), some(12, 8), some(12, 2)
    assert cache.find(vectors) is None
    cache.keep(vectors, places)
    found = LayoutCache(tmp_path).find(vectors)
    assert found is not None and (found == places).all()
    assert cache.find(vectors, seed=1) is None
    assert cache.find(vectors[:-1]) is None
    assert cache.find(vectors[::-1]) is None


def headed(shape: str) -> bytes:
    """A file of numpy's that says that it holds so many numbers, and has 24 bytes of them."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape},), }}\n".encode()
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + bytes(24)


def archive() -> bytes:
    file = BytesIO()
    np.savez(file, np.zeros(3, np.float32))
    return file.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\x93NUMPY",
        b"not at all",
        b"PK\3\4",
        archive(),
        headed("10**14, 2"),
        headed(f"{10**14}, 2"),
        headed("9" * 30),
    ],
)
def test_a_damaged_layout_is_computed_again(tmp_path: Path, damage: bytes) -> None:
    cache, vectors = LayoutCache(tmp_path), some(12, 8)
    cache.keep(vectors, some(12, 2))
    (file,) = (tmp_path / "layouts").iterdir()
    file.write_bytes(damage)
    assert cache.find(vectors) is None
    cache.keep(vectors, np.full((12, 2), np.nan, np.float32))
    assert cache.find(vectors) is None


def test_only_the_newest_layouts_are_kept(tmp_path: Path) -> None:
    cache = LayoutCache(tmp_path)
    for seed in range(15):
        cache.keep(some(12, 8, seed), some(12, 2, seed))
    assert len(list((tmp_path / "layouts").iterdir())) == 12
    assert cache.find(some(12, 8, 14)) is not None


def test_a_folder_that_cannot_be_written_costs_no_layout(tmp_path: Path) -> None:
    (tmp_path / "layouts").write_bytes(b"")
    LayoutCache(tmp_path).keep(some(12, 8), some(12, 2))
    assert LayoutCache(tmp_path).find(some(12, 8)) is None


def test_umap_refuses_too_few_pictures() -> None:
    with pytest.raises(StudioError, match="at least 10 pictures; there are 9"):
        umap_plane(some(9, 8))


def test_umap_that_cannot_be_loaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def refuse(name, *arguments, **named):
        if name == "umap":
            raise ImportError("numba is too old")
        return load(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(StudioError, match="numba is too old") as told:
        umap_plane(some(12, 8))
    assert "PCA" in told.value.remedy


@pytest.mark.slow
def test_umap_keeps_clouds_apart_and_lies_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)  # UMAP's bar, which nobody sees, would leave a thread behind
    draw = np.random.default_rng(1)
    clouds = np.repeat(np.eye(3, 16), 20, axis=0) + 0.05 * draw.standard_normal((60, 16))
    first, second = (umap_plane(clouds.astype(np.float32)) for _ in range(2))
    assert (first == second).all()
    assert np.abs(first).max() <= 1
    middles = first.reshape(3, 20, 2).mean(1)
    spread = np.linalg.norm(first.reshape(3, 20, 2) - middles[:, None], axis=2).mean()
    assert min(np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2))) > 3 * spread
