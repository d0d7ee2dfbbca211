"""Who may import whom: the contracts in pyproject.toml hold, and so do some rules that no contract can state."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
CODE = CHECKOUT / "studio"
MODULES = sorted(CODE.rglob("*.py"))
WITHOUT_WIDGETS = ("studio.ui.session", "studio.ui.threads")
MOST_MODULES = 15  # of a folder, its __init__ aside


def name_of(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(source: str) -> Iterator[str]:
    """What a module imports, wherever in it, with what is taken from it: "PySide6.QtWidgets.QWidget"."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from (f"{module}.{alias.name}" for alias in names)


def way_to_widgets(start: str, imports: Mapping[str, set[str]]) -> list[str]:
    """The modules from `start` to one that imports PySide6.QtWidgets, [] if there is no such way."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        for name in sorted(imports[way[-1]]):
            if name.startswith("PySide6.QtWidgets"):
                return way
            module = name if name in imports else name.rpartition(".")[0]
            if module.startswith("studio.ui.") and module in imports and module not in seen:
                seen.add(module)
                ways.append([*way, module])
    return []


IMPORTS = {name_of(path): set(imports_of(path.read_text(encoding="utf-8"))) for path in MODULES}


def test_every_part_imports_only_what_it_may() -> None:
    # In a process of its own: import-linter changes the logging and the path of the one it runs in.
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_state_and_threads_know_no_widget_not_even_through_others() -> None:
    state = [name for name in IMPORTS if name.startswith(WITHOUT_WIDGETS)]
    assert len(state) > len(WITHOUT_WIDGETS)
    assert [way for name in state if (way := way_to_widgets(name, IMPORTS))] == []


@pytest.mark.parametrize(
    "line",
    [
        "from PySide6.QtWidgets import QWidget",
        "import PySide6.QtWidgets",
        "from PySide6 import QtWidgets",
        "def late():\n    from PySide6 import QtCore, QtWidgets",
        "from studio.ui.theme.theme import color",
        "from studio.ui.theme import theme",
    ],
)
def test_a_widget_is_found_however_it_is_imported(line: str) -> None:
    imports = {"studio.ui.session.some": set(imports_of(line)), "studio.ui.theme.theme": {"PySide6.QtWidgets.QWidget"}}
    assert way_to_widgets("studio.ui.session.some", imports)


def test_no_folder_holds_more_modules_than_one_can_take_in() -> None:
    folders = [CODE, *(path for path in CODE.rglob("*") if path.is_dir())]
    counts = {
        folder.relative_to(CHECKOUT).as_posix(): sum(path.name != "__init__.py" for path in folder.glob("*.py"))
        for folder in folders
    }
    assert max(counts.values()) > 1
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [name_of(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []
