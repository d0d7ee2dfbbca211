"""Where the bundled models, styles and photos lie: inside an installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_folder(kind: str) -> Path:
    """The folder of bundled "models", "styles", "demo" or "photos" (to learn on)."""
    installed = _PACKAGE / "resources"
    return (installed if installed.is_dir() else _PACKAGE.parent / "resources") / kind
