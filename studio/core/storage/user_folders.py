"""The folders of this user where the studio may keep things between runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from platformdirs import PlatformDirs

_NAME = "style-studio"


def cache_folder() -> Path:
    """Where things lie that can be made again; may not exist yet. STYLE_STUDIO_CACHE overrides it."""
    return _chosen("STYLE_STUDIO_CACHE") or _below(_system().user_cache_path, "cache", mac="Caches")


def data_folder() -> Path:
    """Where the user's own things are kept; may not exist yet. STYLE_STUDIO_DATA overrides it."""
    return _chosen("STYLE_STUDIO_DATA") or _below(_system().user_data_path, "data", mac="Application Support")


def config_folder() -> Path:
    """Where what the user has set is kept, and presets; may not exist yet. STYLE_STUDIO_CONFIG overrides it."""
    return _chosen("STYLE_STUDIO_CONFIG") or _system().user_config_path


def _system() -> PlatformDirs:
    return PlatformDirs(_NAME, appauthor=False, opinion=False)


def _chosen(variable: str) -> Path | None:
    named = os.environ.get(variable)
    return Path(named) if named else None


def _below(folder: Path, kind: str, *, mac: str) -> Path:
    """The folder for a kind of things: the system's own, as it has been since the first version."""
    if sys.platform == "win32":
        return folder / kind  # there it is one folder for all kinds
    if sys.platform == "darwin":
        # platformdirs follows XDG's variables, which a terminal may know and a window that the Finder opens does not.
        return Path.home() / "Library" / mac / _NAME
    return folder
