"""Where the studio keeps things: where each system has them, or where it is told to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from studio.core.folders import cache_folder, data_folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody who has set nothing."""
    for name in ("STYLE_STUDIO_CACHE", "STYLE_STUDIO_DATA", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("platform", "cache", "data"),
    [
        ("linux", ".cache/style-studio", ".local/share/style-studio"),
        ("darwin", "Library/Caches/style-studio", "Library/Application Support/style-studio"),
        ("win32", "AppData/Local/style-studio/cache", "AppData/Local/style-studio/data"),
    ],
)
def test_each_system_has_its_own_places(
    home: Path, monkeypatch: pytest.MonkeyPatch, platform: str, cache: str, data: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == home / cache
    assert data_folder() == home / data


@pytest.mark.parametrize("variable", ["STYLE_STUDIO_DATA", "XDG_DATA_HOME"])
def test_what_the_user_has_set_is_followed(home: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv(variable, str(home / "elsewhere"))
    assert data_folder() == home / "elsewhere" / ("style-studio" if variable.startswith("XDG") else "")
