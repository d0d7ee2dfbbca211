"""A session whose process is killed at any instant: what is there afterwards is whole, and one action old at most."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.core.project.waiting_sessions import waiting_sessions
from tests.support.killed_rounds import rounds_of

KILLS = int(os.environ.get("STYLE_STUDIO_TEST_KILLS", "60"))  # 300 in the long form
SEED = 1


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a new interpreter for each kill would take too long")
def test_kill_after_kill_nothing_is_torn_and_one_action_is_lost_at_most(tmp_path: Path) -> None:
    rounds = rounds_of("killed_session", tmp_path, SEED, KILLS)
    assert [one["status"] for one in rounds] == [-9] * KILLS
    last = 0
    for one in rounds:
        assert one["began"] == last, "it went on with something else than what was there"
        assert one["safe"] <= one["found"] <= one["safe"] + 1, "more was lost than the action that was cut off"
        last = one["found"]
    assert last > KILLS / 2, "most of them have recorded something"
    assert len(waiting_sessions(tmp_path)) <= 2, "sessions before make room, and the present one is never touched"
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) < 60, "what is cut off does not pile up"
