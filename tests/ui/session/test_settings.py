"""What is remembered between starts: plain values, believed one by one; nothing in a file is ever run."""

from __future__ import annotations

import ast
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QSettings, QSize
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.core.errors import PictureError
from studio.core.image_io.find_pictures import is_folder
from studio.ui.app import Studio
from studio.ui.dialogs.file_dialogs import last_folders
from studio.ui.session import settings as module
from studio.ui.session.preferences import Preferences
from studio.ui.session.settings import Settings, settings_file
from studio.ui.widgets.screen_room import room_on
from studio.ui.window.panel_splitter import GALLERY_WIDTH
from studio.ui.window.window_layout import restore_place
from tests.support.fakes import FakeEngine

CHECKOUT = Path(__file__).parents[3]
VALUES = {"text": "浪 \udce9", "number": 3, "pace": 2.5, "on": True, "list": ["x", None], "dict": {"y": [1]}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "user" / "settings.json"


@pytest.fixture
def make_settings(qapp: QApplication, file: Path, request: pytest.FixtureRequest) -> Callable[[], Settings]:
    """Reads the file again, as another start does."""

    def make() -> Settings:
        settings = Settings(file)
        request.addfinalizer(settings.close)
        return settings

    return make


MakeSettings = Callable[[], Settings]


def write(file: Path, data: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)


def test_values_of_json_are_there_after_a_restart(make_settings: MakeSettings, file: Path) -> None:
    settings = make_settings()
    for key, value in VALUES.items():
        settings.set(key, value)
    settings.set("a/gone", 1)
    settings.remove("a/gone")
    settings.close()
    assert json.loads(file.read_bytes()) == VALUES
    again = make_settings()
    assert {key: again.get(key, type(value)) for key, value in VALUES.items()} == VALUES  # type: ignore[type-var]
    assert again.get("a/gone", int) is None and again.problem is None


@pytest.mark.parametrize(
    ("value", "kind", "got"),
    [
        ("1", int, None), (True, int, None), (1.0, int, None), (1, bool, None), (0, bool, None), (3, str, None),
        (None, str, None), ([], dict, None), ({}, list, None), ("[]", list, None),
        (3, float, 3.0), (True, float, None), ("3", float, None), (10**400, float, None), (10**17, float, None),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_none(
    make_settings: MakeSettings, file: Path, value: object, kind: type[Any], got: object
) -> None:
    write(file, json.dumps({"key": value}).encode())
    found = make_settings().get("key", kind)
    assert found == got and type(found) is type(got)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_none(make_settings: MakeSettings, file: Path, number: str) -> None:
    write(file, f'{{"key": {number}}}'.encode())
    assert make_settings().get("key", float) is None


@pytest.mark.parametrize(
    "value", [None, 3, "1,2", [1, 2], [1, 2, 3, 4], [1, 2, 3.0], [1, 2, True], [1, 2, 11], [-1, 2, 3]]
)
def test_numbers_are_so_many_and_within_bounds(make_settings: MakeSettings, value: object) -> None:
    settings = make_settings()
    settings.set("good", [0, 5, 10])
    settings.set("key", value)
    assert settings.get_numbers("good", 3, 0, 10) == [0, 5, 10]
    assert settings.get_numbers("key", 3, 0, 10) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[1]", b"null", b'"text"', b"\xff\xfe{}", b"\0" * 100, b"[preferences]\ntheme=light\n", b"[" * 100_000,
     b'{"a": ' + b"1" * 5000 + b"}", b'{"a": "' + b"b" * 2**20 + b'"}'],
    ids=range(11),
)  # fmt: skip
def test_a_broken_file_is_set_aside(make_settings: MakeSettings, file: Path, data: bytes) -> None:
    write(file, data)
    settings = make_settings()
    assert settings.problem is not None
    assert file.with_name("settings.broken.json").read_bytes() == data and not file.exists()


def test_a_broken_file_is_told_and_the_studio_starts_with_defaults(
    qtbot: QtBot, make_settings: MakeSettings, file: Path, thumbnail_folder: Path
) -> None:
    write(file, b'{"preferences/theme": "light"')
    settings, aside = make_settings(), file.with_name("settings.broken.json")
    studio = Studio(FakeEngine, settings, thumbnail_folder)
    studio.window.show()
    message = studio.window.messages.message
    assert message is not None and message.is_problem
    assert "could not be read" in message.text and str(aside) in message.remedy
    assert (studio.preferences.theme, studio.preferences.is_live) == ("dark", True)
    studio.preferences.theme = "light"
    studio.close()
    settings.close()
    assert Preferences(make_settings()).theme == "light"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("nowhere")], ids=["a", "b", "c"])
