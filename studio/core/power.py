"""Whether this computer runs on its battery, as far as the system tells."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_LINUX_SUPPLIES = Path("/sys/class/power_supply")
_PATIENCE = 1.0  # s


def is_on_battery() -> bool:
    """True only where a battery is known to be what feeds the computer now."""
    if sys.platform == "win32":
        return _is_windows_on_battery()
    if sys.platform == "darwin":
        return _is_mac_on_battery()
    return is_linux_on_battery(_LINUX_SUPPLIES)


def is_linux_on_battery(supplies: Path) -> bool:
    """The same from a folder of power supplies as the Linux kernel shows them."""
    kinds: list[tuple[str, str, str]] = []
    with suppress(OSError):
        kinds = [tuple(_word(supply / name) for name in ("type", "online", "status")) for supply in supplies.iterdir()]  # type: ignore[misc]
    if any(kind in ("Mains", "USB") and online == "1" for kind, online, _ in kinds):
        return False
    return any(kind == "Battery" and status == "Discharging" for kind, _, status in kinds)


def _word(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _is_mac_on_battery() -> bool:
    with suppress(OSError, subprocess.SubprocessError):
        answer = subprocess.run(["pmset", "-g", "batt"], capture_output=True, text=True, timeout=_PATIENCE)
        return "'Battery Power'" in answer.stdout
    return False


def _is_windows_on_battery() -> bool:
    import ctypes

    status = (ctypes.c_ubyte * 12)()  # SYSTEM_POWER_STATUS; its first byte: 0 on battery, 1 on mains, 255 unknown
    known = ctypes.windll.kernel32.GetSystemPowerStatus(status)  # type: ignore[attr-defined,unused-ignore]
    return bool(known) and status[0] == 0
