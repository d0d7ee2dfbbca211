"""What a shell sees of the real program: exit codes, and that nobody need listen for the work to be done."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.support.command_line import STYLE
from tests.support.fakes import make_picture
from tests.support.real_program import in_a_shell, in_a_terminal

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a POSIX shell and a full device")

RENDER = f"studio render photo.png --style {STYLE} -o"
BATCH = f"studio batch photo.png --style {STYLE} -o made"
TUNE = "studio tune works --name x -o made.safetensors"
TRAIN = "studio train-base --content . --styles . --out made"
COMPARE = "studio compare-tuning hokusai --seeds 1 -o made"

DROPPED = "style-studio: standard output did not take everything that was said (No space left on device).\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a photo in it, and works to learn from."""
    Image.fromarray(make_picture(64, 48).pixels).save(tmp_path / "photo.png")
    (tmp_path / "works").mkdir()
    for seed in range(3):
        Image.fromarray(make_picture(300, 260, seed=seed).pixels).save(tmp_path / "works" / f"{seed}.png")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "made"),
    [
        (f"{RENDER} made.png --json | head -n 1", "made.png"),
        (f"{RENDER} made.png --json >&-", "made.png"),
        (f"{RENDER} made.png 2>&-", "made.png"),
        (f"{RENDER} made.png 2>/dev/full", "made.png"),
        (f"{RENDER} made.png 2>&1 | true", "made.png"),
        (f"{BATCH} --json | head -n 1", "made/photo.png"),
        (f"{TUNE} --json | head -n 1", "made.safetensors"),
        (f"{TRAIN} --json | true", ""),
        (f"{COMPARE} --json | true", "made/tuning.md"),
        (f"{COMPARE} 2>/dev/full", "made/tuning.md"),
        ("studio styles | head -n 1", ""),
        ("studio styles >&-", ""),
        ("studio doctor | true", ""),
    ],
)
def test_where_nobody_reads_the_work_is_done_and_nothing_is_said(folder: Path, line: str, made: str) -> None:
    assert in_a_shell(line, folder) == (0, "")
    assert (folder / made).exists()


@pytest.mark.parametrize(
    ("line", "made"),
    [
        (f"{RENDER} made.png --json >/dev/full", "made.png"),
        (f"{TUNE} --json >/dev/full", "made.safetensors"),
        ("studio styles >/dev/full", ""),
        ("studio doctor --json >/dev/full", ""),
        ("studio --help >/dev/full", ""),
    ],
)
def test_a_report_that_finds_no_room_fails_after_the_work_is_done(folder: Path, line: str, made: str) -> None:
    assert in_a_shell(line, folder) == (1, DROPPED)
    assert (folder / made).exists()


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        (f"{RENDER} - | true", 1, "Standard output did not take the picture: Broken pipe."),
        (f"{RENDER} - >/dev/full", 1, "Standard output did not take the picture: No space left on device."),
        (f"{RENDER} - >&-", 2, "Standard output is closed."),
        ("studio styles nobody 2>&-", 2, ""),
        ("studio styles nobody 2>/dev/full", 2, ""),
    ],
)
def test_a_result_that_is_lost_is_a_failure(folder: Path, line: str, code: int, sentence: str) -> None:
    found, told = in_a_shell(line, folder)
    assert found == code
    last = told.splitlines()[-1] if told else ""
    assert last.startswith(f"style-studio: {sentence}") if sentence else last == ""


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("<&-", "Standard input is closed."),
        ("</dev/null", "standard input is empty"),
        ("</dev/zero", "standard input is not a picture the studio knows."),
        ("0>out.txt", "Standard input cannot be read: "),
        ("<works/0.png", ""),
        ("<works/0.png >&-", ""),
    ],
)
def test_a_photo_comes_through_standard_input_or_it_is_said_why_not(folder: Path, source: str, sentence: str) -> None:
    code, told = in_a_shell(f"studio render - --style {STYLE} -o made.png {source}", folder)
    assert (code, (folder / "made.png").exists()) == ((2, False) if sentence else (0, True))
    assert told.startswith(f"style-studio: {sentence}") if sentence else "saved to made.png" in told


@pytest.mark.parametrize("columns", [1, 30])
def test_a_narrow_terminal_cuts_no_id_and_no_reason(folder: Path, columns: int) -> None:
    code, shown = in_a_terminal(columns, "styles", folder=folder)
    assert code == 0 and STYLE in shown
    (folder / "notes.png").write_text("Dear diary")
    code, shown = in_a_terminal(columns, "batch", "notes.png", "--style", STYLE, "-o", "out", folder=folder)
    assert code == 1 and "notes.png: skipped. notes.png is not a picture the studio knows." in shown


def test_a_plain_terminal_gets_plain_text(folder: Path) -> None:
    words = ("render", "photo.png", "--style", STYLE, "-o", "made.png")
    code, shown = in_a_terminal(80, *words, folder=folder, TERM="dumb", NO_COLOR="1")
    assert code == 0 and "saved to made.png" in shown
    assert "\x1b" not in shown


@pytest.fixture
def heard(request: pytest.FixtureRequest) -> Iterator[str]:
    """A signal that programs started from here hear, even where the tests run under nohup."""
    name: str = request.param
    before = signal.signal(signal.Signals[name], signal.SIG_DFL)
    yield name
    signal.signal(signal.Signals[name], before)


@pytest.mark.parametrize("heard", ["SIGTERM", "SIGHUP"], indirect=True)
def test_a_signal_ends_the_real_program_with_the_picture_so_far(folder: Path, heard: str) -> None:
    code, told = in_a_shell(f"{RENDER} made.png", folder, SIGNAL=heard)
    assert code == 130 and told.splitlines()[-1].startswith("Stopped; the picture so far is in made.png")
    assert (folder / "made.png").exists()


def test_characters_that_a_terminal_has_not_are_written_as_escapes(folder: Path) -> None:
    assert in_a_shell("studio styles >listed", folder, PYTHONIOENCODING="ascii") == (0, "")
    assert "Caf\\xe9 Terrace" in (folder / "listed").read_text(encoding="ascii")


@pytest.mark.parametrize("words", [f"{RENDER} made.png", BATCH, TUNE])
def test_a_folder_that_was_deleted_under_the_shell_is_said_to_be(folder: Path, words: str) -> None:
    code, told = in_a_shell(f"mkdir here; cd here; rmdir ../here; {words}", folder)
    assert code == 2
    assert told == "style-studio: The folder you are in no longer exists. Go to another one with 'cd'.\n"
