"""The real program in a shell: the process that people start, with fakes for all that would load torch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import studio.__main__ as program
from tests.cli.test_compare_tuning import FakeBench
from tests.cli.test_train_base import FakeTraining
from tests.fakes import make_fake_engine

_CHECKOUT = Path(__file__).parents[2]
# After a command: what it returned, also where a pipe hides it.
_PREAMBLE = 'studio() { "$PYTHON" -m tests.cli.real_program "$@"; echo $? > code; }\n'


def in_a_shell(line: str, folder: Path, **environment: str) -> tuple[int, str]:
    """Run a line of sh in a folder, in which `studio` is the program; its exit code and what came out on stderr."""
    variables = os.environ | {"PYTHONPATH": str(_CHECKOUT), "PYTHON": sys.executable} | environment
    done = subprocess.run(
        ["sh", "-c", _PREAMBLE + line], cwd=folder, env=variables, capture_output=True, text=True, timeout=60
    )
    return int((folder / "code").read_text()), done.stderr


def main() -> int:
    """As the installed program starts."""
    program.make_torch_engine = make_fake_engine
    program.train_base = FakeTraining()
    program.compare_tuning = FakeBench()
    return program.main()


if __name__ == "__main__":
    sys.exit(main())
