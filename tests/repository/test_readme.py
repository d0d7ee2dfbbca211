"""The pages tell the truth: commands, paths, names of functions, links and numbers are those of the program."""

from __future__ import annotations

import argparse
import re
import shlex
import tomllib
from importlib.util import find_spec
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
from studio.jobs.decoding.answering import OpensHere

CHECKOUT = Path(__file__).parents[2]
FOLDERS = ("studio", "resources", "packaging", "tests")
PAGES = [*CHECKOUT.glob("*.md"), *(page for folder in FOLDERS for page in CHECKOUT.glob(f"{folder}/**/*.md"))]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
README = TEXTS[CHECKOUT / "README.md"]
MAP = TEXTS[CHECKOUT / "studio" / "README.md"]
WIDEST = 120
MOST_LINES = 150  # of the README: who wants to know more goes on from there

SHELL = "\n".join(block for text in TEXTS.values() for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
LINES = [line for line in SHELL.replace("\\\n", " ").splitlines() if line.strip()]
PYTHONS = ("python3", ".venv/bin/python")
HELPERS = ("pip", "pre_commit")  # tools that the environment of the tests need not have
MADE = set(re.findall(r"(?<= )(?:-o|--output) (\S+)", SHELL))  # by one of the commands, for another

PROSE = {page: re.sub(r"```.*?```", "", text, flags=re.DOTALL) for page, text in TEXTS.items()}
SPANS = [(page, span) for page, text in PROSE.items() for span in re.findall(r"`([^`\n]+)`", text)]
NAMED_WITH = re.compile(r"`([\w./-]+\.py)`(?::\s|\s\(|,\s|\s)((?:`[A-Za-z_]\w*`(?:,\s|\sand\s)?)+)")
PLACEHOLDER = re.compile(r"\b(?:NAME|DIR|COMMAND|HOST)\b")


def label(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


def find(page: Path, name: str) -> Path | None:
    """What a page names: from the top of the checkout, from its own folder, or from that of the code."""
    places = (CHECKOUT, page.parent, CHECKOUT / "studio")
    return next((place / name for place in places if (place / name).exists()), None)


@pytest.mark.parametrize("line", LINES)
def test_a_command_in_a_block_can_be_given(line: str) -> None:
    words = shlex.split(re.split(r" [<>|] ", line)[0], comments=True)
    match words:
        case ["style-studio", *arguments]:
            check_arguments(arguments)
        case ["torchrun", *_]:
            check_arguments(words[words.index("studio") + 1 :])
        case [python, "-m", "pytest", *arguments] if python in PYTHONS:
            assert find_spec("xdist") or "-n" not in arguments
        case [python, "-m", tool, *_] if python in PYTHONS:
            assert tool in HELPERS or find_spec(tool)
        case [python, script, *arguments] if python in PYTHONS:
            source = (CHECKOUT / script).read_text(encoding="utf-8")
            made_of_fields = [f"--{name}" for name in ("seeds", "steps")]  # tuning_against_scratch: of a dataclass
            options = [word for word in arguments if word.startswith("--") and word not in made_of_fields]
            assert [option for option in options if f'"{option}"' not in source] == []
        case _:
            pytest.fail("nobody has said how to check this one")


def check_arguments(words: list[str]) -> None:
    arguments = make_parser().parse_args(words)
    if arguments.command in ("render", "batch"):
        recipe_of(arguments, StyleRecipe()).shares_of(len(arguments.styles))
        photos = arguments.photos if arguments.command == "batch" else [arguments.photo]
        assert all(photo in (None, "-") or (CHECKOUT / photo).exists() for photo in photos)
        assert all(name in MADE or find_style(name, OpensHere()) for name in arguments.styles)
    elif arguments.command == "tune":
        assert all((CHECKOUT / name).exists() for name in arguments.pictures)


def test_every_command_has_an_example() -> None:
    assert {line.split()[1] for line in LINES if line.startswith("style-studio ")} == set(ALL_COMMANDS)


@pytest.fixture(scope="module")
def options() -> dict[str, set[str]]:
    """The options of each command, as its help names them."""
    parser = make_parser()
    (choices,) = (action.choices for action in parser._actions if action.dest == "command")
    assert isinstance(choices, dict)
    return {name: _options_of(command) for name, command in choices.items()}


def _options_of(command: argparse.ArgumentParser) -> set[str]:
    """Its own, and those of its actions, such as `classify train`."""
    inner = [action.choices for action in command._actions if isinstance(action, argparse._SubParsersAction)]
    found = [_options_of(each) for choices in inner for each in choices.values()]
    return set(command._option_string_actions).union(*found)


def test_an_option_in_a_sentence_is_one(options: dict[str, set[str]]) -> None:
    everything = set().union(*options.values())
    unknown = []
    for page, span in SPANS:
        words = span.split()
        if words[0] == "style-studio" and len(words) > 1 and not PLACEHOLDER.fullmatch(words[1]):
            known = options.get(words[1], set())
        elif words[0].startswith("--"):
            known = everything
        else:
            continue
        unknown += [(label(page), span) for word in words if word.startswith("--") and word not in known]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_file_and_folder_a_page_names_is_there(page: Path) -> None:
    spans = [span for where, span in SPANS if where == page and re.fullmatch(r"[\w.-]+(?:/[\w.-]+)*/?", span)]
    endings = (".py", ".md", ".toml", ".qss", ".yml", "/")
    tops = tuple(f"{folder}/" for folder in FOLDERS)
    named = [span for span in spans if span.endswith(endings) or span.startswith(tops)]
    missing = [name for name in named if not PLACEHOLDER.search(name) and find(page, name) is None]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_function_a_page_names_beside_its_file_is_there(page: Path) -> None:
    missing = []
    for name, listed in NAMED_WITH.findall(PROSE[page]):
        path = find(page, name)
        source = path.read_text(encoding="utf-8") if path else ""
        for symbol in re.findall(r"`(\w+)`", listed):
            definition = rf"^\s*(?:(?:def|class) {symbol}\b|(?:self\.)?{symbol}\b(?::[^=\n]+)? = )"
            if not re.search(definition, source, re.MULTILINE):
                missing.append(f"{name} {symbol}")
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", PROSE[page]):
        file, _, anchor = target.partition("#")
        path = page.parent / file if file else page
        is_there = target.startswith("https://") or path.exists()
        if not is_there or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """What links within a page may lead to, as GitHub names it."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= MOST_LINES
    assert [line for line in README.splitlines() if len(line) > WIDEST and not line.startswith("|")] == []


def test_the_changelog_says_each_thing_once() -> None:
    entries = re.findall(r"^- .*(?:\n  .*)*", TEXTS[CHECKOUT / "CHANGELOG.md"], re.MULTILINE)
    said = [" ".join(entry.split()) for entry in entries]
    assert len(said) > 50 and {entry for entry in said if said.count(entry) > 1} == set()


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


def test_the_map_has_a_line_for_every_package() -> None:
    root = CHECKOUT / "studio"
    packages = {f"{path.parent.relative_to(root).as_posix()}/" for path in root.glob("*/**/__init__.py")}
    assert packages
    assert packages - set(re.findall(r"^\| `([\w/]+)` \|", MAP, re.MULTILINE)) == set()


def test_the_drawing_of_the_layers_names_what_the_import_rules_name() -> None:
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = [layer for rule in contracts["contracts"] if "containers" in rule for layer in rule["layers"]]
    in_rules = {name.strip() for layer in layers for name in layer.split("|")}
    (drawing,) = re.findall(r"```\n(ui +engine +core\n.*?)```", MAP, re.DOTALL)
    in_drawing = set(re.findall(r"\w+", drawing)) - {"ui", "engine", "core", "jobs", "cli", "over"}
    assert in_drawing == in_rules


def test_numbers_in_the_readme_are_those_of_the_program() -> None:
    size = next(knob for knob in KNOBS if knob.field == "long_edge")
    assert f"{size.low:g} to {size.high:g} px" in README
    assert f"{LARGEST_PIXELS // 10**6} megapixels" in README


def test_whoever_made_a_photo_or_the_weights_is_named() -> None:
    photos, models = bundled_cards("demo"), bundled_cards("models")
    assert photos and models
    text = " ".join(README.split())
    assert [card.id for card in photos if card.author not in text] == []
    assert [card.id for card in models if card.credit_line not in text] == []


def test_the_table_of_exit_codes_is_the_programs() -> None:
    table = TEXTS[CHECKOUT / "studio" / "cli" / "README.md"].split("these exit codes:")[1].split("\n\n")[1]
    rows = re.findall(r"^\| (\d+) \| (.+?) \|$", table, re.MULTILINE)
    assert [int(code) for code, _ in rows] == list(MEANINGS)
    assert all(text.startswith(meaning) for (_, text), meaning in zip(rows, MEANINGS.values(), strict=True))
