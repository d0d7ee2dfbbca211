"""What there is in a picture, or what it is like, asked of an engine at once: for whoever works without a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.core.engine_api.contract import Described, DescribeRequest, Engine, Failed, Progress, Seen, SeeRequest
from studio.core.errors import EngineError, StudioError
from studio.core.picture import Picture
from studio.jobs.event_check import check_event

Answer = TypeVar("Answer", Seen, Described)
Vectors = Mapping[str, NDArray[np.float32]]


def look_at(content: Picture, engine: Engine) -> Seen:
    """The subject and the faces of a photo. Raises what the engine raises."""
    return _answer(SeeRequest(content), engine, Seen)


def describe(request: DescribeRequest, engine: Engine, tell: Callable[[str], None] = lambda note: None) -> Vectors:
    """The vectors asked for. tell: what is said meanwhile, of downloads. Raises what the engine raises."""
    return _answer(request, engine, Described, tell).vectors


class LastingLook:
    """`look_at` for a batch, which leaves out a photo whose look failed: `check` raises what would befall every photo.

    look: tells what is in a photo. lasting: the errors that the next photo would meet as well.
    """

    def __init__(self, look: Callable[[Picture], Seen], *lasting: type[StudioError]) -> None:
        self._look, self._lasting = look, lasting
        self._error: StudioError | None = None

    def __call__(self, content: Picture) -> Seen:
        """What is in it. Raises what the look raises."""
        try:
            return self._look(content)
        except self._lasting as error:
            self._error = error
            raise

    def check(self) -> None:
        """Raise a lasting error that came of a look."""
        if self._error is not None:
            raise self._error


def _answer(
    request: SeeRequest | DescribeRequest,
    engine: Engine,
    kind: type[Answer],
    tell: Callable[[str], None] = lambda note: None,
) -> Answer:
    """The one answer to a request, whose events are closed then: an engine would keep the picture with them."""
    events = iter(engine.run(request))
    try:
        for event in events:
            match check_event(event, request):
                case Progress(note=note) if note:
                    tell(note)
                case Failed(error=error):
                    raise error
                case answer if isinstance(answer, kind):
                    return answer
    finally:
        close = getattr(events, "close", None)  # generators have it, plain iterators do not
        if close is not None:
            close()
    raise EngineError("The engine ended without a result.", "Try again, or on another device.")
