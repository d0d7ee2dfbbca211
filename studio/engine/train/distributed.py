"""The processes that train one network together, as torchrun starts them; without torchrun, this one alone."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.distributed import PrefixStore  # type: ignore[attr-defined]
from torch.distributed.rendezvous import rendezvous
from torch.nn.parallel import DistributedDataParallel

from studio.core.errors import EngineError
from studio.engine.runtime.device import choose_device

_LOST_PEER = ("gloo", "nccl", "connection")  # words of what torch raises where another process has gone


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

    def shards(self, count: int) -> range:
        """Which of the `count` shards of each batch this process paints; `count` is a multiple of `size`."""
        return range(self.rank, count, self.size)

    def accumulate(self, network: nn.Module) -> AbstractContextManager[None]:
        """Inside, gradients are added up in this process and not shared yet. network: as `wrap_ddp` returned it."""
        if isinstance(network, DistributedDataParallel):
            return network.no_sync()
        return nullcontext()

    def agree(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """The numbers of the first process, in all of them; each calls it with as many."""
        if self.size == 1:
            return tuple(numbers)
        agreed = torch.tensor(numbers, dtype=torch.int64, device=self.device)
        distributed.broadcast(agreed, 0)
        return tuple(agreed.tolist())


@contextmanager
def init_distributed(device: str | None, environment: Mapping[str, str] = os.environ) -> Iterator[ProcessGroup]:
    """Join the process group of the environment, and leave it at the end. On graphics cards each process takes one.

    Raises EngineError where another process of the group has gone: torchrun starts all of them again then.
    """
    size = int(environment.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ProcessGroup(0, 1, choose_device(device))
        return
    chosen = choose_device(device)
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(environment.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(chosen)
    with _ended_at_once(), _lost_peers_told():
        store, rank, size = next(rendezvous("env://"))
        # torchrun keeps one store over its restarts: with the same names, a start would find addresses of the last one.
        start = PrefixStore(f"start {environment.get('TORCHELASTIC_RESTART_COUNT', '0')} of {size}", store)
        backend = "nccl" if chosen.type == "cuda" else "gloo"
        distributed.init_process_group(backend, store=start, rank=rank, world_size=size)
        try:
            yield ProcessGroup(rank, size, chosen)
        finally:
            distributed.destroy_process_group()


@contextmanager
def _ended_at_once() -> Iterator[None]:
    """Inside, SIGTERM ends this process, whatever it is at.

    torchrun sends it where one process has died and the others wait for that one; waiting in torch, they hear nothing,
    and would hold up the new start until they are killed. Nothing is lost: files are replaced as one act.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


@contextmanager
def _lost_peers_told() -> Iterator[None]:
    """Raise EngineError in place of what torch raises where another process of the group is not there."""
    try:
        yield
    except RuntimeError as error:
        if not any(word in str(error).lower() for word in _LOST_PEER):
            raise
        raise EngineError(
            "Another process of this training has ended.", "The same command continues from the last checkpoint."
        ) from error
