"""Training in several processes: gradients are shared, the group is left whatever happens, and one process writes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from studio.core.errors import EngineError, StudioError
from studio.core.training.training_plan import TrainingNews, TrainingPlan
from studio.engine.train import distributed as group_module
from studio.engine.train import train_base as module
from studio.engine.train.distributed import ProcessGroup, init_distributed
from studio.engine.train.train_base import CHECKPOINT, NAME, train_base
from tests.support.small_training import make_folders, shrink_training, small_plan

CHECKOUT = Path(__file__).parents[3]
CPU = torch.device("cpu")


def test_without_torchrun_a_process_is_alone_and_its_network_stays_as_it_is() -> None:
    network = nn.Linear(2, 1)
    with init_distributed("cpu", {}) as group:
        assert (group.rank, group.size, group.device, group.is_first) == (0, 1, CPU, True)
        assert group.wrap_ddp(network) is network
        assert not distributed.is_initialized()


def pretend_a_group(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let this process be the second of two; the list takes what becomes of their group."""
    calls: list[str] = []
    monkeypatch.setattr(group_module, "rendezvous", lambda url: iter([(distributed.HashStore(), 1, 2)]))
    monkeypatch.setattr(distributed, "init_process_group", lambda backend, **_: calls.append(backend))
    monkeypatch.setattr(distributed, "destroy_process_group", lambda: calls.append("left"))
    return calls


def test_a_process_joins_the_group_of_its_environment_and_leaves_it_after_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = pretend_a_group(monkeypatch)
    with pytest.raises(KeyError), init_distributed("cpu", {"WORLD_SIZE": "2"}) as group:
        assert (group.rank, group.size, group.device, group.is_first) == (1, 2, CPU, False)
        assert calls == ["gloo"]
        raise KeyError
    assert calls == ["gloo", "left"]


