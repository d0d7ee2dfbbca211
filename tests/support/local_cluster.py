"""A scheduler with two worker processes on this machine, for tests of what is done on a cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

CHECKOUT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(CHECKOUT), "DASK_DISTRIBUTED__WORKER__DAEMON": "True"}
_SCHEDULER = """
import sys
from distributed import LocalCluster
with LocalCluster(n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None) as cluster:
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""


@contextmanager
def local_cluster() -> Iterator[str]:
    """The address of the scheduler, as long as the context lasts."""
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,  # for what workers leave that are killed
        subprocess.Popen(
            [sys.executable, "-c", _SCHEDULER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what Dask says about a worker that dies
            env=ENVIRONMENT | {"TMPDIR": folder},
            text=True,
        ) as cluster,
    ):
        assert cluster.stdout is not None
        yield cluster.stdout.readline().strip()


def client_code(maker: str, before: str = "") -> str:
    """A program that runs the command line with an engine. maker: the module and name of who makes it, "a.b:make".

    It hears Ctrl-C, also where the tests run in the background of a shell.
    """
    module, _, name = maker.partition(":")
    imports = f"import sys; from studio.cli import main; from {module} import {name} as make; "
    hearing = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    return f"{imports}{hearing}{before}sys.exit(main(sys.argv[1:], make))"
