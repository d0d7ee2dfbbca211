"""What the engine says of a picture in numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from studio.core.engine_api.contract import Described, DescribeRequest, EngineSettings
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import StudioError
from studio.core.generators import run_to_end
from studio.core.picture import Picture
from studio.engine.torch_engine import TorchEngine
from studio.engine.vision.describer import Describer, pool, smoothed
from studio.jobs.event_check import check_event
from tests.support.scenes import picture_of, waves

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def describer() -> Describer:
    return Describer(CPU)


def ask(describer: Describer, picture: Picture, query: FeatureQuery | None = None) -> Described:
    request = DescribeRequest(picture, query)
    described = run_to_end(describer.describe(request))
    check_event(described, request)
    return described


def test_the_engine_answers_with_the_vectors_of_the_library() -> None:
    engine = TorchEngine(EngineSettings("cpu"))
    *_, last = engine.run(DescribeRequest(picture_of(waves(200, 300))))
    engine.close()
    assert isinstance(last, Described)
    assert {name: vector.shape for name, vector in last.vectors.items()} == {
        "style": (128,),
        "subject": (128,),
        "palette": (294,),
    }


def test_size_alone_changes_a_description_little(describer: Describer) -> None:
    large = picture_of(torch.nn.functional.interpolate(waves(300, 400), scale_factor=4, mode="bicubic").clamp(0, 1))
    small, large_style = (ask(describer, picture).vectors["style"] for picture in (picture_of(waves(300, 400)), large))
    assert float(small @ large_style) > 0.95


@pytest.mark.parametrize(("how", "length"), [("mean", 24), ("moments", 48), ("covariance", 300)])
def test_a_layer_is_pooled_as_asked(describer: Describer, how: str, length: int) -> None:
    query = FeatureQuery("mobilenet_v2", ("features.3",), how)  # type: ignore[arg-type]
    described = ask(describer, picture_of(waves()), query)
    assert {name: vector.shape for name, vector in described.vectors.items()} == {"features.3": (length,)}


def test_vgg_and_an_untrained_network_answer_too_and_each_time_alike(describer: Describer) -> None:
    for query in (FeatureQuery("vgg16", ("relu1_2", "relu3_1")), FeatureQuery("mobilenet_v2-untrained")):
        first, second = (ask(describer, picture_of(waves()), query).vectors for _ in range(2))
        assert set(first) == set(query.layers)
        assert all(np.array_equal(first[layer], second[layer]) for layer in query.layers)
    trained = ask(describer, picture_of(waves()), FeatureQuery()).vectors
    assert not np.allclose(trained["features.18"], second["features.18"], atol=0.01)


def test_covariances_of_many_channels_keep_a_bounded_size() -> None:
    assert pool(torch.rand(1, 320, 5, 5), "covariance").shape == (2080,)


@pytest.mark.parametrize("query", [("vgg16", ("relu9_1",), "mean"), ("nothing", ("x",), "mean"), ("vgg16", (), "mean")])
def test_what_a_network_does_not_have_is_said_in_words(query: tuple[str, tuple[str, ...], str]) -> None:
    with pytest.raises(StudioError, match=r"has no layer|no encoder"):
        FeatureQuery(*query)  # type: ignore[arg-type]


def test_smoothing_is_a_softmax_over_channels_and_places() -> None:
    features = torch.tensor([0.0, 1.0, 2.0, 3.0]).view(1, 2, 1, 2)
    powers = np.exp([0.0, 1.0, 2.0, 3.0])
    expected = 4 * powers / powers.sum()
    assert smoothed(features).flatten().numpy() == pytest.approx(expected, rel=1e-6)
    peak = torch.zeros(1, 8, 4, 4)
    peak[0, 3, 1, 1] = 1000.0
    assert torch.isfinite(smoothed(peak)).all()
    assert float(smoothed(torch.rand(1, 8, 4, 4)).mean()) == pytest.approx(1.0)


def test_a_gram_matrix_is_the_mean_of_products_and_std_the_second_half_of_the_moments() -> None:
    features = torch.tensor([[1.0, 2.0], [3.0, 5.0]]).view(1, 2, 1, 2)
    assert pool(features, "gram").tolist() == [2.5, 6.5, 17.0]
    assert torch.equal(pool(features, "std"), pool(features, "moments")[2:])
    many = torch.rand(1, 320, 5, 5)
    assert torch.equal(pool(many, "gram"), pool(many, "gram"))
    assert pool(many, "gram").shape == (2080,)


def test_a_layer_inside_of_a_stage_is_not_overwritten_by_the_one_after(describer: Describer) -> None:
    layers = ("features.14.conv.0.1", "features.14.conv.0.2", "features.14")  # before and after an activation
    found = ask(describer, picture_of(waves()), FeatureQuery("mobilenet_v2", layers, "mean")).vectors
    assert found["features.14.conv.0.1"].min() < 0 <= found["features.14.conv.0.2"].min()
    with pytest.raises(StudioError, match=r"has no layer 'features\.14\.conv\.9'"):
        ask(describer, picture_of(waves()), FeatureQuery("mobilenet_v2", ("features.14.conv.9",)))
