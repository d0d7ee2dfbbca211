"""An index whose process is killed, again and again, loses no picture and has none that is not whole."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.killed_index import PICTURES_PER_COMMIT
from tests.support.killed_rounds import rounds_of

KILLS = 50

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is forked")


@pytest.mark.slow
def test_fifty_kills_lose_no_picture(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(90):
        (pictures / f"{number}.png").write_bytes(b"picture %d" % number)
    lines = rounds_of("killed_index", pictures, tmp_path / "index", 7, KILLS)
    assert len(lines) == KILLS + 1
    assert sum(line["status"] == -9 for line in lines) >= 20  # of those that still had something to do
    counts = [line["count"] for line in lines]
    assert counts == sorted(counts)
    assert counts[-1] == 90
    # What was committed is not looked at again; a kill costs the pictures since the last commit.
    killed = sum(line["status"] == -9 for line in lines)
    assert sum(line["looked"] for line in lines) <= 90 + killed * (PICTURES_PER_COMMIT + 1)
