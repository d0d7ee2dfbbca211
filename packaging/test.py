"""Sets everything up and checks all of it: python3 packaging/test.py [arguments of pytest]."""

import os
import subprocess
import sys
import time

from fitting_python import restart_with_fitting_python

MOST_WORKERS = 4  # some 1.5 GB each


def main():
    """Run every part, also after one failed, and say which did; returns the exit code."""
    restart_with_fitting_python()
    # Only now: these are written for the Pythons that fit.
    from setup_environment import CHECKOUT, set_up
    from system_libraries import QT_PACKAGES, provide

    python = set_up(["test"])
    provide(QT_PACKAGES, "the window")
    # One thread for each worker: small tensors gain nothing from a second one, which would wait for the first.
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", OMP_NUM_THREADS="1")
    # Some tests start programs, a hundred and more in all: without bytecode each would compile the studio anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    results = []
    for name, arguments in parts(sys.argv[1:]):
        print(f"\n=== {name} ===", flush=True)
        started = time.monotonic()
        code = subprocess.call([str(python), *arguments], cwd=str(CHECKOUT), env=environment)
        results.append((name, code, time.monotonic() - started))
    print()
    for name, code, seconds in results:
        print(f"{'ok    ' if code == 0 else 'FAILED'} {name} ({seconds:.1f} s)")
    return 1 if any(code for _, code, _ in results) else 0


def parts(pytest_arguments):
    """The checks, the quick ones first: a name and the arguments of `python`."""
    return [
        ("ruff check", ["-m", "ruff", "check", "."]),
        ("ruff format", ["-m", "ruff", "format", "--check", "."]),
        ("mypy", ["-m", "mypy"]),
        ("import contracts", ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"]),
        ("pytest", ["-m", "pytest", f"-n{workers()}", "--dist", "worksteal", *pytest_arguments]),
    ]


def workers():
    """How many tests run side by side: one per core, as long as memory lasts."""
    return min(MOST_WORKERS, os.cpu_count() or 1)


if __name__ == "__main__":
    sys.exit(main())
