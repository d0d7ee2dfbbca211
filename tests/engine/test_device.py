"""The device: chosen or clearly refused, and every way to say that memory ran out."""

from __future__ import annotations

import pytest
import torch

from studio.core.errors import EngineError
from studio.engine.device import choose_device, device_name, free_memory, is_out_of_memory

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["banana", "cuda:99", "meta", "hpu", "cpu cpu", ""])
def test_a_device_that_is_not_there_is_refused_by_name(name: str) -> None:
    with pytest.raises(EngineError, match=f"no device '{name}'") as refused:
        choose_device(name)
    assert "best one" in refused.value.remedy


def test_the_named_device_is_taken_and_without_a_name_one_that_works() -> None:
    assert choose_device("cpu") == CPU
    assert torch.ones(2, device=choose_device(None)).sum().item() == 2


@pytest.mark.parametrize(("cores", "name"), [(1, "CPU, 1 core"), (8, "CPU, 8 cores")])
def test_a_cpu_is_called_by_its_cores(cores: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: cores)
    assert device_name(CPU) == name


def test_free_memory_is_that_of_a_computer() -> None:
    assert 1 << 20 < free_memory(CPU) < 1 << 50


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 99999 bytes."),
        RuntimeError("MPS backend out of memory (MPS allocated: 18 GB, max allowed: 18 GB)."),
    ],
)
def test_memory_that_ran_out_is_known_by_its_words(error: Exception) -> None:
    assert is_out_of_memory(error)


@pytest.mark.parametrize("error", [RuntimeError("shape '[3]' is invalid"), ValueError("out of memory"), KeyError("a")])
def test_other_errors_are_not_about_memory(error: Exception) -> None:
    assert not is_out_of_memory(error)


def test_an_allocation_that_cannot_be_is_known_as_such() -> None:
    with pytest.raises((RuntimeError, MemoryError)) as refused:
        torch.empty(1 << 56, dtype=torch.uint8)
    assert is_out_of_memory(refused.value)
