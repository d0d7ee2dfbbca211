"""Sets everything up and opens Style Studio: python3 packaging/run.py [arguments of the program]."""

import os
import subprocess
import sys
from pathlib import Path

from fitting_python import restart_with_fitting_python

DEMO_PHOTO = Path(__file__).resolve().parent.parent / "resources/demo/neuschwanstein.jpg"
DEMO_STYLE = "van-gogh-cafe-terrace-at-night"
DEMO_RESULT = "style-studio-demo.png"


def main():
    """Set up, then become the studio; returns its exit code where the system cannot do that."""
    restart_with_fitting_python()
    # Only now: these are written for the Pythons that fit.
    from setup_environment import set_up
    from system_libraries import QT_PACKAGES, provide

    python = set_up()
    arguments = sys.argv[1:]
    if opens_window(arguments):
        provide(QT_PACKAGES, "the window")  # if it cannot, go on: Qt itself says what it misses
        if not arguments and not has_screen():
            print("There is no screen here, so no window: painting the demo picture instead.", flush=True)
            arguments = demo_arguments()
    # -P: a folder called "studio" where the user happens to be must not be taken for this one.
    command = [str(python), "-P", "-m", "studio", *arguments]
    if os.name == "posix":
        os.execv(command[0], command)  # so that Ctrl-C and exit codes are the studio's own
    return subprocess.call(command)


def opens_window(arguments):
    """Whether the studio will open its window: without arguments, or with pictures instead of a command."""
    return not arguments or os.path.exists(arguments[0])  # noqa: PTH110 - Path's raises where the name is too long


def has_screen():
    """Whether a window could be shown."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def demo_arguments():
    """The main job without a window: a bundled photo in a bundled style, into the current folder."""
    return ["render", str(DEMO_PHOTO), "--style", DEMO_STYLE, "--size", "512", "-o", DEMO_RESULT, "--overwrite"]


if __name__ == "__main__":
    sys.exit(main())
