"""Puts the studio and all it needs into a virtual environment in the checkout, once, and repairs what was cut short."""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from system_libraries import provide

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = CHECKOUT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
_STAMP = ENVIRONMENT / "style-studio.json"  # what is installed, or that an installation is going on
_INSTALLING = "installing"
_LOCK = CHECKOUT / ".venv.lock"  # beside the environment, which may have to be deleted while it is held
_IS_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_LARGE_FETCH = re.compile(r"(?:Downloading|Using cached) ([^/\s]+?)-\d\S* \((\d\d+(?:\.\d+)? MB|\S+ GB)\)")


def set_up(extras: Sequence[str] = ()) -> Path:
    """Return the Python of an environment with the studio and the extras in it, made or brought up to date if needed.

    Exits with a sentence if that is impossible. Returns within milliseconds when there is nothing to do.
    """
    if not _is_up_to_date(extras):
        with _alone():
            if not _is_up_to_date(extras):  # still, after another start may have seen to it
                _bring_up_to_date(extras)
    return PYTHON


def _is_up_to_date(extras: Sequence[str]) -> bool:
    stamp = _read_stamp()
    if not (PYTHON.exists() and isinstance(stamp, dict)):
        return False
    return _facts(stamp["extras"]) == stamp and set(extras) <= set(stamp["extras"])


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for other starts that are installing: each would take the other's work for one cut short, and delete it."""
    try:
        file = _LOCK.open("ab")
    except OSError:  # nothing can be written here, which making the environment tells
        file = None
    with file or nullcontext():
        if file and not _take(file):
            print("Another start is installing Style Studio here; waiting for it.", flush=True)
            try:
                while not _take(file):
                    time.sleep(0.2)
            except KeyboardInterrupt:
                sys.exit("\nInterrupted.")
        yield


def _take(file: BinaryIO) -> bool:
    """Lock it until it is closed or the process ends. False while another has it; True on a disk without locks, too."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _IS_TAKEN
    return True


def _bring_up_to_date(extras: Sequence[str]) -> None:
    stamp = _read_stamp()
    if stamp == _INSTALLING:
        print("The last installation was cut short; starting afresh.", flush=True)
        shutil.rmtree(ENVIRONMENT)  # a half-written package looks whole to pip
        stamp = None
    if PYTHON.exists() and isinstance(stamp, dict):
        extras = sorted({*extras, *stamp["extras"]})
    if _has_working_pip() and stamp is not None:
        print("Bringing the installation up to date.", flush=True)
    else:
        if not _has_working_pip():
            _make_environment()
        print("Installing Style Studio with PyTorch and Qt, about 5 GB; this can take minutes.", flush=True)
    _install(extras)


def _read_stamp() -> object:
    try:
        return json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _facts(extras: Sequence[str]) -> dict[str, object]:
    """What an installation depends on: if any of it changes, pip has to look again."""
    return {
        "checkout": str(CHECKOUT),
        "pyproject": hashlib.sha256((CHECKOUT / "pyproject.toml").read_bytes()).hexdigest(),
        "python": (ENVIRONMENT / "pyvenv.cfg").read_text(encoding="utf-8"),
        "extras": sorted(extras),
    }


def _has_working_pip() -> bool:
    """Whether there is an environment to install into: with pip, and with a Python that was not removed since."""
    if not PYTHON.exists():
        return False
    answer = subprocess.run([PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return answer.returncode == 0


def _make_environment() -> None:
    print(f"Making a virtual environment in {ENVIRONMENT}", flush=True)
    if importlib.util.find_spec("ensurepip") is None:  # Debian and Ubuntu keep it in a package of its own
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        if not provide(["python3-venv", f"{version}-venv"], "the virtual environment"):
            sys.exit(2)
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    made = subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT])
    if made.returncode != 0:
        sys.exit(f"The virtual environment could not be made in {ENVIRONMENT}.")


def _install(extras: Sequence[str]) -> None:
    started = time.monotonic()
    _STAMP.write_text(json.dumps(_INSTALLING), encoding="utf-8")
    package = f".[{','.join(extras)}]" if extras else "."
    if not (_pip_install(package) or _pip_install(package)):  # twice: networks hiccup
        _STAMP.unlink()  # pip gave up by itself and left things in order
        sys.exit("The installation failed; the reason is above. Run the same again to go on where it stopped.")
    _STAMP.write_text(json.dumps(_facts(extras)), encoding="utf-8")
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def _pip_install(package: str) -> bool:
    """Run pip in the checkout and tell what it is fetching; what went wrong is printed only if it failed."""
    command = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--editable", package]
    last_words: deque[str] = deque(maxlen=20)
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None
        try:
            for line in pip.stdout:
                last_words.append(line.rstrip())
                _show(line.strip())
        except KeyboardInterrupt:
            pip.terminate()  # it was told too, unless only this process was
            pip.wait()
            sys.exit("\nInterrupted. The next start begins the installation again; what was fetched is kept.")
    _show("")
    if pip.returncode != 0:
        print("\n".join(last_words), file=sys.stderr, flush=True)
    return pip.returncode == 0


def _show(line: str) -> None:
    """What takes long in what pip does; on a terminal, one line that is written over. "" ends it."""
    news = ""
    if fetch := _LARGE_FETCH.match(line):
        news = f"  fetching {fetch[1]} ({fetch[2]})"
    elif line.startswith("Installing collected packages"):
        news = "  unpacking"
    if sys.stdout.isatty() and (news or not line):
        print(f"\r\033[K{news}", end="", flush=True)
    elif news:
        print(news, flush=True)
