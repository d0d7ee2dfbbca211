"""Turns whatever an engine or a task raised into a StudioError that can be shown, kept and sent through a pipe."""

from __future__ import annotations

import traceback
from pathlib import Path

from studio.core.errors import EngineError, StudioError
from studio.core.storage.regular_file import reason, shown_name

_LONGEST_NAME = 60  # characters; a name that is too long for the disk is too long for a sentence


def as_studio_error(error: BaseException, who: str = "The painting engine") -> StudioError:
    """`error` itself if it is a StudioError, else an EngineError; its traceback stays as text, in a note.

    The traceback objects are dropped: they hold the frames, and with them the tensors, for as long as the error is
    on the screen. who: the subject of the sentence for an error that has none of its own.
    """
    trace = "".join(traceback.format_exception(error))
    match error:
        case StudioError():
            failure = error
        case MemoryError():
            failure = EngineError("There is not enough memory for this picture.", "Choose a smaller size.")
        case OSError():
            place = f" {shown_name(Path(error.filename))[:_LONGEST_NAME]}" if isinstance(error.filename, str) else ""
            failure = EngineError(
                f"The system refuses{place}: {reason(error)}.", "Check the disk or the connection, and try again."
            )
        case _:
            failure = EngineError(
                f"{who} met an error it does not know ({type(error).__name__}: {_words(error)}).",
                "Try again; if it happens again, please report it with the diagnostics.",
            )
    if not hasattr(failure, "__notes__"):  # an error from a child process brings its own
        failure.add_note(trace)
    failure.__traceback__ = failure.__cause__ = failure.__context__ = None
    return failure


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an error of somebody else's, whose words are themselves a bug
        return "without words"
