"""The processes that train one network together, as torchrun starts them; without torchrun, this one alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from studio.engine.runtime.device import choose_device


@dataclass(frozen=True)
class ProcessGroup:
    """rank: of this process among `size`. device: what this process computes on."""

    rank: int
    size: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this is the process that validates and writes."""
        return self.rank == 0

    def wrap_ddp(self, network: nn.Module) -> nn.Module:
        """The network with gradients that are means over all processes; where there is only one, the network itself."""
        if self.size == 1:
            return network
        return DistributedDataParallel(network, device_ids=[self.device] if self.device.type == "cuda" else None)


@contextmanager
def init_distributed(device: str | None, environment: Mapping[str, str] = os.environ) -> Iterator[ProcessGroup]:
    """Join the process group of the environment, and leave it at the end. On graphics cards each process takes one."""
    size = int(environment.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ProcessGroup(0, 1, choose_device(device))
        return
    chosen = choose_device(device)
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(environment.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(chosen)
    distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        yield ProcessGroup(distributed.get_rank(), size, chosen)
    finally:
        distributed.destroy_process_group()
