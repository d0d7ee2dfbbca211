"""What the engine computes on: the device, its free memory and the allocator's manners."""

from __future__ import annotations

import ctypes
import gc
import platform
import re

import torch

from studio.core.errors import EngineError
from studio.engine.runtime.host_memory import free_host_memory

# Words of torch and of the libraries below it: C++, oneDNN, cuDNN, cuBLAS, cuFFT, HIP, MPS, SYCL. "Could not create a
# primitive" is all that oneDNN says of an allocation that failed (seen in three of four convolutions under a limit); it
# says "descriptor" where it does not know a convolution at all. Networks run at 64 px when the engine starts, so what
# cannot be created later is too large, and a smaller picture is the way out whatever the reason.
_OUT_OF_MEMORY = re.compile(
    r"out[ _]?of[ _]?(device[ _]|host[ _])?memory|out_of_resources|not enough memory|insufficient memory"
    r"|(can't|cannot|could not|unable to|failed to) allocate|bad[ _]alloc|defaultcpuallocator"
    r"|alloc_?failed|memory_?allocation|mem_object_allocation_failure|invalid buffer size:"
    r"|could not create a primitive(?! descriptor)",
    re.IGNORECASE,
)


def choose_device(name: str | None) -> torch.device:
    """The named device, or the best there is. Raises EngineError if it is not there."""
    if name is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        if torch.backends.mps.is_available():
            return torch.device("mps")
        if hasattr(torch, "xpu") and torch.xpu.is_available():
            return torch.device("xpu")
        return torch.device("cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()  # "meta" makes tensors but no numbers
    except (RuntimeError, AssertionError, ImportError) as error:
        raise EngineError(
            f"There is no device {name!r} here that works.", "Leave it out to take the best one."
        ) from error
    return device


def device_name(device: torch.device) -> str:
    """The device as a person would call it, such as "NVIDIA H200" or "CPU, 2 cores"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "cpu":
        cores = torch.get_num_threads()
        return f"CPU, {cores} core{'' if cores == 1 else 's'}"
    return {"mps": "Apple GPU", "xpu": "Intel GPU"}.get(device.type, str(device))


def free_memory(device: torch.device) -> int:
    """Bytes that can be had on the device now, as far as anybody can tell."""
    match device.type:
        case "cuda":
            free, _ = torch.cuda.mem_get_info(device)
            return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        case "xpu" if hasattr(torch.xpu, "mem_get_info"):  # since torch 2.7
            free, _ = torch.xpu.mem_get_info(device)
            return free + torch.xpu.memory_reserved(device) - torch.xpu.memory_allocated(device)
        case "mps":  # shares the computer's
            return min(free_host_memory(), torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    return free_host_memory()


def release_memory(device: torch.device) -> None:
    """Give back what nobody holds any more."""
    gc.collect()
    match device.type:
        case "cuda":
            torch.cuda.empty_cache()
        case "xpu":
            torch.xpu.empty_cache()
        case "mps":
            torch.mps.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of torch or Python says that memory ran out, on any device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and _OUT_OF_MEMORY.search(str(error)) is not None


def keep_freed_memory() -> None:
    """Let glibc keep large blocks instead of handing them back at every step, which costs up to half the speed.

    The child process has the same from its environment; this serves the engine in the program's own process.
    """
    if platform.system() == "Linux" and platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        for parameter, value in ((-4, 0), (-1, 2**31 - 1), (-2, 1 << 28)):  # MMAP_MAX, TRIM_THRESHOLD, TOP_PAD
            libc.mallopt(ctypes.c_int(parameter), ctypes.c_int(value))
