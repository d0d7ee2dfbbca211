"""What the studio tells the artist: a sentence, what to do about it, and the action that does it."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.displayable import displayable
from studio.core.errors import StudioError


@dataclass(frozen=True)
class Message:
    """News disappears after a while, a problem or a question stays until it is closed or replaced.

    action: the name of an entry in the table of actions, offered as a button, or "". more: names of others, the answers
    to a question, offered before it. stays: whether it is such a
    question, which nothing is wrong about. once: if not "", what it is about; it is told at one start only.
    """

    text: str
    remedy: str = ""
    is_problem: bool = False
    action: str = ""
    stays: bool = False
    once: str = ""
    more: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("text", "remedy"):  # they may contain names of files
            object.__setattr__(self, name, displayable(getattr(self, name)))

    @classmethod
    def about(cls, error: StudioError, action: str = "") -> Message:
        """The problem an error tells of."""
        return cls(error.message, error.remedy, is_problem=True, action=action)
