"""What the window shows is offered for translation where Qt's lupdate finds it; core and engine write English."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.core import errors

UI = Path(__file__).parents[2] / "studio" / "ui"
TRANSLATORS = {"tr", "translate", "QT_TRANSLATE_NOOP"}
# What no artist reads: faults of ours, and the log.
FAULTS = {"ValueError", "KeyError", "TypeError"}
LOGS = {"logger", "_logger", "log"}
TOLD = {
    "Message",
    *(name for name, one in inspect.getmembers(errors, inspect.isclass) if one.__module__ == errors.__name__),
}
NO_WORDS = {"action", "once", "more"}  # of a message: names
# English as a whole: the one is for whoever mends the studio, of the other core writes the tables and half of the text.
ENGLISH = {"diagnostics.py", "report_document.py"}
SENTENCE = 3  # words
WORD = re.compile(r"[A-Za-z][a-z]+[.,:;!?]?")


def words_in(text: ast.expr) -> list[str]:
    """Of a constant, or of an f-string without what is put into it; none of markup and style sheets."""
    if isinstance(text, ast.JoinedStr):
        written = "".join(part.value if isinstance(part, ast.Constant) else " " for part in text.values)
    else:
        written = text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else ""
    written = re.sub(r"\{[^{} ]*\}", "", written)  # what `format` fills in
    return [] if re.search(r"<|\{ ", written) else [word for word in written.split() if WORD.fullmatch(word)]


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def untranslated(node: ast.AST, least: int = SENTENCE) -> Iterator[str]:
    """What is written below a node in so many words or more, and goes through no translator."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Assert):
        node = node.test
    if isinstance(node, ast.Call):
        name = name_of(node.func)
        if name in TRANSLATORS | FAULTS or (isinstance(node.func, ast.Attribute) and name_of(node.func.value) in LOGS):
            return
        if name in TOLD:
            told = [*node.args, *(word.value for word in node.keywords if word.arg not in NO_WORDS)]
            for argument in told:
                yield from untranslated(argument, 1)
            return
    if isinstance(node, ast.Constant | ast.JoinedStr) and len(words_in(node)) >= least:
        yield f"line {node.lineno}: {ast.unparse(node)}"
    elif not isinstance(node, ast.JoinedStr):
        for part in ast.iter_child_nodes(node):
            yield from untranslated(part, least)


def test_every_sentence_is_offered_for_translation() -> None:
    files = [path for path in UI.rglob("*.py") if path.name not in ENGLISH]
    found = {path.name: list(untranslated(ast.parse(path.read_text(encoding="utf-8")))) for path in files}
    assert len(files) > 50
    assert {name: lines for name, lines in found.items() if lines} == {}


def offered(node: ast.AST, owner: str = "") -> Iterator[tuple[str, str]]:
    """(context, text) of all that goes through a translator below a node. owner: the class around it."""
    if isinstance(node, ast.ClassDef):
        owner = node.name
    if isinstance(node, ast.Call) and name_of(node.func) in TRANSLATORS:
        texts = [text.value if isinstance(text, ast.Constant) else ast.unparse(text) for text in node.args]
        if name_of(node.func) == "tr":
            yield owner if isinstance(node.func, ast.Attribute) else "", str(texts[0])
        elif all(isinstance(text, ast.Constant) for text in node.args):
            yield str(texts[0]), str(texts[1])
    for part in ast.iter_child_nodes(node):
        yield from offered(part, owner)


def test_lupdate_finds_what_is_offered(tmp_path: Path) -> None:
    list_of_texts = tmp_path / "studio.ts"
    start = "from PySide6.scripts.pyside_tool import lupdate; lupdate()"
    subprocess.run([sys.executable, "-c", start, "-extensions", "py", UI, "-ts", list_of_texts], check=True)
    contexts = ET.parse(list_of_texts).iter("context")
    found = {(each.findtext("name"), text.text) for each in contexts for text in each.iter("source")}
    files = {path.name: set(offered(ast.parse(path.read_text(encoding="utf-8")))) for path in UI.rglob("*.py")}
    assert len(found) > 1000
    assert {name: texts - found for name, texts in files.items() if texts - found} == {}


@pytest.mark.parametrize(
    "line",
    [
        'label.setText("Choose another folder")',
        'text = f"{name} is not a folder."',
        'raise StudioError(self.tr("It is gone."), "Resume it.")',
        'self.post(Message(f"{name} added", action="undo"))',
        'raise StudioError("{} is gone for good.".format(name))',
        'label.setText("{} of the pictures cannot be opened".format(n))',
        'QMessageBox.warning(self, "Style Studio", "This cannot be undone at all.")',
    ],
)
def test_the_rule_sees_what_it_forbids(line: str) -> None:
    assert list(untranslated(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        'self.post(Message(self.tr("{} added").format(name), action="undo"))',
        'def show() -> None:\n    """Shows what there is."""',
        'raise ValueError(f"{name} is no name of a theme")',
        '_logger.warning("The settings could not be written to %s", path)',
        'button.setStyleSheet("QToolButton { padding: 0 6px; margin: 0 }")',
    ],
)
def test_the_rule_lets_the_rest_pass(line: str) -> None:
    assert not list(untranslated(ast.parse(line)))
