"""Whether this computer runs on its battery, as far as the system tells."""

from __future__ import annotations

import psutil


def is_on_battery() -> bool:
    """True only where a battery is known to be what feeds the computer now.

    May take as long as the firmware does (Linux reads the battery's own registers): not for the GUI thread.
    """
    try:
        battery = psutil.sensors_battery()
    except Exception:  # noqa: BLE001 - there are as many odd answers as there are drivers, and systems without the call
        return False
    return battery is not None and battery.power_plugged is False  # None: the system does not know
