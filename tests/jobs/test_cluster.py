"""What a cluster says whose scheduler goes or freezes, before Dask's client itself has noticed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from queue import SimpleQueue
from typing import Any

import pytest

from studio.core.engine_api.contract import EngineSettings
from studio.core.errors import StudioError
from studio.jobs import cluster
from studio.jobs.cluster import Cluster, ClusterGone
from tests.support.fakes import FakeEngine


class FakeFuture:
    """Of work that never ends."""

    key = "key"

    def result(self, timeout: float) -> None:
        raise TimeoutError

    def done(self) -> bool:
        return False


class FakeClient:
    """A client of Dask's with one worker. Once the scheduler `is_frozen`, nothing that it is asked is ever answered."""

    status = "running"

    def __init__(self) -> None:
        self.is_frozen = False
        self.closed_within: float | None = None

    def sync(self, ask: Callable[[], Awaitable[Any]], callback_timeout: float) -> Any:
        return asyncio.run(asyncio.wait_for(ask(), callback_timeout))

    async def nthreads(self) -> dict[str, int]:
        await self._answered()
        return {"tcp://10.0.0.5:1": 1}

    async def register_plugin(self, *_: object, **__: object) -> None:
        await self._answered()

    async def unregister_worker_plugin(self, _: object) -> None:
        await self._answered()

    async def cancel(self, _: object) -> None:
        pass

    def submit(self, *_: object, **__: object) -> FakeFuture:
        return FakeFuture()

    def close(self, timeout: float) -> None:
        self.closed_within = timeout
        if self.is_frozen:
            raise TimeoutError

    async def _answered(self) -> None:
        if self.is_frozen:
            await asyncio.Event().wait()


class LosingClient(FakeClient):
    """Nothing is answered any more once the scheduler `is_lost`."""

    def __init__(self) -> None:
        super().__init__()
        self.is_lost = False

    async def nthreads(self) -> dict[str, int]:
        if self.is_lost:
            raise ConnectionResetError("Connection reset by peer")
        return await super().nthreads()

    def submit(self, *_: object, **__: object) -> FakeFuture:
        self.status = "closed"
        raise RuntimeError("Tried sending message after closing.")


ASKED = pytest.mark.parametrize(
    "ask",
    [
        lambda cluster: cluster.capacity,
        lambda cluster: cluster.start(print).result(),
        lambda cluster: cluster.next_of(SimpleQueue()),
    ],
    ids=["capacity", "start", "next_of"],
)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_GLANCE_SECONDS", "ANSWER_SECONDS", "_CLOSE_SECONDS", "_SHORT_SECONDS"):
        monkeypatch.setattr(cluster, name, 0.01)


def connected(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setattr(cluster, "_connect", lambda _: client)
    return Cluster("tcp://10.0.0.5:8786", FakeEngine, EngineSettings())


@ASKED
def test_a_scheduler_that_has_just_gone_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[Cluster], object]
) -> None:
    client = LosingClient()
    with connected(client, monkeypatch) as asked:
        client.is_lost = True
        with pytest.raises(ClusterGone, match=r"The cluster at tcp://10\.0\.0\.5:8786 is gone"):
            ask(asked)


@ASKED
def test_a_scheduler_that_is_frozen_is_told_in_a_sentence_and_not_waited_for_again(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[Cluster], object]
) -> None:
    client = FakeClient()
    with connected(client, monkeypatch) as asked:
        client.is_frozen = True
        with pytest.raises(ClusterGone, match=r"at tcp://10\.0\.0\.5:8786 has not answered for .* seconds"):
            ask(asked)
        monkeypatch.setattr(client, "sync", lambda *_, **__: pytest.fail("it is asked again"))
    assert client.closed_within is not None


def test_the_end_does_not_wait_for_a_scheduler_that_has_frozen_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeClient()
    with pytest.raises(KeyboardInterrupt), connected(client, monkeypatch):
        client.is_frozen = True
        raise KeyboardInterrupt
    assert client.closed_within is not None


def test_workers_that_do_not_take_the_studio_in_time_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeClient()
    monkeypatch.setattr(cluster, "_PLUGIN_SECONDS", 0.01)

    async def wait(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(client, "register_plugin", wait)
    with pytest.raises(ClusterGone, match="has not answered"):
        connected(client, monkeypatch)
    assert client.closed_within is not None


def test_a_scheduler_that_is_frozen_from_the_beginning_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the system takes the connection, and nobody reads
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(StudioError, match=f"No scheduler of a cluster answers at {address}"):
            Cluster(address, FakeEngine, EngineSettings())
