"""The whole program, killed without a word: the next start shows what there was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.fakes import make_picture

CHECKOUT = Path(__file__).parents[3]
PROGRAM = """
import sys
from studio.core.project.session_store import SessionStore
from studio.ui import app
from studio.ui.session.session import Session
from tests.support.fakes import FakeEngine

def telling(word, function, state_of):
    def tell(self, given):
        result = function(self, given)
        content = state_of(given).content
        print(word, content and content.name, flush=True)
        return result
    return tell

SessionStore.record = telling("recorded", SessionStore.record, lambda project: project.state)
Session.take_artwork = telling("taken", Session.take_artwork, lambda artwork: artwork.state)
raise SystemExit(app.run(FakeEngine, sys.argv[1:]))
"""


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=CHECKOUT)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_after_a_kill_and_after_a_normal_end_the_next_start_shows_what_there_was(tmp_path: Path) -> None:
    photo = tmp_path / "harbour.png"
    Image.fromarray(make_picture().pixels).save(photo)
    with start(tmp_path, str(photo)) as program:
        assert program.stdout is not None
        while program.stdout.readline() != "recorded harbour.png\n":
            assert program.poll() is None
        program.kill()
    photo.unlink()
    for _ in range(2):
        with start(tmp_path) as program:
            assert program.stdout is not None
            assert program.stdout.readline() == "taken harbour.png\n"
            program.send_signal(signal.SIGTERM)
        assert program.returncode == 128 + signal.SIGTERM
