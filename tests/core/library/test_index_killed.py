"""An index whose process is killed, again and again, loses no picture and has none that is not whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.killed_index import PICTURES_PER_COMMIT

KILLS = 50
CHECKOUT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is forked")


@pytest.mark.slow
def test_fifty_kills_lose_no_picture(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(90):
        (pictures / f"{number}.png").write_bytes(b"picture %d" % number)
    command = [sys.executable, "-m", "tests.support.killed_index", pictures, tmp_path / "index", "7", str(KILLS)]
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=CHECKOUT, check=False)
    assert ended.returncode == 0, ended.stderr
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(lines) == KILLS + 1
    assert sum(line["status"] == -9 for line in lines) >= 20  # of those that still had something to do
    counts = [line["count"] for line in lines]
    assert counts == sorted(counts)
    assert counts[-1] == 90
    # What was committed is not looked at again; a kill costs the pictures since the last commit.
    killed = sum(line["status"] == -9 for line in lines)
    assert sum(line["looked"] for line in lines) <= 90 + killed * (PICTURES_PER_COMMIT + 1)
