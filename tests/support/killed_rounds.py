"""Runs one of the programs here that let their processes be killed, and takes what they print of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]


def rounds_of(program: str, *arguments: object) -> list[dict[str, Any]]:
    """What tests.support.PROGRAM has printed, a line of JSON for each process."""
    command = [sys.executable, "-m", f"tests.support.{program}", *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ran = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]
