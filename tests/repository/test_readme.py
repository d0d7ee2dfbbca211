"""The README tells the truth: its commands, paths and numbers are those of the program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from studio.cli.exit_codes import MEANINGS
from studio.cli.inputs import find_style
from studio.cli.options import recipe_of
from studio.cli.program import COMMANDS as ALL_COMMANDS
from studio.cli.program import make_parser
from studio.core.card import bundled_cards
from studio.core.image_io import LARGEST_PIXELS
from studio.core.recipe import KNOBS, StyleRecipe

CHECKOUT = Path(__file__).parents[2]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL)).replace("\\\n", " ")
COMMANDS = [line for line in SHELL.splitlines() if line.startswith("style-studio ")]
LEARNT = re.findall(r"style-studio tune .* -o (\S+)", SHELL)  # styles that are there by then


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_in_the_readme_is_understood(command: str) -> None:
    words = shlex.split(command.split(" < ")[0])[1:]
    arguments = make_parser().parse_args(words)
    if arguments.command in ("render", "batch"):
        recipe_of(arguments, StyleRecipe()).shares_of(len(arguments.styles))
        photos = arguments.photos if arguments.command == "batch" else [arguments.photo]
        assert all(photo in (None, "-") or (CHECKOUT / photo).exists() for photo in photos)
        assert all(name in LEARNT or find_style(name) for name in arguments.styles)
    elif arguments.command == "tune":
        assert all((CHECKOUT / name).exists() for name in arguments.pictures)


def test_every_command_has_an_example() -> None:
    assert {command.split()[1] for command in COMMANDS} == set(ALL_COMMANDS)


def test_every_file_named_in_the_readme_is_there() -> None:
    named = set(re.findall(r"`((?:studio|resources|packaging|tests)/[\w./-]*)`", README))
    named |= set(re.findall(r"python3 (packaging/\w+\.py)", README))
    assert named
    assert [name for name in sorted(named) if not (CHECKOUT / name).exists()] == []


def test_the_tree_shows_what_is_there_and_every_part_of_it() -> None:
    (tree,) = re.findall(r"```\n(studio/\n.*?)```", README, re.DOTALL)
    folders: list[str] = []
    shown = []
    for line in tree.splitlines():
        depth, name = (len(line) - len(line.lstrip())) // 2, line.split()[0]
        folders = [*folders[:depth], name]
        shown.append("".join(folders))
    assert [path for path in shown if not (CHECKOUT / path).exists()] == []
    parts = [path for place in ("studio", "resources") for path in (CHECKOUT / place).iterdir() if path.is_dir()]
    wanted = {f"{path.relative_to(CHECKOUT).as_posix()}/" for path in parts if path.name != "__pycache__"}
    assert wanted <= set(shown)


def test_numbers_in_the_readme_are_those_of_the_program() -> None:
    size = next(knob for knob in KNOBS if knob.field == "long_edge")
    assert f"{size.low:g} to {size.high:g} px" in README
    assert f"{LARGEST_PIXELS // 10**6} megapixels" in README


def test_whoever_made_a_photo_or_the_weights_is_named() -> None:
    for card in bundled_cards("demo"):
        assert card.author in README
    for card in bundled_cards("models"):
        assert card.credit_line in README


def test_the_table_of_exit_codes_is_the_programs() -> None:
    table = README.split("one of these exit codes:")[1].split("\n\n")[1]
    rows = re.findall(r"^\| (\d+) \| (.+?) \|$", table, re.MULTILINE)
    assert [int(code) for code, _ in rows] == list(MEANINGS)
    assert all(text.startswith(meaning) for (_, text), meaning in zip(rows, MEANINGS.values(), strict=True))
