"""Requests and events: plain data that crosses a pipe whole, with ids nobody else has."""

from __future__ import annotations

import pickle

import pytest

from studio.core.engine_api.contract import (
    ColorRequest,
    Done,
    EngineInfo,
    EngineSettings,
    Event,
    Failed,
    Frame,
    Progress,
    Ready,
    Stopped,
    StyleRequest,
)
from studio.core.engine_api.request_id import new_request_id
from studio.core.errors import EngineError
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from tests.support.picture_files import noise

PICTURE = Picture(noise(), "photo")
PLAIN_EVENTS: list[Event] = [
    Progress(4, 0.5, "Looking"),
    Stopped(4),
    Ready(EngineInfo("CPU, 2 cores", "bfloat16", 2**33, {"torch": "2"}, {"vgg16": "sha"})),
]


def test_ids_grow_and_are_given_once() -> None:
    first, second = new_request_id(), new_request_id()
    request = StyleRequest(None, (PICTURE,), StyleRecipe("pattern"))
    assert first < second < request.id < ColorRequest(PICTURE, PICTURE, 0.5).id


@pytest.mark.parametrize("event", PLAIN_EVENTS, ids=lambda event: type(event).__name__)
def test_plain_events_are_equal_after_a_pipe(event: Event) -> None:
    assert pickle.loads(pickle.dumps(event)) == event


def test_pictures_in_requests_and_events_cross_a_pipe() -> None:
    request = StyleRequest(PICTURE, (PICTURE, PICTURE), StyleRecipe(style_shares=(1, 2)), start=PICTURE)
    again = pickle.loads(pickle.dumps(request))
    assert (again.id, again.recipe, len(again.styles)) == (request.id, request.recipe, 2)
    assert again.content.fingerprint == again.start.fingerprint == PICTURE.fingerprint

    frame = pickle.loads(pickle.dumps(Frame(7, 3, 9, 0.25, PICTURE, None, {"total": 0.5}, 1.5)))
    assert (frame.request_id, frame.step, frame.steps, frame.losses) == (7, 3, 9, {"total": 0.5})
    assert frame.picture.fingerprint == PICTURE.fingerprint
    done = pickle.loads(pickle.dumps(Done(7, PICTURE, PICTURE, 9, 2.0, ("Made smaller.",))))
    assert done.uncolored.fingerprint == PICTURE.fingerprint
    assert done.notes == ("Made smaller.",)


def test_a_failure_carries_its_sentence_through_a_pipe() -> None:
    failed = pickle.loads(pickle.dumps(Failed(3, EngineError("Out of memory.", "Choose a smaller size."))))
    assert failed.request_id == 3
    assert str(failed.error) == "Out of memory. Choose a smaller size."


def test_settings_default_to_the_best_device() -> None:
    assert EngineSettings() == EngineSettings(device=None, weights_folder=None)
    assert pickle.loads(pickle.dumps(EngineSettings("cpu"))).device == "cpu"


def test_what_the_engine_says_of_itself_needs_no_library_of_the_engine_to_be_read() -> None:
    class Version(str):  # as torch's
        __slots__ = ()

    info = EngineInfo("CPU", "float32", versions={"torch": Version("2.6")}, weights={"VGG": Version("CC BY 4.0")})
    assert [type(text) for text in (*info.versions.values(), *info.weights.values())] == [str, str]
    assert info.versions["torch"] == "2.6"
