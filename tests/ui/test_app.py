"""The program as a whole: its own process, its window, an engine in a child process, and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import EngineSettings
from studio.jobs.engine_process.proxy import EngineProcess
from studio.ui import app
from studio.ui.app import Studio
from studio.ui.session.settings import Settings
from tests.support.fakes import UNLUCKY_SEED, FakeEngine, make_crashing_engine, make_hanging_engine
from tests.ui.conftest import card_named

CHECKOUT = Path(__file__).parents[2]
PROGRAM = """
from studio.ui import app
from tests.support.fakes import FakeEngine

class TellingEngine(FakeEngine):
    def describe(self):
        print("ready", flush=True)
        return super().describe()

    def close(self):
        print("closed", flush=True)

raise SystemExit(app.run(TellingEngine, []))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_program_in_order(number: signal.Signals, tmp_path: Path) -> None:
    environment = os.environ | {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
    }
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=CHECKOUT) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(number)
        assert program.stdout.read() == "closed\n"
    assert program.returncode == 128 + number


def test_qt_is_handed_no_names_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    # It crashes at one that is no UTF-8, as disks of another system have them, and takes others for options.
    handed: list[list[str]] = []

    def make(words: list[str]) -> None:
        handed.append(words)
        raise InterruptedError

    monkeypatch.setattr(app, "QApplication", make)
    with pytest.raises(InterruptedError):
        app.run(FakeEngine, ["bad\udcff.png", "-platform", "none.png"])
    assert handed == [["style-studio"]]


def ready(qtbot: QtBot, studio: Studio, photo: Path) -> None:
    studio.window.show()
    studio.importer.open_picture(photo)
    studio.importer.use_style(card_named(studio, "Poppies"))
    qtbot.waitUntil(lambda: studio.session.finishing.missing == "" and studio.session.engine.info is not None)


@pytest.mark.slow
def test_closing_ends_the_process_of_an_engine_that_hangs(
    qtbot: QtBot, settings: Settings, thumbnail_folder: Path, save_photo
) -> None:
    studio = Studio(lambda: EngineProcess(make_hanging_engine, EngineSettings()), settings, thumbnail_folder)
    ready(qtbot, studio, save_photo())
    studio.session.change(seed=UNLUCKY_SEED)
    studio.session.finish()
    qtbot.waitUntil(lambda: studio.session.on_canvas.picture is not None)
    studio.session.is_kept = True  # as autosave says, which does not run here
    assert studio.window.close()
    studio.close()  # the fixture for leftovers finds the process if it is still there


@pytest.mark.slow
def test_a_dead_engine_costs_neither_picture_nor_the_next_run(
    qtbot: QtBot, settings: Settings, thumbnail_folder: Path, save_photo
) -> None:
    studio = Studio(lambda: EngineProcess(make_crashing_engine, EngineSettings()), settings, thumbnail_folder)
    ready(qtbot, studio, save_photo())
    studio.session.change(seed=UNLUCKY_SEED)
    studio.session.finish()
    qtbot.waitUntil(lambda: studio.session.finishing.run is None)
    message = studio.window.messages.message
    assert message is not None and message.is_problem and message.remedy and message.action == "finish"
    assert studio.session.on_canvas.picture is not None and not studio.session.artwork.is_finished
    studio.session.change(seed=1)
    studio.session.finish()
    qtbot.waitUntil(lambda: studio.session.artwork.is_finished)
    studio.close()
