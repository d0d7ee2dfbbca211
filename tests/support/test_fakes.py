"""The fake engine keeps its own promises: what other tests see through it is there."""

from __future__ import annotations

import pytest

from studio.core.engine_api.contract import ColorRequest, Done, Frame, StyleRequest
from studio.core.recipe import KNOBS, Knob, StyleRecipe
from tests.support.fakes import FakeEngine, make_picture, make_request


def result_of(request: StyleRequest) -> Done:
    *_, done = FakeEngine().run(request)
    assert isinstance(done, Done)
    return done


def another_value(knob: Knob) -> object:
    if knob.choices:
        return next(choice for choice in knob.choices if choice != knob.default)
    return knob.low if knob.default != knob.low else knob.high


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.field)
def test_every_recipe_field_changes_what_is_painted(knob: Knob) -> None:
    changed = make_request(**{knob.field: another_value(knob)})

    assert result_of(changed).result.fingerprint != result_of(make_request()).result.fingerprint


def test_shares_styles_and_the_start_change_what_is_painted() -> None:
    content, styles = make_picture(), (make_picture(seed=1), make_picture(seed=2))
    requests = [
        StyleRequest(content, styles, StyleRecipe()),
        StyleRequest(content, styles[::-1], StyleRecipe()),
        StyleRequest(content, styles, StyleRecipe(style_shares=(70, 30))),
        StyleRequest(content, styles, StyleRecipe(), start=make_picture(seed=3)),
    ]

    assert len({result_of(request).result.fingerprint for request in requests}) == len(requests)


def test_the_same_request_gives_the_same_picture_and_every_frame_another() -> None:
    frames = [event for event in FakeEngine().run(make_request()) if isinstance(event, Frame)]

    assert result_of(make_request()).result.fingerprint == result_of(make_request()).result.fingerprint
    assert len({frame.picture.fingerprint for frame in frames}) == len(frames) == 3
    assert [frame.is_final for frame in frames] == [False, False, True]


def test_a_color_request_on_the_uncolored_result_gives_what_the_recipe_would_have_given() -> None:
    request, colored = make_request(), make_request(keep_color=0.4)
    assert request.content is not None
    painted = result_of(request)
    assert painted.uncolored is None

    [done] = FakeEngine().run(ColorRequest(request.content, painted.result, keep_color=0.4))

    assert isinstance(done, Done)
    assert done.result.fingerprint == result_of(colored).result.fingerprint


def test_a_pattern_needs_no_content_and_is_square() -> None:
    request = StyleRequest(None, (make_picture(40, 20),), StyleRecipe(method="pattern"))

    assert result_of(request).result.width == result_of(request).result.height
