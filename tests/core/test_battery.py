"""Whether the computer runs on its battery."""

from __future__ import annotations

from types import SimpleNamespace

import psutil
import pytest

from studio.core.battery import is_on_battery


def battery(power_plugged: bool | None) -> SimpleNamespace:
    return SimpleNamespace(percent=50.0, secsleft=3600, power_plugged=power_plugged)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(None, False), (battery(True), False), (battery(False), True), (battery(None), False)],
)
def test_a_battery_counts_only_while_it_is_known_to_feed_the_computer(
    answer: SimpleNamespace | None, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: answer, raising=False)
    assert is_on_battery() is expected


@pytest.mark.parametrize("error", [OSError("no such device"), ValueError("int('')"), NotImplementedError()])
def test_a_sensor_that_fails_means_mains_power(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(psutil, "sensors_battery", fail, raising=False)
    assert is_on_battery() is False


def test_a_system_that_cannot_be_asked_means_mains_power(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(psutil, "sensors_battery", raising=False)
    assert is_on_battery() is False


def test_this_computer_can_be_asked() -> None:
    assert is_on_battery() in (True, False)
