"""Small requests to the real engine, and what comes back sorted by kind."""

from __future__ import annotations

from studio.core.engine_api.contract import Done, Event, Frame, Progress, Request, StyleRequest
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.engine.torch_engine import TorchEngine
from tests.support.scenes import picture_of, waves, weave

LONG_EDGE = 192  # px: several stages, and quick because the photo is low
PHOTO = picture_of(waves(48, 192), "photo")
STYLE = picture_of(weave(), "weave")
OTHER_STYLE = picture_of(waves(40, 40, turn=2.0), "ripples")


def request_of(
    content: Picture | None = PHOTO,
    styles: tuple[Picture, ...] = (STYLE,),
    start: Picture | None = None,
    **recipe: object,
) -> StyleRequest:
    """A draft of PHOTO in STYLE at LONG_EDGE, unless told otherwise."""
    values = {"long_edge": LONG_EDGE, "quality": "draft", **recipe}
    return StyleRequest(content, styles, StyleRecipe().change(**values), start)


def events_of(engine: TorchEngine, request: Request) -> tuple[list[Progress], list[Frame], Done]:
    """All events; the last of them is the Done."""
    events: list[Event] = list(engine.run(request))
    done = events[-1]
    assert isinstance(done, Done)
    progress = [event for event in events if isinstance(event, Progress)]
    frames = [event for event in events if isinstance(event, Frame)]
    assert len(progress) + len(frames) + 1 == len(events)
    return progress, frames, done


def paint(engine: TorchEngine, request: Request) -> Done:
    """The Done of a request."""
    return events_of(engine, request)[2]
