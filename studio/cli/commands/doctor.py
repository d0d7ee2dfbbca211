"""The doctor command: what the studio runs on, and whether everything it needs is there and intact."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from studio import __version__
from studio.cli.exit_codes import DONE, FAILED
from studio.cli.terminal import plain_console, print_json
from studio.core.card import read_card
from studio.core.engine_api.contract import EngineSettings, MakeEngine
from studio.core.errors import StudioError
from studio.core.resources import resource_folder

_PACKAGES = ("torch", "torchvision", "PySide6-Essentials", "numpy", "pillow", "pi-heif", "safetensors")


def add_doctor_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `doctor`."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a list")
    parser.add_argument("--device", help="look at this device instead of the best one, such as cpu or cuda:1")
    parser.add_argument("--weights-folder", type=Path, metavar="DIR", help="where else to look for networks")


def examine(arguments: argparse.Namespace, make_engine: MakeEngine) -> int:
    """Print what was found. Returns 1 if something is missing or damaged, else 0."""
    problems: list[str] = []
    report: dict[str, Any] = {
        "studio": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "engine": _engine_values(arguments, make_engine, problems),
        "packages": {name: _version_of(name, problems) for name in _PACKAGES},
        "bundled": {folder: _state_of(folder, problems) for folder in ("models", "styles", "demo", "photos")},
        "window": _screen(),
        "problems": problems,
    }
    if arguments.json:
        print_json(report, indent=2)
    else:
        console = plain_console()
        for label, text in _lines_of(report):
            console.print(f"{label:<12} {text}", soft_wrap=True)
    return FAILED if problems else DONE


def _engine_values(arguments: argparse.Namespace, make_engine: MakeEngine, problems: list[str]) -> dict[str, Any]:
    try:
        with closing(make_engine(EngineSettings(arguments.device, arguments.weights_folder))) as engine:
            info = engine.describe()
    except StudioError as error:  # the rest of the report is still worth having
        problems.append(str(error))
        return {}
    return {
        "device": info.device,
        "dtype": info.dtype,
        "free_memory": info.memory,
        "versions": dict(info.versions),
        "weights": dict(info.weights),
    }


def _version_of(package: str, problems: list[str]) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        problems.append(f"{package} is not installed.")
        return "missing"


def _state_of(folder: str, problems: list[str]) -> dict[str, str]:
    states = {}
    for path in sorted(resource_folder(folder).glob("*.json")):  # one by one: a damaged card hides no other
        try:
            read_card(path).verify()
            states[path.stem] = "ok"
        except StudioError as error:
            problems.append(str(error) if error.remedy else f"{error} Install Style Studio again.")
            states[path.stem] = error.message
    if not states:
        problems.append(f"The bundled {folder} are missing. Install Style Studio again.")
    return states


def _screen() -> str:
    """Where Qt would open the window, in words; Qt itself is not loaded for this."""
    chosen = os.environ.get("QT_QPA_PLATFORM")
    if chosen:
        return f"Qt platform {chosen}"
    if sys.platform != "linux":
        return "Qt platform of the system"
    if os.environ.get("WAYLAND_DISPLAY"):
        return "Qt platform wayland"
    return "Qt platform xcb" if os.environ.get("DISPLAY") else "no screen; only the command line works"


def _lines_of(report: dict[str, Any]) -> list[tuple[str, str]]:
    engine = report["engine"]
    memory = engine.get("free_memory")
    lines = [
        ("Studio", f"{report['studio']} on Python {report['python']}, {report['system']}"),
        ("Device", engine.get("device", "none")),
        ("Precision", engine.get("dtype", "none")),
        ("Free memory", "unknown" if memory is None else f"{memory / 2**30:.1f} GiB"),
    ]
    lines += [("Network", f"{name}: {state}") for name, state in engine.get("weights", {}).items()]
    for folder, states in report["bundled"].items():
        whole = sum(state == "ok" for state in states.values())
        lines.append((folder.capitalize(), f"{whole} of {len(states)} whole"))
    lines.append(("Packages", ", ".join(f"{name} {number}" for name, number in report["packages"].items())))
    lines.append(("Window", report["window"]))
    lines += [("Problem", problem) for problem in report["problems"]]
    return lines
