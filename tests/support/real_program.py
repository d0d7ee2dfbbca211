"""The real program in a shell: the process that people start, with fakes for all that would load torch."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import studio.__main__ as program
from tests.cli.commands.test_compare_tuning import FakeBench
from tests.cli.commands.test_train_base import FakeTraining
from tests.cli.test_signals import SignalledEngine
from tests.support.fakes import make_fake_engine

_CHECKOUT = Path(__file__).parents[2]
# After a command: what it returned, also where a pipe hides it.
_PREAMBLE = 'studio() { "$PYTHON" -m tests.support.real_program "$@"; echo $? > "$CODE"; }\n'


def in_a_shell(line: str, folder: Path, **environment: str) -> tuple[int, str]:
    """Run a line of sh in a folder, in which `studio` is the program; its exit code and what came out on stderr."""
    ours = {"PYTHONPATH": str(_CHECKOUT), "PYTHON": sys.executable, "CODE": str(folder / "code")}
    variables = os.environ | ours | environment
    done = subprocess.run(
        ["sh", "-c", _PREAMBLE + line], cwd=folder, env=variables, capture_output=True, text=True, timeout=60
    )
    return int((folder / "code").read_text()), done.stderr


def in_a_terminal(columns: int, *words: str, folder: Path, **environment: str) -> tuple[int, str]:
    """Run the program in a terminal of this width; its exit code and all that it wrote there."""
    import fcntl  # POSIX alone has terminals of this kind
    import pty
    import termios

    terminal, its_end = pty.openpty()
    fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-m", "tests.support.real_program", *words]
    variables = {"TERM": "xterm"} | os.environ | {"PYTHONPATH": str(_CHECKOUT)} | environment
    variables.pop("COLUMNS", None)
    written = b""
    with (
        os.fdopen(terminal, "rb", buffering=0) as screen,
        subprocess.Popen(command, cwd=folder, env=variables, stdin=its_end, stdout=its_end, stderr=its_end) as process,
    ):
        os.close(its_end)
        with suppress(OSError):  # how Linux says that nobody writes any more
            while data := screen.read(1 << 16):
                written += data
    return process.returncode, written.decode()


def main() -> int:
    """As the installed program starts. SIGNAL in the environment names one that it gets while it paints."""
    name = os.environ.get("SIGNAL")
    program.make_torch_engine = (lambda settings: SignalledEngine((name,))) if name else make_fake_engine
    program.train_base = FakeTraining()
    program.compare_tuning = FakeBench()
    return program.main()


if __name__ == "__main__":
    sys.exit(main())
