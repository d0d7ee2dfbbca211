"""The engine paints where there is no Qt at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PAINT = """
import sys
for name in ("PySide6", "shiboken6"):
    sys.modules[name] = None  # importing it fails, as where it is not installed
from tests.support.requests import request_of
from studio.core.engine_api.contract import Done, EngineSettings
from studio.engine.torch_engine import TorchEngine
*_, done = TorchEngine(EngineSettings(device="cpu")).run(request_of(long_edge=128))
assert isinstance(done, Done)
print([name for name, module in sys.modules.items() if "PySide" in name and module is not None])
"""


def test_the_engine_needs_no_qt() -> None:
    done = subprocess.run([sys.executable, "-c", PAINT], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
    assert done.stderr == ""
