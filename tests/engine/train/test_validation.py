"""Validation of a network in training: errors of 0 where nothing differs, the mean over pairs, and the sample sheet."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network
from studio.engine.train import validation
from studio.engine.train.dataset import Pictures
from studio.engine.train.validation import PAIRS, ErrorMetrics, Validator
from tests.support.scenes import waves, weave

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def predictor() -> StylePredictor:
    return StylePredictor(load_style_network(ORIGINAL_NETWORK)[1], CPU)


@pytest.fixture(scope="module")
def metrics(encoder: Encoder, predictor: StylePredictor) -> ErrorMetrics:
    return ErrorMetrics(encoder, predictor)


def pictures_of(*images: Tensor) -> Pictures:
    stored = tuple((image[0] * 255).round().byte() for image in images)
    return Pictures(stored, tuple(f"work{number}" for number in range(len(images))))


def test_the_photo_itself_has_no_content_error_and_the_style_itself_no_style_error(metrics: ErrorMetrics) -> None:
    photo, style = waves(48, 48), weave(48, 48)
    pair = metrics.pair(photo, style)
    assert pair.vector.shape == (1, 100)
    as_photo, as_style = metrics.errors(pair, photo), metrics.errors(pair, style)
    assert as_photo["content"] == pytest.approx(0, abs=1e-3)
    assert as_style["style"] == as_style["color"] == pytest.approx(0, abs=1e-3)
    assert min(as_photo["style"], as_photo["color"], as_style["content"]) > 0.1


def test_nearer_to_the_style_is_a_lower_error(metrics: ErrorMetrics) -> None:
    photo, style = waves(48, 48), weave(48, 48)
    pair = metrics.pair(photo, style)
    errors = [metrics.errors(pair, torch.lerp(photo, style, share)) for share in (0.0, 0.5, 1.0)]
    assert [one["color"] for one in errors] == sorted((one["color"] for one in errors), reverse=True)
    assert [one["content"] for one in errors] == sorted(one["content"] for one in errors)


def test_only_what_can_be_seen_of_a_picture_counts(metrics: ErrorMetrics) -> None:
    pair = metrics.pair(waves(48, 48), weave(48, 48))
    painted = waves(48, 48) * 3 - 1  # from -1 to 2
    assert metrics.errors(pair, painted) == metrics.errors(pair, painted.clamp(0, 1))


def test_a_validation_is_the_mean_over_all_pairs(
    encoder: Encoder, predictor: StylePredictor, metrics: ErrorMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "EDGE", 48)
    photos, styles = [waves(48, 48, turn) for turn in (0.0, 1.0)], [weave(48, 48)]
    validator = Validator(pictures_of(*photos), pictures_of(*styles), encoder, predictor)
    painted: list[Tensor] = []

    def paint(photo: Tensor, vector: Tensor) -> Tensor:
        assert vector.shape == (1, 100)
        painted.append(photo)
        return photo.flip(3)

    found = validator.validate(paint)
    assert len(painted) == 2
    single = [metrics.errors(metrics.pair(photo, pictures_of(*styles).image(0)), photo.flip(3)) for photo in painted]
    assert found == pytest.approx({name: (single[0][name] + single[1][name]) / 2 for name in single[0]}, rel=1e-4)


def test_there_are_as_many_pairs_as_pictures_up_to_a_limit(
    encoder: Encoder, predictor: StylePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "EDGE", 32)
    for count in (2, PAIRS + 1):
        photos = pictures_of(*(waves(32, 32, turn) for turn in range(count)))
        calls: list[Tensor] = []
        validator = Validator(photos, pictures_of(weave(32, 32)), encoder, predictor)
        validator.validate(lambda photo, vector, calls=calls: calls.append(photo) or photo)  # type: ignore[misc]
        assert len(calls) == min(count, PAIRS)


def test_the_sheet_has_styles_above_and_photos_at_the_left(
    encoder: Encoder, predictor: StylePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "EDGE", 32)
    monkeypatch.setattr(validation, "SHEET_EDGE", 16)
    grey, white = torch.full((1, 3, 32, 16), 0.4), torch.ones(1, 3, 32, 32)
    validator = Validator(pictures_of(grey), pictures_of(white * 0.8), encoder, predictor)
    sheet = validator.sheet(lambda photo, vector: photo * 0.5)
    assert sheet.shape == (1, 3, 32, 32)  # two by two fields of 16 px
    corners = {place: float(sheet[0, 0, y, x]) for place, (y, x) in PLACES.items()}
    expected = {"empty": 1.0, "style": 0.8, "photo": 0.4, "painted": 0.2, "beside the photo": 1.0}
    assert corners == pytest.approx(expected, abs=0.01)


PLACES = {"empty": (4, 4), "style": (4, 20), "photo": (20, 2), "painted": (20, 18), "beside the photo": (20, 12)}
