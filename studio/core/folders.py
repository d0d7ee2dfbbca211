"""The folders of this user where the studio may keep things between runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_NAME = "style-studio"


def cache_folder() -> Path:
    """Where things lie that can be made again; may not exist yet. STYLE_STUDIO_CACHE overrides it."""
    return _folder("cache", mac="Caches", linux=".cache")


def data_folder() -> Path:
    """Where the user's own things are kept; may not exist yet. STYLE_STUDIO_DATA overrides it."""
    return _folder("data", mac="Application Support", linux=".local/share")


def _folder(kind: str, *, mac: str, linux: str) -> Path:
    """mac, linux: where these systems keep things of the kind, below ~/Library and ~."""
    chosen = os.environ.get(f"STYLE_STUDIO_{kind.upper()}")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / _NAME / kind
    if sys.platform == "darwin":
        return Path.home() / "Library" / mac / _NAME
    return Path(os.environ.get(f"XDG_{kind.upper()}_HOME") or Path.home() / linux) / _NAME
