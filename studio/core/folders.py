"""The folders of this user where the studio may keep things between runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_NAME = "style-studio"


def cache_folder() -> Path:
    """Where things lie that can be made again; may not exist yet. STYLE_STUDIO_CACHE overrides it."""
    chosen = os.environ.get("STYLE_STUDIO_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / _NAME / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / _NAME
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / _NAME


def data_folder() -> Path:
    """Where the user's own things are kept; may not exist yet. STYLE_STUDIO_DATA overrides it."""
    chosen = os.environ.get("STYLE_STUDIO_DATA")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / _NAME / "data"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / _NAME
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / _NAME
