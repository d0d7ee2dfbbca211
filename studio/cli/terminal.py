"""Where the command line writes: people read stderr, programs read stdout, and file names are never markup."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

PIPE = "-"  # as a file name: stdin for a photo, stdout for a picture
_WIDE = 200  # columns of a table that goes into a pipe or a file, where nothing wraps


def plain_console(*, stderr: bool = False) -> Console:
    """A console on stdout or stderr that takes a name such as "[red]cat :smile:.png" for what it is."""
    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDE
    return console


def say(sentence: str) -> None:
    """One line for people, on stderr."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def print_json(value: Any, *, indent: int | None = None) -> None:
    """One JSON value on stdout, on one line unless indented, and at once: whoever reads the pipe is waiting."""
    sys.stdout.write(json.dumps(value, indent=indent) + "\n")
    sys.stdout.flush()
