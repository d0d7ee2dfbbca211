"""Sees to it that a Python runs the set-up which Style Studio fits. Readable by old ones too: 3.6 and later."""

import os
import platform
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 13)


def restart_with_fitting_python():
    """Return if this Python fits; else start the script again with one from the PATH, or exit with a sentence."""
    implementation = platform.python_implementation()
    if implementation == "CPython" and OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    python = find_fitting_python()
    if python is None:
        sys.exit(
            f"Style Studio needs CPython {_words(OLDEST)} to {_words(NEWEST)}, and this is {implementation} "
            f"{platform.python_version()}: install Python {_words(NEWEST)}, then run the same again."
        )
    print(f"Python {platform.python_version()} does not fit; going on with {python}.", flush=True)
    sys.exit(subprocess.call([python, *sys.argv]))


def find_fitting_python():
    """The path of the newest fitting Python on the PATH, or None."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            python = shutil.which(f"python3.{minor}", path=folder)
            if python and _is_really(python, minor):
                return python
    return None


def _is_really(python, minor):
    """Whether it runs and is that version: version managers put scripts in the PATH that only print an error."""
    question = "import platform, sys; print(platform.python_implementation(), sys.version_info[1])"
    try:
        answer = subprocess.run(
            [python, "-c", question],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.split() == [b"CPython", str(minor).encode()]


def _words(version):
    return ".".join(str(number) for number in version)
