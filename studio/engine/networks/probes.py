"""The faster way to compute on this machine: each is timed against the plain one once, compared, and remembered."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from contextlib import suppress

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.errors import StudioError
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.storage.untrusted import parse_object, read_bounded
from studio.core.storage.user_folders import cache_folder
from studio.engine.networks.winograd import convolve, transformed_weights
from studio.engine.runtime.device import device_name

FASTER = 1.2  # times another way has to win to be worth its rounding
ROUNDS = 8  # of a probe; with 5 it came out wrong twice in ten under full load
LARGEST_ERROR = 0.02  # of the features' spread; bfloat16 alone is at about 0.003, with Winograd's way at 0.013
NO_BFLOAT16 = (RuntimeError, TypeError)  # what torch raises where it is not known: the second one for Apple's devices
_LARGEST = 2**20  # bytes of what is remembered; a line for each torch, machine and way


def choose_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where a timed and compared convolution finds it faster and right, else float32; remembered on disk."""
    is_better = remembered(device, "bfloat16", lambda: is_bfloat16_better(device))
    return torch.bfloat16 if is_better else torch.float32


def choose_winograd(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether Winograd's convolution is faster, found and remembered as the precision is.

    Only processors are asked: graphics cards come with libraries that know it.
    """
    if device.type != "cpu":
        return False
    what = "Winograd" if dtype == torch.float32 else "Winograd in bfloat16"
    return remembered(device, what, lambda: is_winograd_better(dtype))


def remembered(device: torch.device, what: str, probe: Callable[[], bool]) -> bool:
    """What a probe found on this machine, now or earlier."""
    path = cache_folder() / "probes.json"
    machine = (device_name(device), torch.__version__, torch.backends.cpu.get_cpu_capability(), platform.node())
    key = " / ".join((what, *machine))
    known: dict[str, object] = {}
    with suppress(OSError, ValueError):  # none yet, or spoilt
        known = parse_object(read_bounded(path, _LARGEST))
    found = known.get(key)
    if not isinstance(found, bool):
        known[key] = found = probe()
        with suppress(StudioError):  # a full disk or a read-only home only costs the probe at the next start
            make_folder(path.parent)
            replace_file(path, json.dumps(known, indent=1).encode())
    return found


@torch.no_grad()
def is_bfloat16_better(device: torch.device) -> bool:
    """Time and compare a middle layer of VGG in both precisions."""
    features, weight = _layer(128, 96)
    both = torch.float32, torch.bfloat16
    try:
        plain, rough = ((features.to(device, dtype), weight.to(device, dtype)) for dtype in both)
        return _is_better(lambda: functional.conv2d(*rough, padding=1), lambda: functional.conv2d(*plain, padding=1))
    except NO_BFLOAT16:
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
    (seconds, output), (plain_seconds, plain_output) = timed(new, old)
    error = (output - plain_output).std() / plain_output.std()
    return float(error) < LARGEST_ERROR and plain_seconds > FASTER * seconds


def timed(*ways: Callable[[], Tensor]) -> list[tuple[float, Tensor]]:
    """Of each way the least seconds and what came out. They take turns, so that what else runs slows all of them."""
    best, outputs = [float("inf")] * len(ways), [torch.empty(0)] * len(ways)
    for _ in range(ROUNDS):
        for number, compute in enumerate(ways):
            started = time.perf_counter()
            outputs[number] = compute()
            outputs[number].sum().item()  # waits for the device
            best[number] = min(best[number], time.perf_counter() - started)
    return [(seconds, output.float()) for seconds, output in zip(best, outputs, strict=True)]
