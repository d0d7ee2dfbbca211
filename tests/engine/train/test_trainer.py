"""Training the Live network: it learns, resumes exactly, and survives bad numbers."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from studio.core.card import read_card
from studio.core.errors import StudioError
from studio.core.storage.folder_lock import LOCK_NAME
from studio.core.training.training_plan import TrainingNews, TrainingPlan
from studio.engine.feed_forward.strength import band_share
from studio.engine.networks.fine_network import FineNetwork
from studio.engine.networks.style_network import StyleNetwork
from studio.engine.networks.weights import load_style_network
from studio.engine.train import trainer as trainer_module
from studio.engine.train.train_base import CHECKPOINT, FINE_NAME, NAME, train_base
from studio.engine.train.trainer import Batch, Trainer
from studio.engine.train.validation import Validator
from tests.support.small_training import make_folders, shrink_training, small_plan


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    shrink_training(monkeypatch)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_folders(tmp_path_factory.mktemp("pictures"))


def steps_of(plan: TrainingPlan, last: int | None = None) -> list[TrainingNews]:
    """The news of a run, which is broken off after the step `last`."""
    heard = []
    with closing(train_base(plan)) as run:
        for news in run:
            if not news.note:
                heard.append(news)
            if news.step == last and not news.note:
                break
    return heard


def test_a_run_gone_on_with_ends_with_the_very_numbers_of_one_never_stopped(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    straight, broken = small_plan(folders, tmp_path / "straight"), small_plan(folders, tmp_path / "broken")
    steps_of(straight)
    steps_of(broken, last=3)  # the checkpoint is of step 2
    assert [news.step for news in steps_of(broken)] == [3, 4]
    expected, found = (load_file(plan.out / CHECKPOINT) for plan in (straight, broken))
    assert expected.keys() == found.keys()
    assert [name for name in expected if not torch.equal(expected[name], found[name])] == []
    log = [json.loads(line)["step"] for line in (broken.out / "log.jsonl").read_text().splitlines()]
    assert log == [0, 1, 2, 3, 4]


def test_a_run_of_the_larger_network_resumes_exactly_and_leaves_the_small_one_alone(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    straight, broken = (small_plan(folders, tmp_path / name, is_fine=True) for name in ("straight", "broken"))
    steps_of(straight)
    steps_of(broken, last=3)
    assert [news.step for news in steps_of(broken)] == [3, 4]
    expected, found = (load_file(plan.out / CHECKPOINT) for plan in (straight, broken))
    assert [name for name in expected if not torch.equal(expected[name], found[name])] == []
    network, _ = load_style_network(str(straight.out / f"{FINE_NAME}.safetensors"))
    small, _ = load_style_network(straight.start)
    assert isinstance(network, FineNetwork) and isinstance(small, StyleNetwork)
    assert network.descriptor is not None and network.descriptor.is_fitted
    before, after = small.state_dict(), network.live.state_dict()
    assert all(torch.allclose(after[name], before[name], atol=1e-2) for name in before)
    further = replace(straight, start=str(straight.out / f"{FINE_NAME}.safetensors"), out=tmp_path / "further")
    assert steps_of(further, last=1)[1].losses["style"] > 0


def test_the_best_of_the_larger_network_is_kept_resumed_and_written(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = iter({"style": value, "content": 1.0, "color": 0.0} for value in (1.0, 0.5, 0.7))
    monkeypatch.setattr(Validator, "validate", lambda validator, paint: next(errors))
    plan = small_plan(folders, tmp_path / "run", is_fine=True, validate_every=2)
    steps_of(plan, last=3)
    state = load_file(plan.out / CHECKPOINT)
    names = {name.removeprefix("best.") for name in state if name.startswith("best.")}
    of_all = {name.removeprefix("network.") for name in state if name.startswith("network.")}
    assert names == {name for name in of_all if not name.startswith("descriptor.")}  # which is fitted, not learnt
    assert [news.is_best for news in steps_of(plan)] == [False, False]
    network, _ = load_style_network(str(plan.out / f"{FINE_NAME}.safetensors"))
    assert isinstance(network, FineNetwork)
    written = network.refinement.state_dict()
    assert all(torch.allclose(written[name], state[f"best.{name}"], atol=1e-2) for name in names)


def test_a_run_leaves_a_network_that_paints_and_a_card_that_says_how_it_came_about(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    plan = small_plan(folders, tmp_path, steps=1, validate_every=1, widths={"inside": 36})
    validations = [news.validation for news in steps_of(plan)]
    assert all(errors is not None and errors["style"] > 0 and errors["content"] > 0 for errors in validations)
    network, predictor = load_style_network(str(tmp_path / f"{NAME}.safetensors"))
    assert network.widths.inside == 36
    assert "bottleneck.weight" in predictor
    painted: Tensor = network(torch.rand(1, 3, 32, 32), network.conditions(torch.zeros(1, 100)))
    assert bool(torch.isfinite(painted).all())
    card = read_card(tmp_path / f"{NAME}.json")
    card.verify()
    assert "without a manifest" in card.trained_on and "CPU" in card.trained_on
    assert (tmp_path / "samples" / "step-000001.png").is_file()


def test_another_plan_does_not_go_on_with_a_run(folders: tuple[Path, Path], tmp_path: Path) -> None:
    plan = small_plan(folders, tmp_path, steps=1, validate_every=1)
    steps_of(plan)
    with pytest.raises(StudioError, match="another rate"):
        steps_of(replace(plan, rate=5e-4))
    with (tmp_path / CHECKPOINT).open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(StudioError, match="is damaged"):
        steps_of(plan)


def test_a_second_run_in_the_same_folder_leaves_the_first_one_alone(folders: tuple[Path, Path], tmp_path: Path) -> None:
    plan = small_plan(folders, tmp_path, steps=1, validate_every=1)
    first = train_base(plan)
    next(first)
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(StudioError, match="Another Style Studio is writing to"):
        steps_of(plan)
    assert {path.name for path in tmp_path.iterdir()} == before
    first.close()
    steps_of(plan)
    assert LOCK_NAME not in {path.name for path in tmp_path.iterdir()}


def test_a_network_gets_better_at_what_it_sees_again_and_again(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_module, "BLENDED", 0.0)
    monkeypatch.setattr(trainer_module, "FULL", 1.0)
    # room for one view of each kind
    plan = small_plan(folders, tmp_path, steps=12, validate_every=100, memory=1e-9, rate=4e-3)
    totals = [news.losses["total"] for news in steps_of(plan) if news.losses]
    assert min(totals[-3:]) < 0.95 * totals[0]


def test_a_step_whose_numbers_blow_up_is_left_out_and_counted(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = Trainer._draw
    seen: list[dict[str, Tensor]] = []

    def spoil_the_second(trainer: Trainer, shard: int) -> Batch:
        batch = draw(trainer, shard)
        seen.append({name: tensor.clone() for name, tensor in trainer.state.network.state_dict().items()})
        return replace(batch, photos=batch.photos * float("nan")) if trainer.state.step == 1 else batch

    monkeypatch.setattr(Trainer, "_draw", spoil_the_second)
    news = steps_of(small_plan(folders, tmp_path, steps=3))
    assert [each.skipped for each in news] == [0, 0, 1, 1]
    assert news[2].losses == {}
    assert all(torch.equal(seen[1][name], seen[2][name]) for name in seen[1])
    assert news[-1].validation is not None


def test_both_networks_are_given_photos_in_the_layout_they_are_quickest_with(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = StyleNetwork.forward
    found: list[bool] = []

    def look(network: StyleNetwork, content: Tensor, *others: Any) -> Tensor:
        found.append(content.is_contiguous(memory_format=torch.channels_last))
        return forward(network, content, *others)

    monkeypatch.setattr(Trainer, "validate", lambda trainer: None)
    monkeypatch.setattr(StyleNetwork, "forward", look)
    steps_of(small_plan(folders, tmp_path, steps=2))
    assert found == [True] * 4


def test_a_mix_of_two_styles_is_mixed_alike_in_its_vector_and_in_its_statistics(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BLENDED", "FULL", "REACH"):
        monkeypatch.setattr(trainer_module, name, 1.0)
    draw = Trainer._draw
    seen: list[tuple[Trainer, Batch]] = []
    monkeypatch.setattr(
        Trainer, "_draw", lambda trainer, shard: seen.append((trainer, draw(trainer, shard))) or seen[-1][1]
    )
    steps_of(small_plan(folders, tmp_path, steps=1, batch=8, memory=0.0027))  # room for two views of styles
    ((trainer, batch),) = seen
    one, other = (trainer._views.style(number) for number in range(2))
    direction = other.vector - one.vector
    shares = ((batch.vectors - one.vector) @ direction.T / direction.square().sum()).clamp(0, 1)
    assert bool(((shares > 0.15) & (shares < 0.85)).any())
    assert torch.allclose(batch.vectors, one.vector + shares * direction, atol=1e-4)
    means = [view.moments["relu2_1"].mean.float() for view in (one, other)]
    assert torch.allclose(batch.moments["relu2_1"].mean, torch.lerp(*means, shares), rtol=1e-3, atol=1e-3)
    for (found, amount), share in zip(batch.bands, shares[:, 0], strict=True):
        assert amount == band_share(1.0)
        wanted = [torch.lerp(*pair, share) for pair in zip(one.bands, other.bands, strict=True)]
        assert all(torch.allclose(band, expected, atol=1e-6) for band, expected in zip(found, wanted, strict=True))


@pytest.mark.parametrize(("left_out", "learnt"), [((), 3), (("style0_full.png",), 2), (("style0",), 2)])
def test_works_are_left_out_by_the_names_of_their_files(
    folders: tuple[Path, Path], tmp_path: Path, left_out: tuple[str, ...], learnt: int
) -> None:
    steps_of(small_plan(folders, tmp_path, steps=1, leave_out=left_out))
    assert f" {learnt} styles without a manifest" in read_card(tmp_path / f"{NAME}.json").trained_on


def test_a_work_that_is_not_there_cannot_be_left_out(folders: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="shows starry-night"):
        steps_of(small_plan(folders, tmp_path, leave_out=("style0_full.png", "starry-night")))
