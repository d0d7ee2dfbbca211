"""What a bug report needs to know about this machine and this studio, and nothing about the artist's pictures."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import QLocale, qVersion
from PySide6.QtGui import QGuiApplication

from studio import __version__
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session


def system_name() -> str:
    """The system and its version. May start a process, so it is to be asked off the GUI thread."""
    return platform.platform()


def diagnostics(session: Session, preferences: Preferences, system: str) -> str:
    """Some lines of text; names of files and styles are left out. system: what `system_name` says."""
    info, artwork = session.engine.info, session.artwork
    lines = [
        ("Style Studio", __version__),
        ("Python", platform.python_version()),
        ("System", system),
        ("Qt", f"{qVersion()}, PySide6 {PySide6.__version__}, platform {QGuiApplication.platformName()}"),
    ]
    if info is not None:
        memory = "unknown" if info.memory is None else f"{info.memory / 2**30:.1f} GiB"
        lines += [("Device", info.device), ("Precision", info.dtype), ("Free memory at the start", memory)]
        lines += [(f"Engine's {name}", version) for name, version in info.versions.items()]
    else:
        lines.append(("Engine", "not running" if session.engine.has_failed else "starting"))
    for screen in QGuiApplication.screens():
        size, ratio = screen.size(), screen.devicePixelRatio()
        lines.append(("Screen", f"{size.width()} x {size.height()}, scale {ratio:g}, {screen.depth()} bit"))
    photo, styles = artwork.content, ", ".join(f"{s.picture.width} x {s.picture.height} px" for s in artwork.styles)
    lines += [
        ("Language", QLocale().name()),
        ("Preferences", ", ".join(f"{name} {value}" for name, value in preferences.as_words().items())),
        ("Photo", f"{photo.width} x {photo.height} px" if photo else "none"),
        ("Styles", styles or "none"),
        ("Recipe", artwork.recipe.to_json()),
        ("Results", str(len(artwork.history))),
    ]
    return "\n".join(f"{name}: {value}" for name, value in lines)
