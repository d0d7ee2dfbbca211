"""The option that has work done on a cluster, and what it needs."""

from __future__ import annotations

import argparse
import re
from importlib.util import find_spec

from studio.cli.options import UsageError

_LOCAL = re.compile(r"local(:([1-9]\d{0,2}))?")


def add_cluster_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Give the parser `--cluster`. what: is done there, and which options are about the workers' machines."""
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help=f"{what}; 'local' or 'local:N' starts workers, or N of them, on this machine",
    )


def check_cluster(arguments: argparse.Namespace) -> None:
    """Raise UsageError if a cluster is asked for that cannot be, or the package for it is not installed."""
    if arguments.cluster is None:
        return
    is_local = arguments.cluster.partition(":")[0] == "local"  # unlike localhost:8786, which is a scheduler's address
    if is_local and not _LOCAL.fullmatch(arguments.cluster):
        raise UsageError(
            f"{arguments.cluster} is not a cluster.",
            "Write 'local', 'local:4' or an address such as tcp://10.0.0.5:8786.",
        )
    if find_spec("distributed") is None:
        raise UsageError(
            "Working on a cluster needs Dask, which is not installed here.",
            "Install it with: pip install 'distributed>=2024.8'",
        )
