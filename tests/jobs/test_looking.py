"""An engine asked at once: the answer, what it says meanwhile, and that nothing of the request is left behind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from studio.core.engine_api.contract import Described, DescribeRequest, Event, Failed, Progress, Request
from studio.core.errors import EngineError, WeightsError
from studio.jobs.looking import LastingLook, describe, look_at
from tests.support.fakes import FakeEngine, make_picture, see


class Events:
    """An engine's answer, which is a plain iterator as that of an engine in another process is."""

    def __init__(self, *events: Event) -> None:
        self._events = iter(events)
        self.is_closed = False

    def __iter__(self) -> Events:
        return self

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        self.is_closed = True


class Telling(FakeEngine):
    """Says what `says` makes of a request, and remembers the iterator."""

    def __init__(self, says: object) -> None:
        super().__init__()
        self.says = says
        self.events = Events()

    def run(self, request: Request) -> Iterator[Event]:
        self.events = Events(*self.says(request))
        return self.events


def test_nothing_of_a_look_stays_with_the_engine() -> None:
    engine = Telling(lambda request: [Progress(request.id, 0.5), see(request)])
    assert len(look_at(make_picture(), engine).faces) == 1
    assert engine.events.is_closed


def test_nothing_of_a_look_that_failed_stays_with_the_engine() -> None:
    engine = Telling(lambda request: [Failed(request.id, EngineError("Too dark."))])
    with pytest.raises(EngineError, match="Too dark"):
        look_at(make_picture(), engine)
    assert engine.events.is_closed


def test_a_description_tells_of_its_downloads() -> None:
    vector = np.ones(3, np.float32)
    engine = Telling(
        lambda request: [Progress(request.id, 0.0, "Downloading"), Described(request.id, {"colours": vector})]
    )
    told: list[str] = []
    assert list(describe(DescribeRequest(make_picture()), engine, told.append)) == ["colours"]
    assert told == ["Downloading"]
    assert engine.events.is_closed


def test_an_engine_that_ends_without_an_answer_is_told() -> None:
    with pytest.raises(EngineError, match="ended without a result"):
        look_at(make_picture(), Telling(lambda request: []))


@pytest.mark.parametrize(("error", "is_lasting"), [(WeightsError("Gone."), True), (EngineError("Too dark."), False)])
def test_a_look_that_no_photo_would_get_is_told_afterwards(error: EngineError, is_lasting: bool) -> None:
    look = LastingLook(lambda photo: look_at(photo, Telling(lambda request: [Failed(request.id, error)])), WeightsError)
    with pytest.raises(type(error)):
        look(make_picture())
    if is_lasting:
        with pytest.raises(WeightsError, match="Gone"):
            look.check()
    else:
        look.check()
