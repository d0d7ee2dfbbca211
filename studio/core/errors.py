"""StudioError and its few kinds: what is wrong, the limit, and what to do, in the user's words."""

from __future__ import annotations

from studio.core.displayable import displayable, shortened

TRACEBACK_SWITCH = "STYLE_STUDIO_TRACEBACK"  # in the environment: if set, a fault of ours shows where it comes from
_LONGEST = 500  # characters of a message, and of a remedy; room for the longest name that a disk takes


class StudioError(Exception):
    """A mistake or a limit the user can understand and act on.

    `message` says what is wrong and names the limit; `remedy` (may be empty) says what to do about it. Both may quote
    anything, such as a file's name or its content: they are kept as `displayable` text, whose middle is left out where
    it is too long for a sentence.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        message, remedy = (shortened(displayable(text), _LONGEST) for text in (message, remedy))
        super().__init__(message, remedy)  # both in args, so that it survives a pipe
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class PictureError(StudioError):
    """A file that is no usable picture, or one that cannot be written."""


class WriteError(PictureError):
    """A file that the machine did not take, at no fault of what was asked: a full disk, a folder that is gone."""


class RecipeError(StudioError):
    """A setting outside its range, or a recipe that cannot be read."""


class ProjectError(StudioError):
    """A project that is none, is damaged, comes from a newer studio, or was made to do harm."""


class WeightsError(StudioError):
    """Model weights that are missing, damaged or of another kind."""


class EngineError(StudioError):
    """The engine could not finish: out of memory, a dead process, numbers that blew up."""


class EngineDied(EngineError):  # noqa: N818 - it says what happened
    """The process of the engine ended in the middle of work, or had to be ended; the next request starts another."""