def test_what_is_no_file_is_set_aside_too(
    make_settings: MakeSettings, file: Path, make: Callable[[Path], None]
) -> None:
    file.parent.mkdir()
    make(file)
    settings = make_settings()
    assert settings.problem is not None
    settings.set("key", 1)
    settings.close()
    assert make_settings().get("key", int) == 1


def test_a_value_that_makes_no_sense_costs_no_other(
    qtbot: QtBot, file: Path, make_settings: MakeSettings, thumbnail_folder: Path
) -> None:
    odd = {
        "preferences/theme": ["light"], "preferences/is_live": "False", "preferences/has_gallery": 0,
        "preferences/auto_refine": "sometimes", "canvas/surround": {}, "window/place": [0, 0, "900", 700],
        "window/state": 7, "window/widths": [1e9, 0, 0], "engine/runs": {"device": "CPU", "runs": [-3]},
        "files/recent": [3, None, "/a\0b.png", "ab" * 5000, "/gone.png"], "export/last": [1], "folders/open": "a\0b",
        "folders/batch": "ab" * 5000, "folders/teach": 3, "preferences/has_history": False,
    }  # fmt: skip
    write(file, json.dumps(odd).encode())
    settings = make_settings()
    studio = Studio(FakeEngine, settings, thumbnail_folder)
    studio.window.show()
    qtbot.waitUntil(lambda: studio.session.engine.info is not None)
    words = studio.preferences.as_words()
    assert words == Preferences(Settings(file.with_name("none.json"))).as_words() | {"has_history": "False"}
    usual = QSize(1280, 800).boundedTo(room_on(studio.window.screen()))
    assert studio.window.canvas.background == "studio" and studio.window.size() == usual
    studio.close()
    assert studio.session.estimate.runs == []
    for path in studio.recent.paths:
        studio.recent.choose(path)
    studio.window.tool_bar.menu.menus["Open recent"].aboutToShow.emit()
    folders = {place for purpose in ("open", "batch", "teach") for place in last_folders(settings, purpose)}
    assert set(filter(is_folder, folders)) <= {Path.home(), *last_folders(settings, "none")}
    assert studio.exporter.last is None
    studio.close()


def test_changes_are_written_when_the_hand_rests(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, make_settings: MakeSettings, file: Path
) -> None:
    monkeypatch.setattr(module, "_REST", 0)
    settings = make_settings()
    settings.set("key", 1)
    settings.set("key", 2)
    assert not file.exists()
    qtbot.waitUntil(file.exists)
    assert json.loads(file.read_bytes()) == {"key": 2}


def test_nobody_waits_for_the_disk_but_who_closes(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, make_settings: MakeSettings, file: Path
) -> None:
    is_open, writers, replace_file = threading.Event(), [], module.replace_file

    def slow(path: Path, data: bytes) -> None:
        writers.append(threading.current_thread())
        assert is_open.wait(60)
        replace_file(path, data)

    monkeypatch.setattr(module, "replace_file", slow)
    settings = make_settings()
    settings.set("key", 1)
    settings.save()
    qtbot.waitUntil(lambda: len(writers) == 1)
    settings.set("key", 2)  # while the disk is asleep
    settings.save()
    assert not file.exists()
    is_open.set()
    settings.close()
    assert json.loads(file.read_bytes()) == {"key": 2}
    assert threading.main_thread() not in writers


