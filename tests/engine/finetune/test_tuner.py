"""Fine-tuning: learns on what it is not validated on, keeps the best, resumes exactly, and survives anything."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.core.card import bundled_cards
from studio.core.engine_api.contract import Done, Event, Frame, Progress
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.errors import EngineError, PictureError, StudioError, WeightsError, WriteError
from studio.core.picture import Picture
from studio.core.styles.learned_style_file import read_learned, training_file
from studio.core.training import lesson_gain
from studio.core.training.tune_log import read_training_log
from studio.core.training.tune_request_file import read_request, write_request
from studio.engine.finetune import photo_weight, tune_job, tuner
from studio.engine.finetune.dataset import cut_crops
from studio.engine.finetune.tune_job import FineTuneContext, fine_tune
from studio.engine.finetune.tuner import MOST_EXAM_CONTENT, Tuner
from studio.engine.finetune.validation import Exam
from studio.engine.losses.painting_loss import PaintingLoss
from studio.engine.networks.style_delta import changes_of, learnable_groups, learnable_weights, with_learned
from studio.engine.networks.style_network import StyleNetwork
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network
from tests.support.fakes import make_card
from tests.support.scenes import picture_of, waves, weave

SETTINGS = TuneSettings(is_deep=False, steps=4, deep_steps=4, batch=1, crop=64)


def grainy(image: Tensor) -> Tensor:
    """The image with too many colours to be taken for pixel art, which would be enlarged."""
    grain = torch.rand(image.shape, generator=torch.Generator().manual_seed(0))
    return (image + 0.04 * (grain - 0.5)).clamp(0, 1)


WORKS = tuple(picture_of(grainy(weave(72, 72 + 8 * number)), f"work {number}") for number in range(3))

TURNS = {"demo": (0.0, 1.0, 2.0), "photos": (0.2, 0.5, 0.8, 1.2, 1.5, 1.8, 2.2)}  # of photos, and so their colours


@pytest.fixture(autouse=True)
def small_and_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two crops of references, two of photos, a validation after every second step, and everything saved and kept."""
    for name, value in {"POOL": 2, "SAVED_EVERY": 0.0, "SAMPLE_EDGE": 64}.items():
        monkeypatch.setattr(tune_job, name, value)
    monkeypatch.setattr(lesson_gain, "LEAST_GAIN", 0.0)
    monkeypatch.setattr("studio.engine.finetune.dataset.FEWEST_TO_HOLD_OUT", 3)
    monkeypatch.setattr("studio.engine.finetune.dataset.CROPS", 1)
    monkeypatch.setattr("studio.engine.finetune.dataset.REFERENCE_EDGES", (64,))
    monkeypatch.setattr("studio.engine.finetune.dataset.PHOTO_EDGES", (64, 64))
    monkeypatch.setattr("studio.engine.finetune.validation.CELLS", 4)
    photos = tuple(picture_of(waves(64, 64, turn)) for turn in (0.0, 1.0, 2.0))
    monkeypatch.setattr(tune_job, "bundled_photos", lambda kind: photos if kind == "demo" else photos[:1])
    monkeypatch.setattr(tuner, "VALIDATE_EVERY", 2)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Pictures of 64 px are not worth a second one, which would wait for the first."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def request_(tmp_path: Path) -> TuneRequest:
    card = make_card("weaver", author="A weaver", licence="CC0 1.0")
    return TuneRequest(WORKS, card, tmp_path / "weaver.safetensors", SETTINGS, sample=picture_of(waves()))


@pytest.fixture(scope="module")
def context(encoder: Encoder) -> FineTuneContext:
    card = next(card for card in bundled_cards("models") if card.id == ORIGINAL_NETWORK)
    network, _ = load_style_network(ORIGINAL_NETWORK)
    # At once; and what paints without a lesson is the same network, so that a lesson begins at what it has to beat.
    return FineTuneContext(card, network, lambda picture: picture.mean().expand(1, 100), encoder)


def learn(context: FineTuneContext, request: TuneRequest) -> tuple[Done, list[Event]]:
    events = list(fine_tune(request, context))
    done = events.pop()
    assert isinstance(done, Done)
    return done, events


