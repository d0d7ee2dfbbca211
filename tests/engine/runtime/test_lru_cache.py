"""What was used last stays, what was unused for longest goes, and the bytes are counted."""

from __future__ import annotations

import torch
from torch import Tensor

from studio.engine.runtime.lru_cache import TensorCache


def of_bytes(number: int) -> Tensor:
    return torch.zeros(number, dtype=torch.uint8)


def test_what_was_unused_for_longest_goes_and_getting_is_using() -> None:
    cache = TensorCache(20)
    cache["a"], cache["b"] = of_bytes(10), of_bytes(10)
    assert cache.get("a") is not None
    cache["c"] = of_bytes(10)
    assert set(cache) == {"a", "c"}


def test_one_large_tensor_makes_room_for_itself_and_many_small_ones_leave_it_there() -> None:
    cache = TensorCache(100)
    for number in range(10):
        cache[number] = of_bytes(10)
    cache["large"] = of_bytes(60)
    assert set(cache) == {6, 7, 8, 9, "large"}
    for number in range(4):
        cache[number] = of_bytes(10)
    assert "large" in cache


def test_what_is_larger_than_the_cache_is_not_kept_and_pushes_nothing_out() -> None:
    cache = TensorCache(20)
    cache["a"] = of_bytes(20)
    cache["b"] = of_bytes(21)
    assert set(cache) == {"a"}


def test_what_is_not_there_is_none() -> None:
    assert TensorCache(20).get("a") is None