def test_two_studios_keep_each_others_changes(make_settings: MakeSettings) -> None:
    one, other = make_settings(), make_settings()
    one.set("one", 1)
    one.set("both", "one")
    one.close()
    other.set("other", 2)
    other.set("both", "other")
    other.close()
    third = make_settings()
    assert (third.get("one", int), third.get("other", int), third.get("both", str)) == (1, 2, "other")


def test_a_disk_that_refuses_costs_a_line_in_the_log(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    make_settings: MakeSettings,
    caplog: pytest.LogCaptureFixture,
    file: Path,
) -> None:
    write(file, b'{"old": 1}')
    settings = make_settings()
    with monkeypatch.context() as full:

        def refuse(path: Path, data: bytes) -> None:
            raise PictureError("The disk is full: settings.json was not written.")

        full.setattr(module, "replace_file", refuse)
        settings.set("first", 1)
        settings.save()
        qtbot.waitUntil(lambda: bool(settings._changes))  # kept for the next time
    (record,) = [record for record in caplog.records if record.name == module.__name__]
    assert record.levelno == logging.WARNING and "disk is full" in record.getMessage()
    assert json.loads(file.read_bytes()) == {"old": 1}
    settings.set("second", 2)
    settings.close()
    assert json.loads(file.read_bytes()) == {"old": 1, "first": 1, "second": 2}


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(
    qapp: QApplication, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "user").write_text("a file where the folder should be")
    settings = Settings(tmp_path / "user" / "settings.json")
    settings.set("key", 1)
    settings.close()
    settings.set("key", 2)
    settings.close()
    assert settings.get("key", int) == 2
    assert [record.levelno for record in caplog.records if record.name == module.__name__] == [logging.WARNING]


def test_a_value_is_not_changed_from_outside_and_what_json_cannot_hold_is_refused(make_settings: MakeSettings) -> None:
    settings, names = make_settings(), ["a"]
    settings.set("key", names)
    names.append("b")
    assert settings.get("key", list) == ["a"]
    with pytest.raises(TypeError):
        settings.set("key", Path("a"))


def test_they_lie_where_the_system_has_them_or_where_one_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("STYLE_STUDIO_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert settings_file() == tmp_path / "style-studio" / "settings.json"
    monkeypatch.setenv("STYLE_STUDIO_CONFIG", str(tmp_path / "mine"))
    assert settings_file() == tmp_path / "mine" / "settings.json"


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ([40, 60, 500, 400], QRect(40, 60, 500, 400)),
        ([-100, 60, 500, 400], QRect(-100, 60, 500, 400)),
        ([20_000, 60, 500, 400], QRect(0, 0, 500, 400)),  # a screen that is gone
        ([40, -3000, 500, 400], QRect(0, 0, 500, 400)),
        ([0, 0, 30_000, 30_000], None),  # larger than all screens
        ([0, 0, 0, 400], None),
    ],
)
def test_a_window_comes_back_where_it_can_be_seen(
    qtbot: QtBot, make_settings: MakeSettings, place: list[int], shown: QRect | None
) -> None:
    settings, window = make_settings(), QWidget()
    qtbot.addWidget(window)
    settings.set("window/place", place)
    restore_place(settings, window)
    usual = QRect(QPoint(0, 0), QSize(1280, 800).boundedTo(room_on(window.screen())))  # the screen is smaller
    assert window.geometry() == (shown or usual)


def test_a_hidden_side_comes_back_as_wide_as_it_was(
    qtbot: QtBot, studio: Studio, settings: Settings, thumbnail_folder: Path
) -> None:
    studio.window.resize(790, 700)
    studio.window.splitter.setSizes([230, 260, 300])
    width = studio.window.splitter.sizes()[0]
    studio.actions["gallery"].trigger()
    studio.window.close()
    studio.close()
    again = Studio(FakeEngine, settings, thumbnail_folder)
    again.window.show()
    qtbot.waitUntil(lambda: again.session.engine.info is not None)
    again.actions["gallery"].trigger()
    assert again.window.splitter.sizes()[0] == pytest.approx(width, abs=2) and width < GALLERY_WIDTH - 20
    again.close()


