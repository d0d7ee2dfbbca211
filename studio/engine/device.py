"""What the engine computes on: the device, its free memory, the faster precision and the allocator's manners."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.errors import EngineError
from studio.core.folders import cache_folder
from studio.engine.winograd import convolve, transformed_weights

UNKNOWN_MEMORY = 4 << 30  # bytes; where the system does not tell
FASTER = 1.2  # times another way has to win to be worth its rounding
ROUNDS = 8  # of a probe; with 5 it came out wrong twice in ten under full load
LARGEST_ERROR = 0.02  # of the features' spread; bfloat16 alone is at about 0.003, with Winograd's way at 0.013


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
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    with suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    return UNKNOWN_MEMORY


def release_memory(device: torch.device) -> None:
    """Give back what nobody holds any more."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of torch or Python says that memory ran out, on any device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    words = ("out of memory", "not enough memory", "can't allocate memory", "DefaultCPUAllocator")
    return isinstance(error, RuntimeError) and any(word in str(error) for word in words)


def keep_freed_memory() -> None:
    """Let glibc keep large blocks instead of handing them back at every step, which costs up to half the speed.

    The child process has the same from its environment; this serves the engine in the program's own process.
    """
    if platform.system() == "Linux" and platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        for parameter, value in ((-4, 0), (-1, 2**31 - 1), (-2, 1 << 28)):  # MMAP_MAX, TRIM_THRESHOLD, TOP_PAD
            libc.mallopt(ctypes.c_int(parameter), ctypes.c_int(value))


def choose_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where a timed and compared convolution finds it faster and right, else float32; remembered on disk."""
    is_better = _remembered(device, "bfloat16", lambda: is_bfloat16_better(device))
    return torch.bfloat16 if is_better else torch.float32


def choose_winograd(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether Winograd's convolution is faster, found and remembered as the precision is.

    Only processors are asked: graphics cards come with libraries that know it.
    """
    if device.type != "cpu":
        return False
    what = "Winograd" if dtype == torch.float32 else "Winograd in bfloat16"
    return _remembered(device, what, lambda: is_winograd_better(dtype))


def _remembered(device: torch.device, what: str, probe: Callable[[], bool]) -> bool:
    """What a probe found on this machine, now or earlier."""
    path = cache_folder() / "probes.json"
    machine = (device_name(device), torch.__version__, torch.backends.cpu.get_cpu_capability(), platform.node())
    key = " / ".join((what, *machine))
    known: dict[str, object] = {}
    with suppress(OSError, ValueError, TypeError):  # TypeError: JSON, but nothing that could become a dict
        known = dict(json.loads(path.read_text(encoding="utf-8")))
    found = known.get(key)
    if not isinstance(found, bool):
        known[key] = found = probe()
        with suppress(OSError):  # a full disk or a read-only home only costs the probe at the next start
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(f".{os.getpid()}").write_text(json.dumps(known, indent=1), encoding="utf-8")
            path.with_suffix(f".{os.getpid()}").replace(path)
    return found


@torch.no_grad()
def is_bfloat16_better(device: torch.device) -> bool:
    """Time and compare a middle layer of VGG in both precisions."""
    features, weight = _layer(128, 96)
    plain, rough = ((features.to(device, dtype), weight.to(device, dtype)) for dtype in (torch.float32, torch.bfloat16))
    try:
        return _is_better(lambda: functional.conv2d(*rough, padding=1), lambda: functional.conv2d(*plain, padding=1))
    except RuntimeError:
        return False


@torch.no_grad()
def is_winograd_better(dtype: torch.dtype) -> bool:
    """Time and compare a deep layer of VGG, done in Winograd's way and as torch does it."""
    features, weight = (values.to(dtype) for values in _layer(256, 40))
    transformed = transformed_weights(weight)
    return _is_better(lambda: convolve(features, transformed), lambda: functional.conv2d(features, weight, padding=1))


def _layer(channels: int, edge: int) -> tuple[Tensor, Tensor]:
    """Features and weights of a layer, such that its output is near 1."""
    generator = torch.Generator().manual_seed(0)
    features = torch.rand((1, channels, edge, edge), generator=generator)
    weight = torch.randn((channels, channels, 3, 3), generator=generator) / (channels * 9) ** 0.5
    layout = torch.channels_last
    return features.contiguous(memory_format=layout), weight.contiguous(memory_format=layout)


def _is_better(new: Callable[[], Tensor], old: Callable[[], Tensor]) -> bool:
    """Whether one way of computing something is clearly faster than another, and comes to the same."""
    (seconds, output), (plain_seconds, plain_output) = _timed(new, old)
    error = (output - plain_output).std() / plain_output.std()
    return float(error) < LARGEST_ERROR and plain_seconds > FASTER * seconds


def _timed(*ways: Callable[[], Tensor]) -> list[tuple[float, Tensor]]:
    """Of each way the least seconds and what came out. They take turns, so that what else runs slows all of them."""
    best, outputs = [float("inf")] * len(ways), [torch.empty(0)] * len(ways)
    for _ in range(ROUNDS):
        for number, compute in enumerate(ways):
            started = time.perf_counter()
            outputs[number] = compute()
            outputs[number].sum().item()  # waits for the device
            best[number] = min(best[number], time.perf_counter() - started)
    return [(seconds, output.float()) for seconds, output in zip(best, outputs, strict=True)]
