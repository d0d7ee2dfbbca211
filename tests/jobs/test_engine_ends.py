"""The engine's process at its end, however that comes: with its parent, in the middle of a message, during a Ctrl+C."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import GUARD_SECONDS

PARENT = """
import os, sys, threading
from studio.core.contract import EngineInfo, EngineSettings
from studio.jobs.engine_process import EngineProcess
from tests.fakes import FakeEngine, make_request

class EndlessEngine(FakeEngine):
    def describe(self):
        return EngineInfo(device="", dtype="", memory=os.getpid())

    def before_frame(self, request, step):
        print("in a step without an end", flush=True)
        threading.Event().wait()

def make_engine(settings):
    return EndlessEngine()

if __name__ == "__main__":
    engine = EngineProcess(make_engine, EngineSettings())
    print(engine.describe().memory, flush=True)
    if sys.argv[1] == "at work":
        list(engine.run(make_request()))
    sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to wait for a process that is no child")
@pytest.mark.parametrize("moment", ["idle", "at work"])
def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path, moment: str) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, script, moment], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        try:
            if moment == "at work":
                assert "without an end" in parent.stdout.readline()  # the child writes there, too
            parent.kill()
            ended, _, _ = select.select([child], [], [], GUARD_SECONDS)
            if not ended:
                signal.pidfd_send_signal(child, signal.SIGKILL)
        finally:
            os.close(child)

    assert ended
