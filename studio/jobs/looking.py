"""What there is in a photo, asked of an engine at once: for whoever paints without a window."""

from __future__ import annotations

from studio.core.engine_api.contract import Engine, Failed, Seen, SeeRequest
from studio.core.errors import EngineError
from studio.core.picture import Picture
from studio.jobs.event_check import check_event


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
