"""Runs a batch on the machines of a cluster. Pictures travel; only this process writes and keeps the journal."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from queue import SimpleQueue
from typing import Any

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.contract import Done, Engine, EngineSettings, MakeEngine, Seen, StyleRequest
from studio.core.errors import StudioError, WeightsError
from studio.core.generators import run_to_end
from studio.core.picture import Picture
from studio.jobs.batch.batch import Batch
from studio.jobs.cluster import Cluster, ClusterGone, Task
from studio.jobs.following import follow
from studio.jobs.looking import LastingLook, look_at


def run_on_cluster(
    batch: Batch, address: str, make_engine: MakeEngine, settings: EngineSettings
) -> Iterator[ItemReport]:
    """Reports of every item that is left, as `run_batch` gives them, but of several items at once.

    address, settings: as of a Cluster. A picture whose worker is lost is painted by another. Closing the iterator
    cancels. Raises StudioError for what would affect every item.
    """
    with Cluster(address, make_engine, settings) as cluster:
        yield from _paint_all(batch, cluster)
        batch.finish()


def _paint_all(batch: Batch, cluster: Cluster) -> Iterator[ItemReport]:
    left = deque(batch.left)
    under_way: dict[Task[Done], tuple[BatchItem, StyleRequest]] = {}
    ended: SimpleQueue[Task[Any]] = SimpleQueue()
    look = LastingLook(partial(_look_there, cluster), WeightsError, ClusterGone)
    while left or under_way:
        while left and len(under_way) < cluster.capacity:
            item = left.popleft()
            yield ItemReport(item, "opening")
            request = batch.open(item, look)
            look.check()
            if isinstance(request, ItemReport):
                yield request
                continue
            under_way[cluster.start(partial(_paint, request), ended)] = item, request
            yield ItemReport(item, "painting")
        if under_way:
            task = cluster.next_of(ended)
            yield from _report_end(batch, *under_way.pop(task), task)


def _paint(request: StyleRequest, engine: Engine) -> Done:
    """Runs on a worker: what its engine makes of it. Raises what the engine raises."""
    return run_to_end(follow(request, engine))


def _look_there(cluster: Cluster, content: Picture) -> Seen:
    """What a worker sees in a photo; waits until one is free. Raises StudioError."""
    return cluster.start(partial(look_at, content)).result()


def _report_end(batch: Batch, item: BatchItem, request: StyleRequest, task: Task[Done]) -> Iterator[ItemReport]:
    try:
        done = task.result()
    except (WeightsError, ClusterGone):
        raise
    except StudioError as error:
        yield batch.leave(item, error)
    else:
        yield ItemReport(item, "saving", 1.0)
        yield batch.deliver(item, request, done)
