"""What the hostile tests share: a run of the small number of cases of one kind, and its tally."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.runner import KINDS, Tally, run_kind

collect_ignore_glob = [] if os.name == "posix" else ["test_*.py"]  # limits, signals and forks are POSIX


@pytest.fixture
def hostile(tmp_path: Path) -> Callable[[str], Tally]:
    """Runs the cases that the plain suite has of a kind; a finding fails the test with how to see it again."""

    def run(name: str) -> Tally:
        root = tmp_path / "sandbox"
        root.mkdir()
        tally = run_kind(name, range(KINDS[name].small), root)
        if tally.findings:
            pytest.fail(f"{len(tally.findings)} findings.\n\n{tally.words()}", pytrace=False)
        return tally

    return run
