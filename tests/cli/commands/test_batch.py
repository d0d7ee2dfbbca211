"""The batch command: what it paints, tells and returns, and that no end of its process loses or doubles anything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio.cli import main
from studio.core.batch.journal import read_journal
from studio.core.engine_api.contract import EngineSettings, StyleRequest
from studio.core.errors import EngineError
from studio.core.image_io.xmp import read_recipe
from tests.support.command_line import STYLE, Studio
from tests.support.fakes import UNLUCKY_SEED, FakeEngine, make_crashing_engine, make_picture

NAMES = ("a.png", "b.png", "c.png")
CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def photos(studio: Studio) -> Path:
    """A folder of three photos beside the one the studio has."""
    folder = studio.folder / "photos"
    folder.mkdir()
    for seed, name in enumerate(NAMES):
        Image.fromarray(make_picture(32, 24, seed=seed).pixels).save(folder / name)
    return folder


class InterruptedEngine(FakeEngine):
    """Someone presses Ctrl-C while the second picture is painted."""

    def before_frame(self, request: StyleRequest, step: int) -> None:
        if len(self.requests) == 2:
            raise KeyboardInterrupt


class ForgetfulEngine(FakeEngine):
    """Has no memory for b.png."""

    def before_frame(self, request: StyleRequest, step: int) -> None:
        if request.content is not None and request.content.name == "b.png":
            raise EngineError("There is not enough memory.", "Choose a smaller size.")


def outputs() -> list[str]:
    return sorted(path.name for path in Path("out").glob("*.*") if not path.name.startswith("."))


def test_a_folder_is_painted_after_the_recipe_given(studio: Studio) -> None:
    words = ("--style", STYLE, "--strength", "0.8", "--format", "webp", "--artist", "Anna", "--device", "cuda:1")
    assert studio("batch", "photos", "photo.png", *words, "-o", "out") == 0
    assert outputs() == ["a.webp", "b.webp", "c.webp", "photo.webp"]
    assert read_recipe(Path("out/a.webp")).strength == 0.8
    assert b"Anna" in Path("out/a.webp").read_bytes()
    assert studio.settings == [EngineSettings("cuda:1")]
    assert studio.engine.is_closed
    assert "4 of 4 pictures painted into out, in 0:00:0" in studio.err
    assert studio.out == ""


def test_again_it_paints_what_is_left_and_loads_no_engine_for_nothing(studio: Studio) -> None:
    studio.engine = ForgetfulEngine()
    words = ("batch", "photos", "--style", STYLE, "-o", "out")
    assert studio(*words) == 1
    assert outputs() == ["a.png", "c.png"]
    table = next(line for line in studio.err.splitlines() if line.startswith("b.png"))
    assert "failed" in table and "There is not enough memory. Choose a smaller size." in table
    assert "2 of 3 pictures painted into out, 1 failed" in studio.err
    studio.engine = FakeEngine()
    assert studio(*words) == 0
    assert studio.request.content.name == "b.png"
    assert "Continuing: 2 of 3 pictures had been painted before." in studio.err
    loaded = len(studio.settings)
    assert studio(*words) == 0
    assert len(studio.settings) == loaded


def test_what_cannot_be_opened_is_skipped_and_listed_with_its_reason(studio: Studio) -> None:
    Path("photos/b.png").write_text("Dear diary")
    assert studio("batch", "photos", "photos/a.png", "--style", STYLE, "-o", "out") == 1
    assert "1 picture is named more than once" in studio.err
    table = next(line for line in studio.err.splitlines() if line.startswith("b.png"))
    assert "skipped" in table and "b.png is not a picture the studio knows." in table


def test_ctrl_c_says_that_the_same_command_goes_on(studio: Studio) -> None:
    studio.engine = InterruptedEngine()
    words = ("batch", "photos", "--style", STYLE, "-o", "out")
    assert studio(*words) == 130
    assert "Stopped: 1 of 3 pictures painted into out, 2 left. The same command continues with them." in studio.err
    assert studio.engine.is_closed
    studio.engine = FakeEngine()
    assert studio(*words) == 0
    assert [request.content.name for request in studio.engine.requests] == ["b.png", "c.png"]


def test_every_line_of_json_is_an_event_and_the_last_one_the_sum(studio: Studio) -> None:
    studio.engine = ForgetfulEngine(frames=1)
    Path("photos/c.png").write_text("Dear diary")
    assert studio("batch", "photos", "--style", STYLE, "-o", "out", "--json") == 1
    assert studio.lines[0] == {"event": "batch", "folder": "out", "items": 3, "left": 3, "notes": []}
    told = [(Path(line["photo"]).name, line["state"]) for line in studio.lines[1:-1]]
    assert told[:5] == [("a.png", state) for state in ("opening", "painting", "painting", "saving", "done")]
    assert told[-3:] == [("b.png", "failed"), ("c.png", "opening"), ("c.png", "skipped")]
    done = next(line for line in studio.lines if line.get("state") == "done")
    assert done["bytes"] == Path("out/a.png").stat().st_size
    assert studio.lines[-1] == {
        "event": "done", "folder": "out", "items": 3, "done": 1, "skipped": 1, "failed": 1, "left": 0
    }  # fmt: skip
    assert studio.err == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("missing", "--style", STYLE), "There is no picture or folder"),
        (("photos", "--style", "missing.jpg"), "There is no style and no file called 'missing.jpg'."),
        (("photos", "--style", STYLE, "--method", "pattern"), "A pattern is made of the style alone"),
        (("photos", "--style", STYLE, "--file-quality", "0"), "The quality is 0;"),
        (("-", "--style", STYLE), "Many pictures do not come through standard input."),
        (("--style", STYLE), "The following arguments are required: PHOTOS."),
    ],
)
def test_a_mistake_is_said_before_the_engine_is_loaded(studio: Studio, arguments: Sequence[str], sentence: str) -> None:
    assert studio("batch", *arguments, "-o", "out") == 2
    assert studio.err.startswith(f"style-studio: {sentence}")
    assert len(studio.err.splitlines()) == 1
    assert studio.is_untouched and not Path("out").exists()


def test_a_cluster_without_its_package_is_told_before_anything_else(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert studio("batch", "photos", "--style", STYLE, "-o", "out", "--cluster", "tcp://127.0.0.1:9") == 2
    assert studio.err.startswith("style-studio: Working on a cluster needs Dask, which is not installed here.")
    assert not Path("out").exists()


def test_an_output_folder_that_is_a_file_is_refused(studio: Studio) -> None:
    assert studio("batch", "photos", "--style", STYLE, "-o", "photo.png") == 2
    assert studio.err.startswith("style-studio: photo.png is not a folder.")


def test_an_engine_that_cannot_start_ends_the_batch_in_one_sentence(studio: Studio) -> None:
    studio.engine = FakeEngine(describe_error=EngineError("There is no device cuda:9.", "Choose another."))
    assert studio("batch", "photos", "--style", STYLE, "-o", "out") == 1
    assert studio.err.splitlines()[-1] == "style-studio: There is no device cuda:9. Choose another."


@pytest.mark.slow  # starts an engine's process for each picture
def test_an_engine_that_dies_costs_the_picture_it_was_at_and_no_other(
    studio: Studio, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["batch", "photos/a.png", "photos/b.png", "--style", STYLE, "--seed", str(UNLUCKY_SEED), "-o", "out"]
    assert main(words, make_crashing_engine) == 1
    told = capsys.readouterr().err
    assert told.count("The painting engine stopped unexpectedly (SIGKILL, perhaps for lack of memory).") == 2
    assert "0 of 2 pictures painted into out, 2 failed" in told


def test_a_process_killed_while_it_paints_leaves_a_batch_that_goes_on(studio: Studio) -> None:
    words = ["batch", "photos", "--style", STYLE, "-o", "out"]
    code = (
        "import sys; from tests.cli.commands.test_batch import hang; from studio.cli import main;"
        " main(sys.argv[1:], hang, hang)"
    )
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        [sys.executable, "-c", code, *words, "--json"], stdout=subprocess.PIPE, env=environment, text=True
    ) as batch:
        assert batch.stdout is not None
        for line in batch.stdout:
            event = json.loads(line)
            if event.get("progress", 0) > 0 and event["output"] == "b.png":
                batch.kill()
    assert outputs() == ["a.png"]
    assert studio(*words) == 0
    assert [request.content.name for request in studio.engine.requests] == ["b.png", "c.png"]
    assert outputs() == list(NAMES)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a cheap copy of a process")
def test_a_process_killed_at_any_write_to_the_disk_loses_nothing_and_doubles_nothing(studio: Studio) -> None:
    # One process for all moments, because each start of Python costs half a second.
    code = "from tests.cli.commands.test_batch import kill_at_every_write; kill_at_every_write()"
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) == 2 * (1 + 3 * 2) + 1  # the plan; and "writing", file, "done"; the end


class _Hanging(FakeEngine):
    def before_frame(self, request: StyleRequest, step: int) -> None:
        if len(self.requests) == 2 and step == 3:
            signal.pause()


def hang(*_: object) -> FakeEngine:
    """Never comes back from the last frame of the second picture."""
    return _Hanging()


def kill_at_every_write() -> None:
    """Kill a batch of two before and after each line of its journal and each new file, go on, and compare.

    One artwork is to be written over: there the file alone must tell whether it is the old one. Prints the moments.
    """
    write, rename = os.write, os.replace
    os.fsync = lambda descriptor: None  # what is written outlives the process; only a power cut would need more

    def run(folder: str, engine: FakeEngine) -> int:
        words = ["batch", "photos/a.png", "photos/b.png", "--style", "photo.png", "-o", folder, "--overwrite"]
        return main(words, lambda settings: engine, lambda make, settings: make(settings))

    def run_and_die(folder: str, moment: int) -> None:
        acts = 0

        def deadly(act: Callable[..., Any]) -> Callable[..., Any]:
            def act_or_die(*arguments: Any) -> Any:
                nonlocal acts
                acts += 1
                if acts == moment // 2 + 1:
                    if moment % 2:
                        act(*arguments)
                    os.kill(os.getpid(), signal.SIGKILL)
                return act(*arguments)

            return act_or_die

        os.write, os.replace = deadly(write), deadly(rename)
        run(folder, FakeEngine(frames=1))
        os._exit(0)

    moment = 0
    while True:
        folder = Path(f"out{moment}")
        folder.mkdir()
        (folder / "a.png").write_text("old")
        child = os.fork()
        if child == 0:
            run_and_die(str(folder), moment)
        os.waitpid(child, 0)
        if moment and read_journal(folder).has_ended:
            break
        written = {path.name: path.stat().st_ino for path in folder.glob("?.png") if path.read_bytes() != b"old"}
        engine = FakeEngine(frames=1)
        assert run(str(folder), engine) == 0, moment
        again = {request.content.name for request in engine.requests}
        assert again == {"a.png", "b.png"} - set(written), (moment, again, written)
        for name in ("a.png", "b.png"):
            read_recipe(folder / name)
            assert written.get(name, (folder / name).stat().st_ino) == (folder / name).stat().st_ino
        moment += 1
    sys.stdout.write(f"{moment}\n")
