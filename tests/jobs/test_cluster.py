"""What a cluster says whose scheduler goes while it is asked something, before Dask's client itself has noticed."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue

import pytest

from studio.core.engine_api.contract import EngineSettings
from studio.jobs import cluster
from studio.jobs.cluster import Cluster, ClusterGone
from tests.support.fakes import FakeEngine


class LosingClient:
    """A client of Dask's with one worker; nothing is answered any more once the scheduler `is_lost`."""

    status = "running"

    def __init__(self) -> None:
        self.is_lost = False

    def nthreads(self) -> dict[str, int]:
        if self.is_lost:
            raise ConnectionResetError("Connection reset by peer")
        return {"tcp://10.0.0.5:1": 1}

    def submit(self, *_: object, **__: object) -> None:
        self.status = "closed"
        raise RuntimeError("Tried sending message after closing.")

    def register_plugin(self, *_: object, **__: object) -> None:
        pass

    unregister_worker_plugin = register_plugin

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "ask",
    [
        lambda cluster: cluster.capacity,
        lambda cluster: cluster.start(print),
        lambda cluster: cluster.next_of(SimpleQueue()),
    ],
    ids=["capacity", "start", "next_of"],
)
def test_a_scheduler_that_has_just_gone_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[Cluster], object]
) -> None:
    client = LosingClient()
    monkeypatch.setattr(cluster, "_connect", lambda _: client)
    monkeypatch.setattr(cluster, "_GLANCE_SECONDS", 0.01)
    with Cluster("tcp://10.0.0.5:8786", FakeEngine, EngineSettings()) as asked:
        client.is_lost = True
        with pytest.raises(ClusterGone, match=r"The cluster at tcp://10\.0\.0\.5:8786 is gone"):
            ask(asked)
