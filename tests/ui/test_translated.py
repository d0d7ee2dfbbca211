"""Every sentence that the window's own code shows is offered for translation; those of core and engine are English."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.core import errors

UI = Path(__file__).parents[2] / "studio" / "ui"
TRANSLATORS = {"tr", "_tr", "translate", "QT_TRANSLATE_NOOP", "_"}
# What no artist reads: faults of ours, and the log.
UNSEEN = {"ValueError", "KeyError", "TypeError", "debug", "info", "warning", "error", "exception", "log"}
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
    return [] if re.search(r"[<{]", written) else [word for word in written.split() if WORD.fullmatch(word)]


def untranslated(node: ast.AST, least: int = SENTENCE) -> Iterator[str]:
    """What is written below a node in so many words or more, and goes through no translator."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Assert):
        node = node.test
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in TRANSLATORS or name in UNSEEN:
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


@pytest.mark.parametrize(
    "line",
    [
        'label.setText("Choose another folder")',
        'text = f"{name} is no folder."',
        'raise StudioError(self.tr("It is gone."), "Resume it.")',
        'self.post(Message(f"{name} added", action="undo"))',
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
        'button.setStyleSheet("QToolButton { padding: 0 6px; margin: 0 }")',
    ],
)
def test_the_rule_lets_the_rest_pass(line: str) -> None:
    assert not list(untranslated(ast.parse(line)))
