"""The terminal: whatever a file, a style or an error is called, it is shown and never obeyed."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from rich.table import Table

from studio.cli import main
from studio.cli.reports.report import BarReport
from studio.cli.terminal import plain_console, print_json, say
from studio.core.card import Card, card_json
from studio.core.errors import StudioError
from studio.core.storage.file_names import stem_after
from studio.core.styles.style_library import StyleLibrary
from tests.support.command_line import STYLE, Studio, in_this_process
from tests.support.fakes import FakeEngine, make_picture

WIPE = "\x1b[2J"  # clears the screen
NAME = f"a{WIPE}\x9b2J\r[bold]b[dim]\n:smile:\u202ec"
SHOWN = r"a\x1b[2J\x9b2J\r[bold]b[dim]\n:smile:\u202ec"


@pytest.fixture
def style() -> Card:
    """One of the artist's own, whose card another program has written."""
    library = StyleLibrary()
    card = library.add(make_picture(name="wall.png"))
    text = json.dumps(json.loads(card_json(card)) | dict.fromkeys(("title", "author", "source"), NAME))
    (library.folder / f"{card.id}.json").write_text(text, encoding="utf-8")
    return card


def is_tame(text: str) -> bool:
    """Whether nothing but line ends is there to be obeyed."""
    return re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text) is None


def test_a_list_of_styles_shows_escape_sequences_and_markup(studio: Studio, style: Card) -> None:
    assert studio("styles") == 0
    (line,) = (line for line in studio.out.splitlines() if line.startswith(style.id))
    assert line.endswith(f"  {SHOWN}, {SHOWN} (licence unknown)") and is_tame(studio.out)
    assert studio("styles", style.id) == 0
    assert f"title     {SHOWN}" in studio.out.splitlines() and is_tame(studio.out)


def test_json_stays_json(studio: Studio, style: Card) -> None:
    assert studio("styles", style.id, "--json") == 0
    assert json.loads(studio.out)["title"] == SHOWN
    assert studio.out.isascii() and is_tame(studio.out)


def test_json_keeps_the_bytes_of_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"photo": f"caf\udce9{NAME}"})
    out = capsys.readouterr().out
    assert out.isascii() and is_tame(out) and len(out.splitlines()) == 1
    assert json.loads(out) == {"photo": f"caf\udce9{NAME}"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such names")
@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_batch_of_such_files_is_told_without_obeying_them(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    if is_terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")  # rich moves its own bars then
        monkeypatch.setenv("COLUMNS", "300")
    photos = studio.folder / "photos"
    photos.mkdir()
    Image.fromarray(make_picture(64, 48).pixels).save(photos / f"{NAME}.png")
    (photos / f"{NAME}\udce9.jpg").write_text("no picture")
    out = studio.folder / f"out{WIPE}"
    assert studio("batch", photos, "--style", STYLE, "-o", out) == 1
    assert f"{SHOWN}\ufffd.jpg" in studio.err and r"out\x1b[2J" in studio.err
    assert WIPE not in studio.err and "\x9b" not in studio.err and "\u202e" not in studio.err
    assert is_terminal or is_tame(studio.err)
    assert (out / f"{stem_after(NAME, 'artwork')}.png").is_file()
    assert studio("batch", photos, "--style", STYLE, "-o", studio.folder / "more", "--json") == 1
    assert {line["photo"] for line in studio.lines if line["event"] == "item"} == {
        str(photos / f"{NAME}.png"), str(photos / f"{NAME}\udce9.jpg")
    }  # fmt: skip
    assert studio.out.isascii()


@pytest.mark.parametrize("words", [("render", NAME, "--style", STYLE, "-o", "a.png"), ("styles", NAME), (NAME,)])
def test_an_error_shows_them_too(studio: Studio, words: tuple[str, ...]) -> None:
    assert studio(*words) == 2
    assert is_tame(studio.err) and len(studio.err.splitlines()) == 1 and "[bold]b[dim]" in studio.err


def test_what_is_said_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"Left out: {NAME}")
    say(str(StudioError(f"{NAME} is gone.")))
    assert capsys.readouterr().err.splitlines() == [f"Left out: {SHOWN}", f"{SHOWN} is gone."]


def test_cells_and_notes_of_a_bar_are_strings_like_others(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("Picture", box=None)
    table.add_row(NAME)
    plain_console().print(NAME, table)
    with BarReport() as report:
        report._bar.update(report._add_bar(NAME), note=NAME)
    told = capsys.readouterr()
    assert told.out.count(SHOWN) == 2 and is_tame(told.out)
    assert told.err.count(SHOWN) == 2 and is_tame(told.err)


def test_a_terminal_of_few_letters_is_told_in_those(monkeypatch: pytest.MonkeyPatch) -> None:
    library = StyleLibrary()
    library.edit(replace(library.add(make_picture()), title="Große Welle \ud800"))
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert main(["styles"], lambda _: FakeEngine(), in_this_process) == 0
    sys.stdout.flush()
    assert rb"Gro\xdfe Welle \ufffd" in written.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such names")
def test_a_fault_of_ours_is_told_in_the_same_way(tmp_path: Path) -> None:
    program = (
        "import sys, studio.__main__ as program\n"
        "def fail(*_): raise RuntimeError(sys.argv[1])\n"
        "program._run_command = fail\n"
        "sys.exit(program.main(['styles']))\n"
    )
    run = subprocess.run([sys.executable, "-c", program, NAME], capture_output=True, cwd=Path(__file__).parents[2])
    assert run.returncode == 1
    assert SHOWN in os.fsdecode(run.stderr) and is_tame(os.fsdecode(run.stderr))
