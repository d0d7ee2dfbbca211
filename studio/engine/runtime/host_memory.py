"""How much memory can still be had on this computer, or in the container that gets a part of it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil

_UNLIMITED = 1 << 60  # bytes; version 1 of control groups has no word for "no limit", only a number near 2^63
# Files of a control group: its limit, what it uses, and what the kernel drops of that when it is short of memory.
_VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_VERSION_2 = ("memory.max", "memory.current", "inactive_file")


def free_host_memory(root: Path = Path("/")) -> int:
    """Bytes that can be had without swapping, as the system and the limits of control groups say."""
    available = int(psutil.virtual_memory().available)
    return max(0, min([available, *_left_in_groups(root)]))


def _left_in_groups(root: Path) -> list[int]:
    """What is left in each control group around this process that has a limit; none outside Linux."""
    left: list[int] = []
    with suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            number, controllers, path = line.split(":", 2)
            if "memory" in controllers.split(","):
                top, names = root / "sys/fs/cgroup/memory", _VERSION_1
            elif number == "0":
                top, names = root / "sys/fs/cgroup", _VERSION_2
            else:
                continue
            # A group above may leave less. In a container the path may be that of the host: then only the top is there.
            group = top / path.strip("/")
            for folder in {top, group, *(parent for parent in group.parents if parent.is_relative_to(top))}:
                with suppress(OSError, ValueError):
                    left += _left_in(folder, *names)
    return left


def _left_in(folder: Path, limit_name: str, used_name: str, dropped_name: str) -> list[int]:
    limit = (folder / limit_name).read_text().strip()
    if limit == "max" or int(limit) >= _UNLIMITED:
        return []
    used = int((folder / used_name).read_text())
    with suppress(OSError, ValueError):
        statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        used -= int(statistics.get(dropped_name, 0))
    return [int(limit) - used]
