"""Training in several processes: gradients are shared, the group is left whatever happens, and one process writes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from studio.engine.train.distributed import ProcessGroup, init_distributed
from studio.engine.train.train_base import NAME
from tests.support.small_training import make_folders

CHECKOUT = Path(__file__).parents[3]
CPU = torch.device("cpu")


def test_without_torchrun_a_process_is_alone_and_its_network_stays_as_it_is() -> None:
    network = nn.Linear(2, 1)
    with init_distributed("cpu", {}) as group:
        assert (group.rank, group.size, group.device, group.is_first) == (0, 1, CPU, True)
        assert group.wrap_ddp(network) is network
        assert not distributed.is_initialized()


def test_a_process_joins_the_group_of_its_environment_and_leaves_it_after_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(distributed, "init_process_group", calls.append)
    monkeypatch.setattr(distributed, "get_rank", lambda: 1)
    monkeypatch.setattr(distributed, "destroy_process_group", lambda: calls.append("left"))
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    processes = []
    for rank in range(2):
        told = tmp_path / f"told{rank}.json"
        command = [sys.executable, "-m", "tests.support.small_training", *map(str, (*folders, tmp_path / "out", told))]
        environment = os.environ | common | {"RANK": str(rank), "LOCAL_RANK": str(rank)}
        processes.append(subprocess.Popen(command, cwd=CHECKOUT, env=environment, stderr=subprocess.PIPE, text=True))
    errors = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    first, second = (json.loads((tmp_path / f"told{rank}.json").read_text()) for rank in range(2))
    assert first["weights"] == second["weights"]
    assert first["news"] > 0 and second["news"] == 0
    assert (tmp_path / "out" / f"{NAME}.safetensors").is_file()
