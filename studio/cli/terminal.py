"""Where the command line writes: people read stderr, programs stdout, and no name is markup or moves the cursor."""

from __future__ import annotations

import json
import sys
from io import TextIOWrapper
from typing import Any

from rich.console import Console
from rich.progress import Task, TextColumn
from rich.text import Text

from studio.core.displayable import displayable

PIPE = "-"  # as a file name: stdin for a photo, stdout for a picture
_WIDE = 200  # columns of a table that goes into a pipe or a file, where nothing wraps


def plain_console(*, stderr: bool = False) -> Console:
    r"""A console on stdout or stderr that takes a name such as "[red]cat :smile:\x1b[2J.png" for what it is.

    That goes for strings and for those in the cells of a table; of progress bars, for those in a PlainColumn.
    """
    console = _PlainConsole(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDE
    return console


class PlainColumn(TextColumn):
    """A column of a progress bar with any text in it. text_format: such as "{task.description}"."""

    def __init__(self, text_format: str) -> None:
        super().__init__(text_format, markup=False)

    def render(self, task: Task) -> Text:
        """What the column shows of a task."""
        return Text(displayable(self.text_format.format(task=task)))


def say(sentence: str) -> None:
    """One line for people, on stderr."""
    sys.stderr.write(f"{displayable(sentence)}\n")
    sys.stderr.flush()


def print_json(value: Any, *, indent: int | None = None) -> None:
    """One JSON value on stdout, on one line unless indented, and at once: whoever reads the pipe is waiting.

    ASCII: a path that is no Unicode keeps its bytes, each 0xNN spelt \\udcNN, which Python's json gives back as it was.
    """
    sys.stdout.write(json.dumps(value, indent=indent) + "\n")
    sys.stdout.flush()


def take_any_text() -> None:
    """Have stdout and stderr spell what their encoding does not know (a title in ASCII) instead of breaking off."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class _PlainConsole(Console):
    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(displayable(text), **options)