@pytest.fixture
def group_of_one(tmp_path: Path) -> Iterator[None]:
    """A real process group with nobody else in it."""
    distributed.init_process_group("gloo", init_method=(tmp_path / "meeting").as_uri(), rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


def test_in_a_group_the_network_is_wrapped_and_its_own_parameters_get_the_gradients(group_of_one: None) -> None:
    network = nn.Linear(2, 1, bias=False)
    wrapped = ProcessGroup(0, 2, CPU).wrap_ddp(network)
    assert isinstance(wrapped, DistributedDataParallel)
    wrapped(torch.tensor([[3.0, 4.0]])).sum().backward()
    assert network.weight.grad is not None
    assert network.weight.grad.tolist() == [[3.0, 4.0]]


@pytest.mark.slow
def test_two_processes_learn_the_same_and_only_the_first_one_writes(tmp_path: Path) -> None:
    folders = make_folders(tmp_path / "pictures")
    processes = []
    with socket.socket() as kept:  # so that nobody else is given its port; the first process may listen there
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port = str(kept.getsockname()[1])
        common = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
        for rank in range(2):
            told = tmp_path / f"told{rank}.json"
            words = map(str, (*folders, tmp_path / "out", told))
            command = [sys.executable, "-m", "tests.support.small_training", *words]
            environment = os.environ | common | {"RANK": str(rank), "LOCAL_RANK": str(rank)}
            processes.append(
                subprocess.Popen(command, cwd=CHECKOUT, env=environment, stderr=subprocess.PIPE, text=True)
            )
        errors = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    first, second = (json.loads((tmp_path / f"told{rank}.json").read_text()) for rank in range(2))
    assert first["weights"] == second["weights"]
    assert first["news"] > 0 and second["news"] == 0
    assert (tmp_path / "out" / f"{NAME}.safetensors").is_file()


def torchrun(folders: tuple[Path, Path], out: Path, options: dict[str, Any], restarts: int = 3) -> str:
    """Train with two processes under torchrun; "" or what they said where they did not come to an end."""
    told = out.with_name(f"{out.name} told RANK.json")
    words = ["--standalone", "--nproc-per-node", "2", "--max-restarts", str(restarts)]
    program = ["-m", "tests.support.small_training", *map(str, (*folders, out, told)), json.dumps(options)]
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", *words, *program],
        cwd=CHECKOUT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    return done.stderr if done.returncode else ""


def weights_of(out: Path) -> set[str]:
    """Digests of what the two processes have learnt."""
    told = [out.with_name(f"{out.name} told {rank}.json") for rank in range(2)]
    return {json.loads(path.read_text())["weights"] for path in told}


@pytest.mark.slow
@pytest.mark.parametrize(("is_fine", "rank"), [(False, 1), (True, 0)])
def test_a_run_survives_the_death_of_a_process_with_the_weights_of_an_undisturbed_one(
    is_fine: bool, rank: int, tmp_path: Path
) -> None:
    folders, options = make_folders(tmp_path / "pictures"), {"is_fine": is_fine, "steps": 4}
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    assert torchrun(folders, undisturbed, options) == ""
    assert torchrun(folders, disturbed, options | {"death": [rank, 3]}) == ""
    assert (tmp_path / "disturbed told RANK.json.death").is_file()
    assert len(weights_of(disturbed)) == 1 and weights_of(disturbed) == weights_of(undisturbed)
    expected, found = load_file(undisturbed / CHECKPOINT), load_file(disturbed / CHECKPOINT)
    assert [name for name in expected if not torch.equal(expected[name], found[name])] == []
    log = (disturbed / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in log] == [0, 1, 2, 3, 4]

    if not is_fine:  # once is enough
        return
    # Begun by two processes, it is continued by one, which paints the batches of both.
    alone = tmp_path / "alone"
    assert torchrun(folders, alone, options | {"death": [rank, 3]}, restarts=0) != ""
    with pytest.MonkeyPatch.context() as patch:
        shrink_training(patch)
        assert [news.step for news in train_base(small_plan(folders, alone, **options)) if not news.note] == [3, 4]
    found = load_file(alone / CHECKPOINT)
    # Sums are rounded in another order, and a gradient next to nothing moves a weight by Adam's whole step of 1e-3,
    # one way or the other. Few are moved so: with one shard alone all of them would be.
    differences = {name: (found[name] - expected[name]).abs().mean() for name in found if name.startswith("network.")}
    assert max(differences.values()) < 3e-5


class Pretended(ProcessGroup):
    """A group of which only this process is there; another one is at the step `other`, or where this one is."""

    other: int | None = None

    def wrap_ddp(self, network: nn.Module) -> nn.Module:
        return network

    def agree(self, numbers: Sequence[int]) -> tuple[int, ...]:
        return tuple(numbers) if self.other is None or len(numbers) > 1 else (self.other,)


def run_as(group: ProcessGroup, plan: TrainingPlan) -> list[TrainingNews]:
    with pytest.MonkeyPatch.context() as patch:
        shrink_training(patch)
        patch.setattr(module, "init_distributed", lambda device: nullcontext(group))
        return list(train_base(plan))


def test_as_many_processes_as_cannot_share_the_batches_are_refused(tmp_path: Path) -> None:
    plan = small_plan(make_folders(tmp_path / "pictures"), tmp_path / "out", steps=1, save_every=1)
    run_as(Pretended(0, 4, CPU), plan)
    with pytest.raises(StudioError, match=r"begun by 4 processes; 3 cannot share its batches. Start 1, 2 or 4"):
        run_as(Pretended(0, 3, CPU), plan)
    run_as(Pretended(0, 2, CPU), plan)


def test_processes_that_see_other_checkpoints_are_told_to_share_a_folder(tmp_path: Path) -> None:
    plan = small_plan(make_folders(tmp_path / "pictures"), tmp_path / "out", steps=1, save_every=1)
    group = Pretended(1, 2, CPU)
    object.__setattr__(group, "other", 1)
    with pytest.raises(StudioError, match=r"do not see the same checkpoint in .*out. Name a folder that all machines"):
        run_as(group, plan)


def test_a_lost_process_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_a_group(monkeypatch)
    environment = {"WORLD_SIZE": "2"}
    with pytest.raises(EngineError, match="Another process of this training"), init_distributed("cpu", environment):
        raise RuntimeError("[gloo/transport/tcp/pair.cc:553] Connection closed by peer [127.0.0.1]:35317")
    with pytest.raises(RuntimeError, match="shape"), init_distributed("cpu", environment):
        raise RuntimeError("shape '[2]' is invalid")
