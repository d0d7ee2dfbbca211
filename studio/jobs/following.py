"""A job of an engine from its first event to its end, for whoever waits for it without a window."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress

from studio.core.engine_api.contract import Done, Engine, Failed, Frame, Progress, StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineError
from studio.jobs.event_check import check_event
from studio.jobs.interruption import Interrupted, Interruptible


def follow(
    request: StyleRequest | TuneRequest, engine: Engine, without: str = "a picture"
) -> Generator[Frame | Progress, None, Done]:
    """What an engine says of a request until it is done; returns what came of it. Raises what the engine raises.

    without: what is missing where the engine ends before.
    """
    events = iter(engine.run(request))
    try:
        for event in events:
            match check_event(event, request):
                case Frame() | Progress() as news:
                    yield news
                case Failed(error=error):
                    raise error
                case Done() as done:
                    return done
    except KeyboardInterrupt:
        if isinstance(engine, Interruptible):  # whoever catches it closes the engine: the step under way need not end
            engine.interrupt()
        raise
    finally:
        close = getattr(events, "close", None)  # generators have it, plain iterators do not
        if close is not None:
            with suppress(Interrupted):
                close()
    raise EngineError(f"The engine ended without {without}.", "Try again, or on another device.")
