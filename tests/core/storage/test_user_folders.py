"""Where the studio keeps things: where each system has them, since the first version, or where it is told to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

from studio.core.storage import user_folders
from studio.core.storage.user_folders import cache_folder, config_folder, data_folder

WINDOWS_HOME = r"C:\Users\Anna"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody who has set nothing."""
    for kind in ("CACHE", "DATA", "CONFIG"):
        monkeypatch.delenv(f"STYLE_STUDIO_{kind}", raising=False)
        monkeypatch.delenv(f"XDG_{kind}_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", rf"{WINDOWS_HOME}\AppData\Local")  # elsewhere there is none
    return tmp_path


def be_on(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the studio run on another system."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(user_folders, "PlatformDirs", {"linux": Unix, "darwin": MacOS, "win32": Windows}[platform])


@pytest.mark.skipif(sys.platform == "win32", reason="paths of other systems")
@pytest.mark.parametrize(
    ("platform", "cache", "data"),
    [
        ("linux", "~/.cache/style-studio", "~/.local/share/style-studio"),
        ("darwin", "~/Library/Caches/style-studio", "~/Library/Application Support/style-studio"),
        ("win32", r"C:\Users\Anna\AppData\Local/style-studio/cache", r"C:\Users\Anna\AppData\Local/style-studio/data"),
    ],
)
def test_each_system_has_its_own_places(monkeypatch: pytest.MonkeyPatch, platform: str, cache: str, data: str) -> None:
    be_on(platform, monkeypatch)
    assert cache_folder() == Path(cache).expanduser()
    assert data_folder() == Path(data).expanduser()


@pytest.mark.skipif(sys.platform == "win32", reason="paths of other systems")
@pytest.mark.parametrize(
    ("platform", "config"),
    [
        ("linux", "~/.config/style-studio"),
        ("darwin", "~/Library/Application Support/style-studio"),
        ("win32", r"C:\Users\Anna\AppData\Local/style-studio"),
    ],
)
def test_what_the_user_has_set_lies_where_settings_do(
    monkeypatch: pytest.MonkeyPatch, platform: str, config: str
) -> None:
    be_on(platform, monkeypatch)
    assert config_folder() == Path(config).expanduser()


@pytest.mark.skipif(sys.platform == "win32", reason="paths of other systems")
@pytest.mark.parametrize("variable", ["STYLE_STUDIO_DATA", "XDG_DATA_HOME"])
def test_what_the_user_has_set_is_followed(home: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    be_on("linux", monkeypatch)
    monkeypatch.setenv(variable, str(home / "elsewhere"))
    assert data_folder() == home / "elsewhere" / ("style-studio" if variable.startswith("XDG") else "")


@pytest.mark.skipif(sys.platform == "win32", reason="paths of other systems")
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_studios_own_variables_count_on_every_system(
    home: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    be_on(platform, monkeypatch)
    monkeypatch.setenv("STYLE_STUDIO_DATA", str(home / "mine"))
    monkeypatch.setenv("STYLE_STUDIO_CACHE", str(home / "again"))
    monkeypatch.setenv("STYLE_STUDIO_CONFIG", str(home / "set"))
    assert (data_folder(), cache_folder(), config_folder()) == (home / "mine", home / "again", home / "set")


def test_on_a_mac_a_terminal_and_a_window_agree(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    be_on("darwin", monkeypatch)
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "elsewhere"))
    assert data_folder() == home / "Library" / "Application Support" / "style-studio"