def until_files_are_written(events: Iterator[Event]) -> None:
    """Let a lesson begin; once the errors of the mix are known, there is a style and something to go on with."""
    assert any(isinstance(event, Progress) and event.training_step is not None for event in events)


def training_log_of(events: list[Event]) -> list[Any]:
    return [event.training_step for event in events if isinstance(event, Progress) and event.training_step is not None]


def pixels_of(picture: Picture) -> bytes:
    return picture.pixels.tobytes()


def vector_of(done: Done) -> Any:
    assert done.learned is not None
    return done.learned.vector


@pytest.fixture(scope="module")
def network(context: FineTuneContext) -> StyleNetwork:
    return context.network


class TestATrainingStep:
    def test_the_held_out_loss_falls_and_the_best_is_in_the_file(
        self, context: FineTuneContext, request_: TuneRequest
    ) -> None:
        done, events = learn(context, request_)
        log = training_log_of(events)
        assert [step.step for step in log] == [0, 1, 2, 3, 4]
        assert [step.held_out is not None for step in log] == [True, False, True, False, True]
        assert log[-1].held_out["total"] < log[0].held_out["total"]
        assert {"seen", "unseen"} <= set(log[0].held_out)
        card, learned = read_learned(request_.output)
        assert (card.author, card.licence, learned.delta) == ("A weaver", "CC0 1.0", {})
        np.testing.assert_array_equal(learned.vector, vector_of(done))
        assert len(learned.references) == 3
        assert not training_file(request_.output).exists()

    def test_what_is_kept_is_the_average_of_the_steps(
        self, context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        averages: list[Tensor] = []
        take_in = Tuner._average

        def record(self: Tuner) -> None:
            take_in(self)
            averages.append(self.state.average["vector"].clone())
            assert not torch.equal(averages[-1], self.state.weights["vector"])

        monkeypatch.setattr(Tuner, "_average", record)
        done, _ = learn(context, request_)
        assert done.learned is not None
        assert any(np.array_equal(done.learned.vector, average[0].numpy()) for average in averages[1::2])

    def test_the_sample_changes_as_it_learns(self, context: FineTuneContext, request_: TuneRequest) -> None:
        done, events = learn(context, request_)
        samples = [event.picture.fingerprint for event in events if isinstance(event, Frame)]
        assert len(set(samples)) == 3
        assert re.search(r"the style is \d+% nearer than a mix|A mix of these pictures does as well", done.notes[0])

    def test_the_mix_is_shown_before_its_errors_are_known(
        self, context: FineTuneContext, request_: TuneRequest
    ) -> None:
        _, events = learn(context, request_)
        first = next(event for event in events if not (isinstance(event, Progress) and event.progress == 0))
        assert isinstance(first, Frame)
        assert first.step == 0
        said = events[events.index(first) + 1]
        assert isinstance(said, Progress)
        assert "mix" in said.note
        assert said.training_step is None

    def test_deeper_changes_what_paints_and_nothing_that_sees(
        self, context: FineTuneContext, request_: TuneRequest, network: StyleNetwork
    ) -> None:
        done, _ = learn(context, replace(request_, settings=replace(SETTINGS, is_deep=True)))
        assert done.learned is not None
        assert set(done.learned.delta) == set(learnable_weights(network))
        assert not any(
            name.startswith(("stem", "down", "blocks.0", "blocks.1", "blocks.2")) for name in done.learned.delta
        )
        assert request_.output.stat().st_size < 400_000

    def test_the_same_seed_learns_the_same_style(self, context: FineTuneContext, request_: TuneRequest) -> None:
        first, _ = learn(context, request_)
        second, _ = learn(context, request_)
        np.testing.assert_array_equal(vector_of(first), vector_of(second))
        third, _ = learn(context, replace(request_, settings=replace(SETTINGS, seed=5)))
        assert not np.array_equal(vector_of(first), vector_of(third))


class TestGoingOn:
    def test_a_run_stopped_anywhere_ends_as_one_that_was_not(
        self, context: FineTuneContext, request_: TuneRequest
    ) -> None:
        request = replace(request_, settings=replace(SETTINGS, is_deep=True, deep_steps=6))
        whole, events_of_whole = learn(context, request)
        write_request(request)
        for step in (1, 5):
            events = fine_tune(request, context)
            for event in events:
                if isinstance(event, Progress) and event.training_step and event.training_step.step == step:
                    break
            next(events)
            events.close()  # type: ignore[attr-defined]  # in the middle of the step after
            assert read_learned(request.output)  # usable as it is
            assert read_training_log(request.output) == training_log_of(events_of_whole)[: step + 1]
            request = read_request(request.output)
        resumed, _ = learn(context, request)
        np.testing.assert_array_equal(vector_of(whole), vector_of(resumed))
        assert whole.learned is not None and resumed.learned is not None
        for name, change in whole.learned.delta.items():
            np.testing.assert_array_equal(change, resumed.learned.delta[name])

    def test_other_pictures_are_not_gone_on_with(self, context: FineTuneContext, request_: TuneRequest) -> None:
        events = fine_tune(request_, context)
        until_files_are_written(events)
        with pytest.raises(StudioError, match="from other pictures"):
            learn(context, replace(request_, references=WORKS[:2], is_resumed=True))

    @pytest.mark.parametrize("content", [None, b"", b"nonsense" * 50])
    def test_without_a_whole_file_one_cannot_go_on(
        self, context: FineTuneContext, request_: TuneRequest, content: bytes | None
    ) -> None:
        if content is not None:
            training_file(request_.output).write_bytes(content)
        with pytest.raises(StudioError, match="learning cannot be continued"):
            learn(context, replace(request_, is_resumed=True))


class TestTrouble:
    def test_numbers_that_blow_up_are_taken_back_and_said_at_last(
        self, context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tuner, "means", lambda result: {"total": float("nan")})
        monkeypatch.setattr(Tuner, "_validate", validated_as({"style": 1.0, "content": 0.1, "total": 1.1}))
        with pytest.raises(EngineError, match="blew up"):
            learn(context, request_)
        assert np.isfinite(read_learned(request_.output)[1].vector).all()

    def test_after_a_step_taken_back_adam_starts_anew_at_half_the_rate(
        self, context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vectors: list[Tensor] = []
        paint = Tuner._paint

        def record(self: Tuner, content: Tensor, weights: dict[str, Tensor]) -> Tensor:
            if weights is self.state.weights and weights["vector"].grad is None and torch.is_grad_enabled():
                vectors.append(weights["vector"].detach().clone())
            return paint(self, content, weights)

        averages: list[Tensor] = []
        take_back = Tuner._take_back

        def take_back_and_look(self: Tuner) -> None:
            take_back(self)
            averages.append(self.state.average["vector"].clone())

        losses = iter([1.0, 1.0, float("nan"), 1.0, 1.0])
        monkeypatch.setattr(Tuner, "_paint", record)
        monkeypatch.setattr(Tuner, "_take_back", take_back_and_look)
        monkeypatch.setattr(tuner, "means", lambda result: {"total": next(losses)})
        monkeypatch.setattr(Tuner, "_validate", validated_as({"style": 1.0, "content": 0.1, "total": 1.1}))
        learn(context, request_)
        assert len(vectors) == 5
        first, retried, after = vectors[0], vectors[3], vectors[4]
        assert torch.equal(retried, first)  # the best so far
        assert [torch.equal(average, first) for average in averages] == [True]
        # The first step of Adam is the rate itself, whatever the gradient: half of 0.01 here. In the third step of
        # four the warm-up leaves 3 tenths of it, and the cosine half of what is above a tenth.
        assert torch.allclose((after - retried).abs(), torch.tensor(0.5 * 0.01 * 0.3 * 0.55), rtol=1e-3)

    def test_a_style_that_loses_the_photo_is_not_kept(
        self, context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        most = 0.10 * MOST_EXAM_CONTENT
        validations = iter([(1.0, 0.10), (0.5, most + 0.001), (0.9, most - 0.001)])
        monkeypatch.setattr(Tuner, "_validate", validated_in_turn(validations))
        done, events = learn(context, request_)
        assert [step.is_best for step in training_log_of(events) if step.held_out] == [True, False, True]
        assert f"{most * 10 - 1.01:.0%} less recognisable" in done.notes[0]

    @pytest.mark.parametrize(
        ("style", "words"),
        [
            (0.8, "20% nearer than a mix of these pictures"),
            (0.96, "A mix of these pictures does as well"),
            (1.1, "A mix of these pictures does as well"),
        ],
    )
    def test_what_was_gained_is_said_in_words_that_fit(
        self, context: FineTuneContext, request_: TuneRequest, style: float, words: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lesson_gain, "LEAST_GAIN", 0.05)
        validations = iter([(1.0, 0.10), (style, 0.08), (style, 0.08)])
        monkeypatch.setattr(Tuner, "_validate", validated_in_turn(validations))
        done, _ = learn(context, request_)
        assert words in done.notes[0]

    @pytest.mark.parametrize(
        ("network", "mix", "learnt", "gain"),
        [
            ((1.0, 0.08), (0.9, 0.10), (0.72, 0.104), 0.2),  # the mix is nearer than the network was
            ((0.9, 0.08), (1.0, 0.10), (0.72, 0.104), 0.2),  # the network was nearer before the lesson
            ((1.0, 0.10), (0.5, 0.10), (0.6, 0.10), None),
            ((1.0, 0.20), (1.0, 0.10), (0.6, 0.12), None),  # it keeps the photo less well than the mix
        ],
    )
    def test_a_lesson_has_to_beat_a_mix_and_the_network_as_it_was(
        self,
        context: FineTuneContext,
        request_: TuneRequest,
        network: tuple[float, float],
        mix: tuple[float, float],
        learnt: tuple[float, float],
        gain: float | None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(lesson_gain, "LEAST_GAIN", 0.05)
        validations = iter([network, learnt, learnt])
        monkeypatch.setattr(Tuner, "_validate", validated_in_turn(validations, mix))
        request = replace(request_, settings=replace(SETTINGS, is_deep=True))
        done, events = learn(context, request)
        card, kept = read_learned(request.output) if gain else (done, done.learned)
        assert kept is not None
        if gain:
            assert "20% nearer than a mix" in done.notes[0] and "20% nearer than their mix" in card.source
            assert kept.delta and kept.network == context.card.id
        else:
            untaught = next(event for event in events if isinstance(event, Frame))
            assert done.notes[0] == tune_job.NOT_BETTER
            assert done.result.fingerprint == untaught.picture.fingerprint
            assert not kept.delta and (kept.network, kept.network_sha256) == (context.card.id, context.card.sha256)

    @pytest.mark.parametrize(("steps", "taken"), [(16, tuner.PATIENCE), (40, 30)])
    def test_it_stops_early_when_nothing_gets_better(
        self,
        context: FineTuneContext,
        request_: TuneRequest,
        monkeypatch: pytest.MonkeyPatch,
        steps: int,
        taken: int,
    ) -> None:
        monkeypatch.setattr(Tuner, "_validate", validated_as({"style": 1.0, "content": 0.1, "total": 1.1}))
        monkeypatch.setattr(tuner, "VALIDATE_EVERY", 1)
        done, events = learn(context, replace(request_, settings=replace(SETTINGS, steps=steps)))
        assert len(training_log_of(events)) == 1 + taken
        assert done.steps == taken  # those it has taken, not those it was given
        assert [event.progress for event in events if isinstance(event, Progress)][-1] == pytest.approx(1.0)
        assert done.notes[0] == tune_job.NOT_BETTER

    def test_a_full_disk_is_said_and_the_style_of_before_stays(
        self, context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events = fine_tune(request_, context)
        until_files_are_written(events)
        before = request_.output.read_bytes()

        def refuse(*_: object) -> None:
            raise PictureError("The disk is full.")

        monkeypatch.setattr("studio.engine.finetune.checkpoint.replace_file", refuse)
        monkeypatch.setattr("studio.core.styles.learned_style_file.replace_file", refuse)
        with pytest.raises(PictureError, match="full"):
            list(events)
        assert request_.output.read_bytes() == before

    def test_a_style_whose_folder_has_vanished_is_kept_elsewhere(
        self, context: FineTuneContext, request_: TuneRequest, own_data_folder: Path
    ) -> None:
        folder = request_.output.parent / "there"
        folder.mkdir()
        events = fine_tune(replace(request_, output=folder / "weaver.safetensors"), context)
        until_files_are_written(events)
        shutil.rmtree(folder)
        with pytest.raises(WriteError, match="is not there") as caught:
            list(events)
        (path,) = (own_data_folder / "rescued").iterdir()
        assert str(path) in caught.value.remedy
        assert read_learned(path)[0].title == request_.card.title

    def test_memory_that_runs_out_is_said(
        self, context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise MemoryError

        monkeypatch.setattr(tune_job, "encode_references", refuse)
        with pytest.raises(EngineError, match="not enough memory to learn"):
            learn(context, request_)

    def test_there_must_be_pictures(self, context: FineTuneContext, request_: TuneRequest) -> None:
        with pytest.raises(StudioError, match="no pictures to learn from"):
            learn(context, replace(request_, references=()))


class TestWhatWasLearned:
    def test_half_of_a_change_and_half_of_another_add_up(self, network: StyleNetwork) -> None:
        first = {"up_1.weight": np.full((16, 32, 3, 3), 0.5, np.float16)}
        second = {"up_1.weight": np.full((16, 32, 3, 3), 1.0, np.float16), "conditions.bias": np.ones(760, np.float16)}
        mixed = with_learned(network, [(first, 0.5), (second, 0.5), ({}, 0.0)])
        changes = changes_of(mixed, network)
        assert set(changes) == {"up_1.weight", "conditions.bias"}
        np.testing.assert_allclose(changes["up_1.weight"], 0.75, rtol=1e-3)
        np.testing.assert_allclose(changes["conditions.bias"], 0.5, rtol=1e-3)

    def test_a_style_of_vectors_alone_needs_no_other_network(self, network: StyleNetwork) -> None:
        assert with_learned(network, [({}, 0.5), ({}, 0.5)]) is network

    @pytest.mark.parametrize(
        ("name", "shape"), [("up_1.weight", (16, 32, 3, 2)), ("stem.bias", (32,)), ("nobody.weight", (1,))]
    )
    def test_what_does_not_fit_is_refused(self, network: StyleNetwork, name: str, shape: tuple[int, ...]) -> None:
        with pytest.raises(WeightsError, match="does not fit"):
            with_learned(network, [({name: np.ones(shape, np.float16)}, 1.0)])


@pytest.mark.parametrize("is_deep", [False, True])
def test_steps_are_those_of_the_formulas(
    context: FineTuneContext, request_: TuneRequest, is_deep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradient clipping, the pull to the network, Kingma & Ba 2014, warm-up and cosine, in plain code."""
    tuner_ = None
    seen: list[tuple[str, dict[str, Tensor], dict[str, Tensor]]] = []  # stage, weights before, gradients before
    clip, init = torch.nn.utils.clip_grad_norm_, Tuner.__init__

    def remember(self: Tuner, *arguments: Any, **named: Any) -> None:
        nonlocal tuner_
        init(self, *arguments, **named)
        tuner_ = self

    def record(parameters: Iterable[Tensor], most: float) -> Tensor:
        assert tuner_ is not None
        learnt = tuner_._learnt
        weights = {name: weight.detach().clone() for name, weight in learnt.items()}
        gradients = {name: weight.grad.clone() for name, weight in learnt.items() if weight.grad is not None}
        seen.append((tuner_.state.stage, weights, gradients))
        return clip(parameters, most)

    monkeypatch.setattr(Tuner, "__init__", remember)
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", record)
    monkeypatch.setattr(tuner, "VALIDATE_EVERY", 100)  # or the steps of a stage would end with another network
    settings = replace(SETTINGS, is_deep=is_deep, is_gradual=False, steps=6, deep_steps=6)
    settings = replace(settings, vector_first=6, deep_rate=0.001)
    learn(context, replace(request_, settings=settings))
    assert [stage for stage, _, _ in seen] == ["vector"] * 6 + ["layers"] * (6 if is_deep else 0)
    own = dict(context.network.named_parameters())
    for stage, planned in {stage: 6 for stage, _, _ in seen}.items():
        steps = [(weights, gradients) for each, weights, gradients in seen if each == stage]
        weights = dict(steps[0][0])
        first = {name: torch.zeros_like(weight) for name, weight in weights.items()}
        second = {name: torch.zeros_like(weight) for name, weight in weights.items()}
        for number, (found, gradients) in enumerate(steps):
            assert all(torch.allclose(found[name], weight, atol=1e-6) for name, weight in weights.items())
            length = math.sqrt(sum(float(gradient.square().sum()) for gradient in gradients.values()))
            for name, gradient in gradients.items():
                gradient = gradient * min(1.0, 1.0 / length)
                rate = 0.01 if stage == "vector" else 0.002 if name == "vector" else 0.001
                if name != "vector":
                    gradient = gradient + 0.2 * (weights[name] - own[name]) / own[name].square().sum()
                    rate *= 5 if name == "conditions.bias" else 1
                first[name] = 0.9 * first[name] + 0.1 * gradient
                second[name] = 0.99 * second[name] + 0.01 * gradient**2
                rate *= (number + 1) / 10 * (0.1 + 0.9 * (1 + math.cos(math.pi * number / planned)) / 2)
                direction = first[name] / (1 - 0.9 ** (number + 1))
                scale = (second[name] / (1 - 0.99 ** (number + 1))).sqrt() + 1e-10
                weights[name] = weights[name] - rate * direction / scale


def test_layers_are_unfrozen_from_the_end(
    context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: list[set[str]] = []
    pull = Tuner._pull

    def record(self: Tuner) -> None:
        learnt.append({name for name, weight in self._learnt.items() if weight.grad is not None})
        pull(self)

    monkeypatch.setattr(Tuner, "_pull", record)
    learn(context, replace(request_, settings=replace(SETTINGS, is_deep=True, deep_steps=8)))
    last, before = (set(group) for group in learnable_groups(context.network))
    assert learnt == [last, last, *[last | before] * 6]


def test_the_photo_weighs_as_the_steps_and_exams_before_found_it_right(
    context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed: list[float] = []
    matched: list[float] = []
    found: list[tuple[float, float, float]] = []  # weight, share that may be lost, share that was
    compute = PaintingLoss.compute

    def measure(self: PaintingLoss, *arguments: Any, **named: Any) -> Any:
        if "with_gradient" not in named:  # of a step
            weighed.append(self.weights.structure)
            matched.append(self.weights.matched)
        return compute(self, *arguments, **named)

    def follow(weight: float, allowed: float, share: float) -> float:
        found.append((weight, allowed, share))
        return photo_weight.next_weight(weight, allowed, share)

    monkeypatch.setattr(PaintingLoss, "compute", measure)
    monkeypatch.setattr(tuner, "next_weight", follow)
    exams = iter([(1.0, 0.1), (0.9, 0.2), (0.9, 0.1)])  # twice too much is lost in the one after two steps
    monkeypatch.setattr(Tuner, "_validate", validated_in_turn(exams))
    learn(context, replace(request_, settings=replace(SETTINGS, is_deep=True)))
    assert weighed[0] == tune_job.WEIGHTS.structure and len(weighed) == len(found) == 4
    assert weighed == [weight for weight, _, _ in found]
    begun = tune_job.WEIGHTS
    assert matched == pytest.approx([begun.matched * weight / begun.structure for weight in weighed])
    assert weighed[1:] == [photo_weight.next_weight(*each) for each in found[:-1]]
    lost = photo_weight.DECAY * found[0][2] + (1 - photo_weight.DECAY) * found[1][2]
    stricter = photo_weight.next_allowed(photo_weight.ALLOWED, lost, 2.0)
    assert [allowed for _, allowed, _ in found] == pytest.approx([*[photo_weight.ALLOWED] * 2, *[stricter] * 2])
    # Before the first step it paints as the mix does, but for the photo that shines through and keeps a little more.
    assert 0.8 < found[0][2] < 1


def test_works_that_do_not_belong_together_are_said_to_be_a_mixture(
    context: FineTuneContext, request_: TuneRequest
) -> None:
    works = (*WORKS[:2], picture_of(torch.ones((1, 3, 72, 72))))
    strict = replace(context, predictor=lambda picture: 10 * picture.mean().expand(1, 100))
    done, events = learn(strict, replace(request_, references=works))
    assert tune_job.MIXED in [event.note for event in events if isinstance(event, Progress)]
    assert tune_job.MIXED in done.notes
    assert tune_job.MIXED not in learn(context, request_)[0].notes


def test_what_is_expected_of_a_lesson_is_said_first_and_last(context: FineTuneContext, request_: TuneRequest) -> None:
    seen: list[Picture] = []

    def outlook(pictures: Sequence[Picture]) -> Generator[None, None, tuple[str, ...]]:
        seen.extend(pictures)
        yield
        return ("They look like photos.",)

    done, events = learn(replace(context, outlook=outlook), request_)
    assert [picture.fingerprint for picture in seen] == [picture.fingerprint for picture in request_.references]
    assert "They look like photos." in done.notes
    notes = [event.note for event in events if isinstance(event, Progress) and not event.training_step]
    assert "They look like photos." in notes


def test_only_what_is_visible_in_a_cut_out_is_learnt_and_kept(
    context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: list[torch.Tensor] = []
    encode = tune_job.encode_references

    def record(pictures: Sequence[torch.Tensor], *parts: Any) -> Any:
        learnt.extend(pictures)
        return encode(pictures, *parts)

    monkeypatch.setattr(tune_job, "encode_references", record)
    alpha = np.zeros((300, 300), np.uint8)
    alpha[60:200, 80:260] = 255
    pixels = np.where(alpha[..., None] > 0, np.uint8(30), np.uint8(220)).repeat(3, 2)
    done, _ = learn(context, replace(request_, references=(Picture(pixels, alpha=alpha),) * 3))
    assert [tuple(image.shape) for image in learnt] == [(1, 3, 512, 512)] * 3
    assert all(float(image.max()) < 0.2 for image in learnt)
    assert done.learned is not None and all(int(work.pixels.max()) < 50 for work in done.learned.references)


def validated_as(losses: dict[str, float]) -> Any:
    def validate(self: Tuner, paint: Any = None) -> Any:
        return dict(losses)
        yield

    return validate


def validated_in_turn(validations: Any, mix: tuple[float, float] = (1.0, 0.1)) -> Any:
    """Style and content error of what is learnt, and those of a mix without a lesson."""

    def validate(self: Tuner, paint: Any = None) -> Any:
        style, content = next(validations) if paint is None else mix
        return {"style": style, "content": content, "total": style}
        yield

    return validate


def test_exams_are_of_the_artists_and_of_bundled_photos_and_nothing_is_learnt_from_these(
    context: FineTuneContext, request_: TuneRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = {kind: [picture_of(waves(64, 64, turn)) for turn in turns] for kind, turns in TURNS.items()}
    monkeypatch.setattr(tune_job, "bundled_photos", lambda kind: iter(photos[kind]))
    monkeypatch.setattr(tune_job, "HELD_OUT_BUNDLED", 2)
    learnt: list[bytes] = []
    judged: list[bytes] = []

    def cut(crops_of: Sequence[Tensor], *arguments: Any) -> Tensor:
        learnt.extend(pixels_of(picture_of(photo)) for photo in crops_of)
        return cut_crops(crops_of, *arguments)

    def judge(encoder: Encoder, exams_of: Sequence[Tensor], *arguments: Any) -> Exam:
        judged.extend(pixels_of(picture_of(photo)) for photo in exams_of)
        return Exam(encoder, exams_of, *arguments)

    monkeypatch.setattr(tune_job, "cut_crops", cut)
    monkeypatch.setattr(tune_job, "Exam", judge)
    own = tuple(picture_of(waves(64, 64, turn)) for turn in (0.3, 0.6))
    learn(context, replace(request_, photos=own))
    groups = (own, photos["demo"]), (photos["photos"],)
    together, bundled = ([pixels_of(picture) for group in part for picture in group] for part in groups)
    assert not {*learnt} & {*judged} and {*learnt, *judged} == {*together, *bundled}
    assert [len({*judged} & {*part}) for part in (together, bundled)] == [2, 2]
    assert pixels_of(own[1]) in judged
