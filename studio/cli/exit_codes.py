"""The exit codes, the same for every command, and what each of them says."""

from __future__ import annotations

from collections.abc import Mapping

DONE = 0
FAILED = 1
MISTAKE = 2
INTERRUPTED = 130  # what shells expect of a program ended by Ctrl-C

MEANINGS: Mapping[int, str] = {
    DONE: "done",
    FAILED: "the studio or the machine failed, or a part of what was asked for is missing",
    MISTAKE: "a mistake in what was asked",
    INTERRUPTED: "interrupted",
}


def in_one_sentence() -> str:
    """The codes and their meanings, for the help."""
    return f"Exit codes: {'; '.join(f'{code} {meaning}' for code, meaning in MEANINGS.items())}."
