"""The device: chosen or clearly refused, and every way to say that memory ran out."""

from __future__ import annotations

import pytest
import torch

from studio.core.errors import EngineError
from studio.engine.runtime import device
from studio.engine.runtime.device import choose_device, device_name, free_memory, is_out_of_memory, release_memory

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


def test_a_processor_has_the_computers_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "free_host_memory", lambda: 123)
    assert free_memory(CPU) == 123


def test_a_graphics_card_has_what_nobody_holds_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda where: (1000, 5000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda where: 700)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda where: 400)
    assert free_memory(torch.device("cuda")) == 1300  # what torch has reserved and does not use is free as well


def test_an_apple_gpu_has_no_more_than_the_computer_it_shares_memory_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 1000)
    monkeypatch.setattr(torch.mps, "current_allocated_memory", lambda: 300)
    for host, expected in ((5000, 700), (200, 200)):
        monkeypatch.setattr(device, "free_host_memory", lambda host=host: host)
        assert free_memory(torch.device("mps")) == expected


@pytest.mark.parametrize("kind", ["cuda", "xpu", "mps"])
def test_memory_is_given_back_on_every_device_that_hoards_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given_back: list[str] = []
    for name in ("cuda", "xpu", "mps"):
        monkeypatch.setattr(getattr(torch, name), "empty_cache", lambda name=name: given_back.append(name))
    release_memory(torch.device(kind))
    assert given_back == [kind]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 99999 bytes."),
        RuntimeError("std::bad_alloc"),
        RuntimeError("bad allocation"),
        RuntimeError("could not create a primitive"),
        RuntimeError("could not allocate 1073741824 bytes"),
        RuntimeError("unable to mmap 1073741824 bytes: Cannot allocate memory (12)"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuFFT error: CUFFT_ALLOC_FAILED"),
        RuntimeError("CUDA error: cudaErrorMemoryAllocation"),
        RuntimeError("HIP error: hipErrorOutOfMemory"),
        RuntimeError("miopenStatusAllocFailed"),
        RuntimeError("MPS backend out of memory (MPS allocated: 18 GB, max allowed: 18 GB)."),
        RuntimeError("Invalid buffer size: 24.00 GiB"),
        RuntimeError("Native API failed. Native API returns: 39 (UR_RESULT_ERROR_OUT_OF_DEVICE_MEMORY)"),
        RuntimeError("Native API failed. Native API returns: 40 (UR_RESULT_ERROR_OUT_OF_RESOURCES)"),
        RuntimeError("level_zero backend failed with error: 1879048195 (ZE_RESULT_ERROR_OUT_OF_HOST_MEMORY)"),
    ],
    ids=str,
)
def test_memory_that_ran_out_is_known_by_its_words(error: Exception) -> None:
    assert is_out_of_memory(error)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("shape '[3]' is invalid for input of size 4"),
        RuntimeError("could not create a primitive descriptor for the convolution forward propagation primitive"),
        RuntimeError("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED"),
        RuntimeError("CUDA error: device-side assert triggered"),
        RuntimeError("Expected all tensors to be on the same device, but found at least two devices"),
        RuntimeError("view size is not compatible with input tensor's size and stride"),
        ValueError("out of memory"),
        KeyError("a"),
    ],
    ids=str,
)
def test_other_errors_are_not_about_memory(error: Exception) -> None:
    assert not is_out_of_memory(error)


def test_an_allocation_that_cannot_be_is_known_as_such() -> None:
    with pytest.raises((RuntimeError, MemoryError)) as refused:
        torch.empty(1 << 56, dtype=torch.uint8)
    assert is_out_of_memory(refused.value)
