"""The small Live network in bfloat16: the same picture, in tiles and regions as well, and only where it is faster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.core.card import bundled_cards
from studio.core.image_io import open_picture
from studio.engine.feed_forward.live_painter import LivePainter
from studio.engine.networks import live_precision, probes
from studio.engine.networks.fine_network import FineNetwork, RefinementNetwork, RefinementWidths
from studio.engine.networks.live_precision import for_painting, is_better_rounded
from studio.engine.networks.style_delta import with_learned
from studio.engine.networks.style_network import StyleNetwork, Widths
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.weights import load_style_network
from studio.engine.runtime.tensors import picture_at
from tests.support.scenes import waves

CPU = torch.device("cpu")
NAME = "live_studio"
STYLES = ("van-gogh-cafe-terrace-at-night", "durer-lion")
STEP = 1 / 255  # what a picture of 8 bits can show
SMALL = Widths(down=8, body=8, inside=8, up=8, blocks=1)
Choose = Callable[[StyleNetwork, torch.device], torch.dtype]
choose_live_dtype: Choose = live_precision.choose_live_dtype  # before the tests' own fixture settles it


@pytest.fixture(scope="module")
def loaded() -> tuple[StyleNetwork, StylePredictor]:
    network, weights = load_style_network(NAME)
    assert isinstance(network, StyleNetwork)
    return network, StylePredictor(weights, CPU)


@pytest.fixture(scope="module")
def network(loaded: tuple[StyleNetwork, StylePredictor]) -> StyleNetwork:
    return loaded[0]


@pytest.fixture(scope="module")
def rounded(network: StyleNetwork) -> StyleNetwork:
    return network.in_bfloat16()


@pytest.fixture(scope="module")
def conditions(loaded: tuple[StyleNetwork, StylePredictor]) -> Tensor:
    """Of two styles, (2, N)."""
    network, predictor = loaded
    cards = {card.id: card for card in bundled_cards("styles")}
    with torch.no_grad():
        return torch.cat([network.conditions(predictor(shrunk(cards[name].file))) for name in STYLES])


@pytest.fixture
def small() -> StyleNetwork:
    torch.manual_seed(3)
    network = StyleNetwork(SMALL)
    with torch.no_grad():
        network.conditions.bias.copy_(network.plain_conditions())
    return network.requires_grad_(False)


@pytest.fixture(autouse=True)
def without_gradients() -> object:
    with torch.no_grad():
        yield


def shrunk(path: Path, edge: int = 192) -> Tensor:
    return picture_at(open_picture(path), edge, CPU)


def change(found: Tensor, expected: Tensor) -> float:
    return float((found - expected).abs().mean())


@pytest.mark.parametrize("card", bundled_cards("demo"), ids=lambda card: card.id)
def test_photos_come_out_as_in_float32(
    card: object, network: StyleNetwork, rounded: StyleNetwork, conditions: Tensor
) -> None:
    photo = shrunk(card.file)  # type: ignore[attr-defined]
    for one in conditions.split(1):
        painted, expected = rounded(photo, one), network(photo, one)
        assert painted.dtype == torch.float32
        assert 0 < change(painted, expected) < STEP / 2
        assert float((painted - expected).abs().flatten().kthvalue(int(0.99 * painted.numel())).values) < 4 * STEP


def test_a_faint_sky_changes_less_than_by_rounding_the_photo(
    network: StyleNetwork, rounded: StyleNetwork, conditions: Tensor
) -> None:
    rows = torch.linspace(0.5, 0.6, 128)[:, None].expand(128, 192)
    sky = torch.stack((0.7 * rows, 0.9 * rows, rows))[None].contiguous()
    for one in conditions.split(1):
        expected = network(sky, one)
        by_photo = change(network((sky * 255).round() / 255, one), expected)
        assert change(rounded(sky, one), expected) < by_photo / 3


def test_a_tile_is_painted_as_a_part_of_the_whole(rounded: StyleNetwork, conditions: Tensor) -> None:
    photo, one = waves(48, 240), conditions[:1]
    statistics = rounded.measure(photo, one)
    assert all(part.dtype == torch.float32 for pair in statistics for part in pair)
    assert len(statistics) == rounded.statistics_count
    whole = rounded(photo, one, statistics)
    tile = rounded(photo[:, :, :, 80:], one, statistics)
    inner, expected = tile[:, :, :, rounded.reach :], whole[:, :, :, 80 + rounded.reach :]
    assert change(inner, expected) < STEP / 10
    assert change(rounded(photo, one), whole) < STEP


def test_regions_are_mixed_as_in_float32(network: StyleNetwork, rounded: StyleNetwork, conditions: Tensor) -> None:
    photo = shrunk(bundled_cards("demo")[0].file)
    share = torch.linspace(0, 1, photo.shape[3]).expand(1, 1, *photo.shape[2:])
    shares = torch.cat((share, 1 - share), 1)
    assert change(rounded(photo, conditions, None, shares), network(photo, conditions, None, shares)) < STEP
    ours, exact = (one.measure(photo, conditions) for one in (rounded, network))
    assert change(rounded(photo, conditions, ours, shares), network(photo, conditions, exact, shares)) < STEP


def test_pictures_of_a_batch_are_painted_each_in_its_own_style(rounded: StyleNetwork, conditions: Tensor) -> None:
    photo = shrunk(bundled_cards("demo")[0].file)
    photos = torch.cat((photo, photo.flip(3)))
    both = rounded(photos, conditions)
    for number in (0, 1):
        assert change(both[number], rounded(photos[[number]], conditions[[number]])[0]) < STEP


def test_a_picture_comes_out_the_same_every_time(rounded: StyleNetwork, conditions: Tensor) -> None:
    assert torch.equal(rounded(waves(64, 96), conditions[:1]), rounded(waves(64, 96), conditions[:1]))


class TestTheChoice:
    @pytest.fixture(autouse=True)
    def in_bfloat16(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(live_precision, "choose_live_dtype", lambda network, device: torch.bfloat16)
        monkeypatch.setattr(live_precision, "choose_dtype", lambda device: torch.float32)

    def test_the_exact_weights_stay(self, small: StyleNetwork) -> None:
        painting = for_painting(small, CPU)
        assert isinstance(painting, StyleNetwork)
        assert {part.dtype for part in painting.parameters()} == {torch.float32, torch.bfloat16}
        assert {part.dtype for part in small.parameters()} == {torch.float32}

    def test_the_larger_network_has_its_small_one_in_bfloat16(self, small: StyleNetwork) -> None:
        second = RefinementNetwork(RefinementWidths(half=8, quarter=8, eighth=8, down=1, middle=1, up=1))
        larger = FineNetwork(small, second).requires_grad_(False)
        painting = for_painting(larger, CPU)
        assert isinstance(painting, FineNetwork)
        assert painting.refinement is second
        conditions = larger.conditions(torch.linspace(-1, 1, 100)[None])
        assert change(painting(waves(), conditions), larger(waves(), conditions)) < STEP
        statistics = painting.measure(waves(), conditions)
        assert change(painting(waves(), conditions, statistics), larger(waves(), conditions)) < STEP

    def test_what_a_style_changes_is_added_before_it_is_rounded(self, small: StyleNetwork) -> None:
        weight = small.up_1.weight
        delta = {
            "up_1.weight": (2**-10 * weight).numpy().astype(np.float16)
        }  # one alone is lost beside what is rounded
        painter = LivePainter(small, StylePredictor(load_style_network(NAME)[1], CPU), CPU)
        job = SimpleNamespace(fine_tuned=[(SimpleNamespace(delta=delta), 4.0)], weights_key="")
        painting, exact = (painter._network_for(job, is_exact) for is_exact in (False, True))  # type: ignore[arg-type]
        changed = with_learned(small, [(delta, 4.0)])
        assert torch.equal(exact.state_dict()["up_1.weight"], changed.state_dict()["up_1.weight"])
        assert torch.equal(painting.state_dict()["up_1.weight"], changed.state_dict()["up_1.weight"].bfloat16())
        assert not torch.equal(painting.state_dict()["up_1.weight"], weight.bfloat16())

    @pytest.mark.parametrize(
        ("seconds", "error", "is_better"),
        [(0.5, 0.0, True), (1.0, 0.0, False), (0.5, STEP, False)],
        ids=["faster", "as fast", "wrong"],
    )
    def test_it_is_taken_where_it_is_faster_and_right(
        self, seconds: float, error: float, is_better: bool, small: StyleNetwork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = torch.full((1, 3, 8, 8), 0.5)
        monkeypatch.setattr(live_precision, "timed", lambda new, old: [(seconds, plain + error), (1.0, plain)])
        assert is_better_rounded(small, CPU) is is_better

    def test_it_is_asked_of_the_network_itself(self, small: StyleNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(probes, "ROUNDS", 1)
        painted: list[torch.dtype] = []

        def paint(*ways: Callable[[], Tensor]) -> list[tuple[float, Tensor]]:
            painted.extend(way().dtype for way in ways)
            return [(1.0, way()) for way in ways]

        monkeypatch.setattr(live_precision, "timed", paint)
        assert not is_better_rounded(small, CPU)
        assert painted == [torch.float32, torch.float32]

    @pytest.mark.parametrize(
        "error",
        [
            RuntimeError('"reflection_pad2d" not implemented for bfloat16'),
            TypeError("Trying to convert BFloat16 to the MPS backend but it does not have support for that dtype."),
        ],
        ids=["an operation", "a device"],
    )
    def test_it_is_not_taken_where_it_does_not_exist(
        self, small: StyleNetwork, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        def refuse(*ways: Callable[[], Tensor]) -> None:
            raise error

        monkeypatch.setattr(live_precision, "timed", refuse)
        assert not is_better_rounded(small, CPU)

    def test_the_answer_is_remembered_for_networks_of_its_size(
        self, small: StyleNetwork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[StyleNetwork] = []

        def ask(network: StyleNetwork, device: torch.device) -> bool:
            asked.append(network)
            return True

        monkeypatch.setattr(live_precision, "is_better_rounded", ask)
        other = StyleNetwork(Widths(down=8, body=8, inside=8, up=8, blocks=2))
        for one in (small, small, other, other):
            assert choose_live_dtype(one, CPU) == torch.bfloat16
        assert asked == [small, other]
