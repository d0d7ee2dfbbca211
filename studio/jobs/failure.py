"""Turns whatever an engine raised into a StudioError that can be shown, kept and sent through a pipe."""

from __future__ import annotations

import traceback

from studio.core.errors import EngineError, StudioError


def as_studio_error(error: Exception) -> StudioError:
    """`error` itself if it is a StudioError, else an EngineError; its traceback stays as text, in a note.

    The traceback objects are dropped: they hold the frames, and with them the tensors, for as long as the error is
    on the screen.
    """
    trace = "".join(traceback.format_exception(error))
    match error:
        case StudioError():
            failure = error
        case MemoryError():
            failure = EngineError("There is not enough memory for this picture.", "Choose a smaller size.")
        case _:
            failure = EngineError(
                f"The painting engine met an error it does not know ({type(error).__name__}: {error}).",
                "Try again; if it happens again, please report it with the diagnostics.",
            )
    if not hasattr(failure, "__notes__"):  # an error from a child process brings its own
        failure.add_note(trace)
    failure.__traceback__ = failure.__cause__ = failure.__context__ = None
    return failure
