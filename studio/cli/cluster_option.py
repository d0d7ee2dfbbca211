"""The option that has work done on a cluster, and what it needs."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from studio.cli.options import UsageError


def add_cluster_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Give the parser `--cluster`. what: is done there, and which options are about the workers' machines."""
    parser.add_argument("--cluster", metavar="ADDRESS", help=what)


def check_cluster(arguments: argparse.Namespace) -> None:
    """Raise UsageError if a cluster is asked for and the package for it is not installed."""
    if arguments.cluster is not None and find_spec("distributed") is None:
        raise UsageError(
            "Working on a cluster needs Dask, which is not installed here.",
            "Install it with: pip install 'distributed>=2024.8'",
        )
