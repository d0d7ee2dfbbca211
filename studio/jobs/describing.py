"""Who says what pictures are like: an engine here, or the workers of a cluster, asked about several at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from studio.core.engine_api.contract import DescribeRequest, Engine
from studio.jobs.looking import Vectors, describe

if TYPE_CHECKING:  # it needs Dask
    from studio.jobs.cluster import Cluster


class Describer(Protocol):
    """Who is asked; for one thread at a time."""

    @property
    def capacity(self) -> int:
        """How many pictures to begin with before the first answer is waited for."""

    def begin(self, request: DescribeRequest) -> Callable[[], Vectors]:
        """Ask; what is returned waits for the answer, and raises StudioError."""


class EngineDescriber:
    """An engine of this process."""

    capacity = 1

    def __init__(self, engine: Engine, tell: Callable[[str], None] = lambda note: None) -> None:
        """tell: what is said meanwhile, of downloads; a note that is repeated is told once."""
        self._engine = engine
        self._tell = tell
        self._told = ""

    def begin(self, request: DescribeRequest) -> Callable[[], Vectors]:
        """As a Describer's; it is looked at when the answer is asked for."""
        return partial(describe, request, self._engine, self._say)

    def _say(self, note: str) -> None:
        if note != self._told:
            self._told = note
            self._tell(note)


class ClusterDescriber:
    """The workers of a cluster; pictures whose worker is lost are described by another."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def capacity(self) -> int:
        """As a Describer's; twice of what is on its way, for answers are waited for in the order of the pictures."""
        return 2 * self._cluster.capacity

    def begin(self, request: DescribeRequest) -> Callable[[], Vectors]:
        """As a Describer's."""
        return self._cluster.start(partial(describe, request)).result
