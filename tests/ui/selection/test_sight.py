"""Sight: each photo is looked at once, and again where the engine has died over it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import Failed, Request, Seen, SeeRequest
from studio.core.errors import EngineDied
from studio.ui.selection.sight import TRIES, Sight
from tests.support.fakes import make_picture


class Looks:
    """A worker that keeps what it is asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def look(self, request: SeeRequest) -> None:
        self.requests.append(request)


def test_a_photo_is_looked_at_once(qtbot: QtBot) -> None:
    worker, photo = Looks(), make_picture()
    sight = Sight(worker)  # type: ignore[arg-type]
    for _ in range(3):
        sight.look_at(photo)
    (request,) = worker.requests
    assert sight.seen(photo) is None
    seen = Seen(request.id, None)
    with qtbot.waitSignal(sight.changed):
        assert sight.take_event(seen)
    sight.look_at(photo)
    assert sight.seen(photo) is seen and len(worker.requests) == 1
    assert not sight.take_event(Seen(request.id, None)), "it has ended"


def test_what_failed_is_tried_again_and_told_in_the_end(qtbot: QtBot) -> None:
    worker, photo, errors = Looks(), make_picture(), []
    sight = Sight(worker)  # type: ignore[arg-type]
    sight.failed.connect(errors.append)
    for number in range(1, TRIES + 2):
        sight.look_at(photo)
        request = worker.requests[-1]
        sight.take_event(Failed(request.id, EngineDied("It died.")))
        assert len(worker.requests) == min(number, TRIES)
    assert len(errors) == 1
    assert sight.seen(photo).subject is None, "nothing waits for ever"
