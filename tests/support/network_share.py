"""A folder of another machine, as the file manager has connected it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NEEDS_SHARES = pytest.mark.skipif(os.name != "posix", reason="gvfs shows them on Linux")


def connect_share(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where gvfs shows smb://nas/art. place: an empty folder."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place / "run"))
    folder = place / "run" / "gvfs" / "smb-share:server=nas,share=art"
    folder.mkdir(parents=True)
    return folder
