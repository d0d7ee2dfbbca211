"""What there is in a picture, or what it is like, asked of an engine at once: for whoever works without a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from studio.core.engine_api.contract import Described, DescribeRequest, Engine, Failed, Progress, Seen, SeeRequest
from studio.core.errors import EngineError
from studio.core.picture import Picture
from studio.jobs.event_check import check_event

Vectors = Mapping[str, NDArray[np.float32]]


def look_at(content: Picture, engine: Engine) -> Seen:
    """The subject and the faces of a photo. Raises what the engine raises."""
    request = SeeRequest(content)
    for event in engine.run(request):
        match check_event(event, request):
            case Seen() as seen:
                return seen
            case Failed(error=error):
                raise error
    raise EngineError("The engine ended without having seen anything.", "Try again, or with --device cpu.")


def describe(request: DescribeRequest, engine: Engine, tell: Callable[[str], None] = lambda note: None) -> Vectors:
    """The vectors asked for. tell: what is said meanwhile, of downloads. Raises what the engine raises."""
    with closing(iter(engine.run(request))) as events:  # type: ignore[type-var]
        for event in events:
            match check_event(event, request):
                case Progress(note=note) if note:
                    tell(note)
                case Described(vectors=vectors):
                    return vectors
                case Failed(error=error):
                    raise error
    raise EngineError("The engine ended without a result.", "Try again.")
