"""Whether the computer runs on its battery."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.core.power import is_linux_on_battery, is_on_battery

AC = {"type": "Mains", "online": "1"}
UNPLUGGED = {"type": "Mains", "online": "0"}
FULL = {"type": "Battery", "status": "Full"}
DISCHARGING = {"type": "Battery", "status": "Discharging"}
MOUSE = {"type": "Battery", "status": "Unknown"}


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ((), False),
        ((AC, DISCHARGING), False),
        ((UNPLUGGED, DISCHARGING), True),
        ((DISCHARGING,), True),
        ((UNPLUGGED, FULL), False),
        ((MOUSE,), False),
        (({},), False),
    ],
)
def test_a_battery_counts_only_while_it_feeds_the_computer(
    supplies: tuple[dict[str, str], ...], expected: bool, tmp_path: Path
) -> None:
    for number, supply in enumerate(supplies):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, word in supply.items():
            (folder / name).write_text(f"{word}\n")
    assert is_linux_on_battery(tmp_path) is expected


def test_where_the_system_does_not_tell_there_is_no_battery(tmp_path: Path) -> None:
    assert is_linux_on_battery(tmp_path / "nothing") is False


def test_this_computer_can_be_asked() -> None:
    assert is_on_battery() in (True, False)
