"""What comes of a hostile case: it went well, it was refused in one sentence, or it is a finding."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass

from studio.core.errors import StudioError

LONGEST_SENTENCE = 2000  # characters; a name of a megabyte is no part of a message


@dataclass(frozen=True)
class Outcome:
    """What came of one case, which may be several tries.

    what: the input in words. opened: tries that went well. refused: tries that ended in a proper StudioError.
    findings: a text for each try that broke the promise.
    """

    what: str
    opened: int = 0
    refused: int = 0
    findings: tuple[str, ...] = ()

    @property
    def tries(self) -> int:
        return self.opened + self.refused + len(self.findings)


@dataclass(frozen=True)
class Report:
    """An outcome as the sandbox tells it. cpu: seconds of processor. memory: bytes at the peak above those at rest."""

    kind: str
    seed: int
    outcome: Outcome
    cpu: float = 0.0
    memory: int = 0

    @property
    def replay(self) -> str:
        """How to see it again."""
        return f"python -m tests.hostile --replay {self.kind}:{self.seed}"


def judge(what: str, action: Callable[[], object]) -> Outcome:
    """Opened, refused, or a finding with its traceback; what is no Exception is left to the sandbox."""
    try:
        action()
    except StudioError as error:
        fault = fault_of_sentence(error)
        return Outcome(what, findings=(fault,)) if fault else Outcome(what, refused=1)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        return Outcome(what, findings=("".join(traceback.format_exception(error)),))
    return Outcome(what, opened=1)


def fault_of_sentence(error: StudioError) -> str:
    """Why the error is no sentence for an artist, or ""."""
    text = str(error)
    if not error.message.strip():
        return f"A {type(error).__name__} without a sentence."
    if "\n" in text or "Traceback" in text:
        return f"A message of several lines: {text[:300]!r}"
    if len(text) > LONGEST_SENTENCE:
        return f"A message of {len(text):,} characters: {text[:300]!r}..."
    return ""
