"""The libraries of Debian and Ubuntu that Qt and a virtual environment need: which are missing, and getting them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable

# What the window (libraries Gui and Widgets, platform plugins xcb, wayland, offscreen) is linked against and a bare
# system does not have; apt brings what these need in turn. Text needs a font.
QT_PACKAGES = (
    "libegl1",
    "libgl1",
    "libglib2.0-0",
    "libdbus-1-3",
    "libfontconfig1",
    "libxkbcommon-x11-0",
    "libx11-xcb1",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-shape0",
    "libxcb-sync1",
    "libxcb-util1",
    "libxcb-xfixes0",
    "libwayland-cursor0",
    "libwayland-egl1",
    "fonts-dejavu-core",
)


def provide(packages: Iterable[str], purpose: str) -> bool:
    """Whether the packages are there, or could be installed: as root they are, others are told the line that does it.

    True without a word on systems other than Debian and Ubuntu, where these have other names.
    """
    missing = missing_packages(packages)
    if not missing:
        return True
    line = f"apt-get install {' '.join(missing)}"
    if os.geteuid() != 0:
        print(f"System libraries for {purpose} are missing. Please run:\n    sudo {line}")
        return False
    print(f"Installing system libraries for {purpose}: {' '.join(missing)}", flush=True)
    if not _apt_get("install", *missing):
        return True
    complaint = _apt_get("update") or _apt_get("install", *missing)  # a fresh system has no lists yet
    if complaint:
        print(f"{complaint}\nThey could not be installed. Please run:\n    apt-get update && {line}")
    return not complaint


def missing_packages(packages: Iterable[str]) -> list[str]:
    """Those that dpkg does not have installed; [] where there is no dpkg."""
    wanted = list(packages)
    if shutil.which("dpkg-query") is None or shutil.which("apt-get") is None:
        return []
    # Since Debian 13 and Ubuntu 24.04 some are called like libglib2.0-0t64; apt-get still knows them by the old name.
    names = [name for package in wanted for name in (package, f"{package}t64")]
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it complains about each name it has never heard of
        text=True,
    )
    installed = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in wanted if not {package, f"{package}t64"} & installed]


def _apt_get(*arguments: str) -> str:
    """Run it without questions; "" if it did its work, else what it complained about."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "--quiet=2", "--yes", "--no-install-recommends", *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return "" if done.returncode == 0 else done.stderr.strip() or f"apt-get ended with code {done.returncode}."
