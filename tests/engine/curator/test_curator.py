"""Training of classifiers in the engine: what is kept, what is looked at, and what stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from studio.core.classifier.linear_head import LinearHead
from studio.core.classifier.results import Epoch, StageResult
from studio.core.classifier.settings import ClassifierSettings
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.curator.fitting import HeldOut
from studio.core.engine_api.contract import Described, DescribeRequest, Progress
from studio.core.engine_api.contract import Event as EngineEvent
from studio.core.engine_api.features import FeatureQuery
from studio.core.engine_api.learning import ClassifierRequest, Trained
from studio.core.errors import RecipeError, StudioError, WeightsError
from studio.core.generators import run_to_end
from studio.core.picture import Picture
from studio.engine.curator import classifier_job
from studio.engine.curator.classifier_job import train_classifier
from studio.engine.curator.grad_cam import class_activation, heat_picture
from studio.engine.curator.looks import confident
from studio.engine.curator.scratch import train_from_scratch
from studio.engine.curator.stages import TunedParts, compare
from studio.engine.curator.tuned_network import TunedNetwork
from studio.engine.curator.tuner import EpochResult, TuningSet, tune, validation_places
from studio.engine.curator.views import View, augmented
from studio.engine.vision.describer import Describer
from studio.jobs.event_check import check_event
from tests.support.scenes import picture_of, waves, weave

CPU = torch.device("cpu")
NAMES = ("Anna", "Ben")
CHANNELS, PREFIX = 6, 4
SETTINGS = ClassifierSettings(epochs=2, views=1, scratch_epochs=1, batch=4, patience=1)


def head_of(seed: int = 0) -> LinearHead:
    """A head of two classes on PREFIX numbers from before and the moments of CHANNELS channels."""
    draw = np.random.default_rng(seed)
    length = PREFIX + 2 * CHANNELS
    return LinearHead(
        NAMES,
        np.zeros(length, np.float32),
        np.ones(length, np.float32),
        draw.standard_normal((length, 2)).astype(np.float32),
        np.zeros(2, np.float32),
        1.0,
        0.0,
        np.eye(length, 3, dtype=np.float32),
        np.zeros((2, 3), np.float32),
        9.0,
    )


def stages() -> nn.Sequential:
    """Nineteen stages of which only the last does anything: a mixture of channels that starts as none."""
    mixing = nn.Conv2d(CHANNELS, CHANNELS, 1, bias=False)
    with torch.no_grad():
        mixing.weight.copy_(torch.eye(CHANNELS)[:, :, None, None])
    return nn.Sequential(*(nn.Identity() for _ in range(18)), mixing)


def view_of(seed: int, label: int = 0) -> View:
    draw = torch.Generator().manual_seed(seed)
    activation = torch.rand((CHANNELS, 5, 5 + seed % 2), generator=draw)
    activation[label] += 1.0
    return View(torch.rand(PREFIX, generator=draw), activation.half())


def set_of(count: int, first: int = 0) -> TuningSet:
    classes = np.arange(count) % 2
    whole = [view_of(first + n, int(classes[n])) for n in range(count)]
    return TuningSet(whole, [[view_of(1000 + first + n, int(classes[n]))] for n in range(count)], classes)


def held_out(right: float, sure: float, count: int = 200, seed: int = 0) -> HeldOut:
    """Of classes 0, 1, 0, 1 and so on: so many are right, and so sure is it each time."""
    classes = np.arange(count) % 2
    is_right = np.arange(count) < right * count
    scores = np.zeros((count, 2))
    scores[np.arange(count), np.where(is_right, classes, 1 - classes)] = np.log(sure / (1 - sure))
    chances = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return HeldOut(scores, chances, np.zeros(count), classes)


class TestStages:
    @pytest.mark.parametrize(
        ("right", "sure", "epochs", "is_kept"),
        [(0.9, 0.9, 3, True), (0.7, 0.7, 3, False), (0.8, 0.8, 3, False), (0.9, 0.9, 0, False), (0.79, 0.82, 3, False)],
    )
    def test_fine_tuning_is_kept_only_if_it_is_better_on_works_held_out(
        self, right: float, sure: float, epochs: int, is_kept: bool
    ) -> None:
        tuned = TunedParts(np.arange(200), held_out(right, sure), epochs, {})
        head, fine = compare(held_out(0.8, 0.8), tuned, np.arange(200) % 2, SETTINGS)
        assert (head.is_kept, fine.is_kept) == (not is_kept, is_kept)
        assert fine.accuracy == pytest.approx(right) and fine.interval[0] < right < fine.interval[1]

    def test_both_are_compared_on_the_pictures_that_were_fine_tuned_for(self) -> None:
        places = np.arange(50)  # of which the head knows all, and of the others none
        tuned = TunedParts(places, held_out(0.9, 0.9, 50), 3, {})
        head, fine = compare(held_out(0.25, 0.9), tuned, np.arange(200) % 2, SETTINGS)
        assert (head.accuracy, fine.accuracy, head.pictures) == (1.0, 0.9, 50)
        assert head.is_kept


class TestTunedNetwork:
    def test_it_starts_as_the_head_that_it_is_made_of(self) -> None:
        head, views = head_of(), [view_of(seed) for seed in range(5)]
        network = TunedNetwork(stages(), 17, head, CPU)
        features = run_to_end(network.all_features(views))
        flat = [view.activation.float().flatten(1) for view in views]
        expected = [torch.cat((view.row, f.mean(1), f.std(1))).numpy() for view, f in zip(views, flat, strict=True)]
        assert np.allclose(features, expected, atol=1e-5)
        scores = network.scores(torch.from_numpy(features)).detach().numpy()
        assert np.allclose(scores, head.scores(features), atol=1e-4)

    def test_others_come_in_between_where_it_looks_at_many(self) -> None:
        network = TunedNetwork(stages(), 17, head_of(), CPU)
        assert len(list(network.all_features([view_of(seed) for seed in range(130)]))) > 2

    def test_it_ends_where_nothing_gets_better_and_is_left_as_it_was_best(self) -> None:
        network = TunedNetwork(stages(), 17, head_of(), CPU)
        results = list(_results(tune(network, set_of(24), set_of(12, 500), replace(SETTINGS, patience=3), 40, 0)))
        best = [result for result in results if result.is_best]
        assert best and best[-1].held_out_loss == min(result.held_out_loss or 9 for result in results)
        assert len(results) == 40 or results[-1].epoch == best[-1].epoch + 3
        assert results[-1].loss < results[0].loss

    def test_steps_that_are_too_large_change_nothing(self) -> None:
        network = TunedNetwork(stages(), 17, head_of(), CPU)
        wild = replace(SETTINGS, head_rate=0.1, block_rate=0.01, patience=2)
        exact = set_of(12, 500)
        network.weight.data.zero_()
        network.weight.data[PREFIX, 0], network.weight.data[PREFIX + 1, 1] = 300.0, 300.0  # as good as can be
        before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        assert run_to_end(tune(network, set_of(24), exact, wild, 3, 0)) == 0
        assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())

    def test_the_frozen_network_is_not_changed(self) -> None:
        own = stages()
        before = own[18].weight.clone()
        network = TunedNetwork(own, 17, head_of(), CPU)
        run_to_end(tune(network, set_of(8), None, SETTINGS, 2, 0))
        assert torch.equal(own[18].weight, before)
        assert not np.array_equal(network.block().tensors["features.18.weight"], before.detach().numpy())

    def test_works_that_tell_when_to_end_leave_each_class_two(self) -> None:
        classes = np.array([0] * 6 + [1] * 2)
        works = ["a", "a", "b", "c", "d", "e", "x", "y"]
        chosen = validation_places(classes, works, 3)
        assert chosen[:6].any() and not chosen[6:].any()
        assert chosen[0] == chosen[1]


class TestGradCam:
    def test_it_is_warm_where_the_patch_is_that_speaks_for_the_class(self) -> None:
        head = head_of()
        head.weight[:] = 0
        head.weight[PREFIX + 2, 1] = 1.0  # Ben is known by channel 2
        network = TunedNetwork(stages(), 17, head, CPU)
        activation = torch.full((CHANNELS, 7, 9), 0.1)
        activation[2, 1:3, 5:8] = 4.0
        heat = class_activation(network, View(torch.zeros(PREFIX), activation.half()), 1)
        assert heat.shape == (7, 9)
        assert heat[1:3, 5:8].min() > 0.99
        outside = heat.clone()
        outside[1:3, 5:8] = 0
        assert outside.max() < 0.05
        against = class_activation(network, View(torch.zeros(PREFIX), activation.half()), 0)
        assert float(against.max()) == 0.0

    def test_the_picture_is_warm_there_and_small(self) -> None:
        heat = torch.zeros(7, 7)
        heat[:, :3] = 1
        shown = heat_picture(Picture(np.full((300, 600, 3), 128, np.uint8)), heat)
        assert (shown.width, shown.height) == (224, 112)
        warm, cold = (shown.pixels[:, part].astype(int).mean((0, 1)) for part in (slice(0, 60), slice(160, 224)))
        assert warm[0] - warm[2] > 60 and abs(cold[0] - cold[2]) < 2

    def test_the_most_confident_are_one_of_each_class_and_errors_one_of_each_work(self) -> None:
        scores = np.array([[5.0, 0], [4.0, 0], [0, 3.0], [0, 2.0], [0, 1.0]])
        held = HeldOut(scores, np.exp(scores) / np.exp(scores).sum(1)[:, None], np.zeros(5), np.zeros(5, np.int64))
        assert confident(held, np.array([0, 0, 1, 0, 0]), ["a", "b", "c", "d", "d"]) == [0, 2, 3]


def test_views_are_drawn_alike_for_the_same_seed_and_stay_in_range() -> None:
    image = waves(90, 60)
    first, again = (augmented(image, torch.Generator().manual_seed(3)) for _ in range(2))
    other = augmented(image, torch.Generator().manual_seed(4))
    assert first.shape == (1, 3, 224, 224) and 0 <= first.min() <= first.max() <= 1
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_network_from_nothing_is_judged_on_what_was_held_out() -> None:
    pictures = [picture_of(waves(40, 40, turn=n / 5)) for n in range(6)]
    is_held_out = np.array([False, False, False, False, True, True])
    work = train_from_scratch(pictures, np.arange(6) % 2, is_held_out, 1, 2, 0, CPU)
    chances = run_to_end(work)
    assert chances.shape == (2, 2) and np.allclose(chances.sum(1), 1)


def request_of(settings: ClassifierSettings = SETTINGS, works: int = 4) -> ClassifierRequest:
    """Waves and weaves, each work in another size and turn."""
    pictures, labels, names = [], [], []
    for number in range(works):
        pictures += [picture_of(waves(40, 44 + number, turn=number / 7)), picture_of(weave(40, 40).roll(number, 2))]
        labels += ["waves", "weave"]
        names += [f"waves {number}", f"weave {number}"]
    paths = tuple(Path(f"{name}.png") for name in names)
    return ClassifierRequest(tuple(pictures), tuple(labels), tuple(names), paths, settings)


def run(request: ClassifierRequest) -> tuple[Trained, list[EngineEvent]]:
    events = list(train_classifier(request, CPU))
    for event in events:
        check_event(event, request)
    assert isinstance(events[-1], Trained)
    return events[-1], events


@pytest.mark.slow
def test_a_training_tells_its_curves_and_ends_with_a_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_of()
    trained, events = run(request)
    found = trained.assessment
    assert found.names == trained.head.classes == ("waves", "weave")
    assert found.accuracy > 0.9  # nothing is easier to tell apart
    assert [stage.name for stage in found.stages] == ["head", "fine-tuned", "from scratch"]
    assert sum(stage.is_kept for stage in found.stages) == 1
    assert (trained.block is not None) == found.stages[1].is_kept
    progress = [event for event in events if isinstance(event, Progress)]
    shares = [event.progress for event in progress]
    assert shares == sorted(shares) and shares[-1] == 1.0 and shares[-2] <= 1.0001
    epochs = [event.epoch for event in progress if event.epoch is not None]
    assert tuple(epochs) == found.epochs
    assert all(isinstance(epoch, Epoch) for epoch in epochs)
    assert {epoch.stage for epoch in epochs} >= {"fine-tuned", "from scratch"}
    assert found.looks and all(max(look.picture.pixels.shape) <= 224 for look in found.looks)


@pytest.mark.slow
def test_fine_tuning_that_is_worse_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(network: TunedNetwork, *rest: object) -> Iterator[EpochResult | None]:
        network.weight.data.neg_()
        yield EpochResult(1, 9.0, 9.0, 0.0, True)
        return 1

    monkeypatch.setattr(classifier_job, "tune", spoil)
    spoilt, _ = run(request_of(replace(SETTINGS, scratch_epochs=0)))
    plain, _ = run(request_of(replace(SETTINGS, scratch_epochs=0, is_tuned=False)))
    assert spoilt.block is None
    assert [stage.is_kept for stage in spoilt.assessment.stages] == [True, False]
    assert np.array_equal(spoilt.head.weight, plain.head.weight)
    assert plain.assessment.scratch is None
    assert [stage.name for stage in plain.assessment.stages] == ["head"]


@pytest.mark.slow
def test_of_many_pictures_the_first_part_judges_and_all_are_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(*arguments: Any) -> list[StageResult]:
        head, fine = compare(*arguments)
        return [replace(head, is_kept=False), replace(fine, is_kept=True)]

    monkeypatch.setattr(classifier_job, "LARGE", 4)
    monkeypatch.setattr(classifier_job, "compare", keep)
    request = request_of(replace(SETTINGS, scratch_epochs=0, epochs=1), works=5)
    trained, _ = run(request)
    found = trained.assessment
    assert trained.block is not None and trained.block.first == 17
    assert found.names == ("waves", "weave") and sum(found.counts.values()) == 10
    assert 0 < found.confusion.sum() == found.stages[1].pictures < 10
    assert {epoch.part for epoch in found.epochs} <= {0, 1}


@pytest.mark.slow
def test_a_changed_block_changes_what_the_describer_sees_and_only_for_who_asks() -> None:
    describer, picture = Describer(CPU), picture_of(waves(48, 48))
    query = FeatureQuery("mobilenet_v2", ("features.16", "features.18"), "mean")

    def ask(block: TunedBlock | None) -> Described:
        return run_to_end(describer.describe(DescribeRequest(picture, query, block)))

    plain = ask(None).vectors
    tuned = ask(TunedBlock({"features.18.1.bias": np.full(1280, 0.5, np.float32)})).vectors
    assert np.array_equal(tuned["features.16"], plain["features.16"])
    assert not np.allclose(tuned["features.18"], plain["features.18"])
    assert np.array_equal(ask(None).vectors["features.18"], plain["features.18"])
    for name, shape in (("features.18.1.bias", (3,)), ("features.18.9.bias", (1280,))):
        with pytest.raises(WeightsError, match="layers of another network"):
            ask(TunedBlock({name: np.zeros(shape, np.float32)}))


def test_closing_a_training_waits_for_no_head(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, is_judging = Event(), Event()

    def judge(*arguments: object, go_on: Callable[[], None]) -> None:
        is_judging.set()
        assert may_end.wait(60)
        go_on()

    monkeypatch.setattr(classifier_job, "judge_heads", judge)
    events = train_classifier(request_of(replace(SETTINGS, scratch_epochs=0, is_tuned=False), works=2), CPU)
    while not is_judging.is_set():
        next(events)
    events.close()  # type: ignore[attr-defined]
    assert not may_end.is_set()
    may_end.set()


def test_what_cannot_be_trained_is_one_sentence() -> None:
    with pytest.raises(RecipeError, match="First stage is 3; it goes from 14 to 18"):
        ClassifierSettings(first_stage=3)
    with pytest.raises(StudioError, match="too few to learn from"):
        run(request_of(replace(SETTINGS, scratch_epochs=0, is_tuned=False), works=2))
    with pytest.raises(StudioError, match="not equally many"):
        next(iter(train_classifier(replace(request_of(), labels=("waves",)), CPU)))


def _results(work: Iterator[EpochResult | None]) -> Iterator[EpochResult]:
    return (result for result in work if result is not None)