class Canary:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.path), "w")


PROGRAM = """
from PySide6.QtCore import QByteArray, QDataStream, QIODevice, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog
from studio.ui import app
from tests.support.fakes import FakeEngine

class Asking(app.Studio):
    def __init__(self, *arguments, **parts):
        super().__init__(*arguments, **parts)
        self.window.first_painted.connect(self.ask)

    def ask(self):
        self.action_handlers.ask_for_picture()  # the dialog opens when the disk has said where
        self.look = QTimer(self, interval=10, timeout=self.tell)
        self.look.start()

    def tell(self):
        if self.window.findChild(QFileDialog) is not None:
            print(self.preferences.theme, True, flush=True)
            QApplication.exit()

app.Studio = Asking
raise SystemExit(app.run(FakeEngine, []))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep Qt's settings elsewhere than in files")
def test_no_file_of_settings_runs_code_neither_ours_nor_qts(tmp_path: Path) -> None:
    canary, made = tmp_path / "canary", tmp_path / "made.ini"
    hostile = QSettings(str(made), QSettings.Format.IniFormat)
    for key in ("window/geometry", "preferences/theme", "files/recent", "FileDialog/sidebarWidth", "Qt/filedialog"):
        hostile.setValue(key, Canary(canary))
    hostile.sync()
    shutil.copy(made, tmp_path / "read.ini")  # under its own name, Qt would not look at it again
    QSettings(str(tmp_path / "read.ini"), QSettings.Format.IniFormat).value("window/geometry")
    canary.unlink()  # so much for what a file can do
    folder = tmp_path / "config"
    for name in ("Style Studio/Style Studio.conf", "QtProject.conf", "Trolltech.conf", "style-studio/settings.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(made.read_bytes())
    environment = os.environ | {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop("STYLE_STUDIO_CONFIG", None)
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, cwd=CHECKOUT)
    assert (run.returncode, run.stdout) == (0, "dark True\n"), run.stderr
    assert not canary.exists()
    assert (folder / "style-studio" / "settings.broken.json").is_file()


# Where pickles are read: the pipe between this program and the process it starts itself, and an error just pickled.
OWN_PICKLES = {"jobs/engine_process/picture_pipe.py": {"Unpickler"}, "jobs/engine_process/service.py": {"loads"}}


def unpickling_in(source: str) -> set[str]:
    """What a module uses that reads pickles."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name("pickle"), attr="load" | "loads" | "Unpickler" as name):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name("torch"), attr="load"), keywords=options):
                if not any(option.arg == "weights_only" and ast.unparse(option.value) == "True" for option in options):
                    found.add("torch.load")
            case ast.Call(func=ast.Attribute(value=ast.Name("np" | "numpy"), attr="load"), keywords=options):
                if not any(option.arg == "allow_pickle" and ast.unparse(option.value) == "False" for option in options):
                    found.add("numpy.load")
            case ast.alias("QSettings" | "shelve" | "marshal" | "dill" | "joblib" | "cloudpickle" as name):
                found.add(name)
    return found


def test_nothing_in_the_program_unpickles_what_it_did_not_write_itself() -> None:
    folder = CHECKOUT / "studio"
    found = {
        path.relative_to(folder).as_posix(): names
        for path in folder.rglob("*.py")
        if (names := unpickling_in(path.read_text(encoding="utf-8")))
    }
    assert found == OWN_PICKLES | {"ui/threads/no_unpickling.py": {"loads"}}


@pytest.mark.parametrize(
    "line",
    ["from PySide6.QtCore import QSettings", "pickle.load(file)", "torch.load(path)", "np.load(path)", "import shelve"],
)
def test_the_rule_sees_what_it_forbids(line: str) -> None:
    assert unpickling_in(line)
    assert not unpickling_in("import pickle\npickle.dumps(1)\ntorch.load(path, weights_only=True)")
    assert not unpickling_in("np.load(path, allow_pickle=False)")
