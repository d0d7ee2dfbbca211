"""Runs a batch on the machines of a Dask cluster. Pictures travel; only this process writes and keeps the journal.

The one module that needs the package `distributed`, an extra: import it where a cluster is asked for.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from secrets import token_hex
from typing import Any

from distributed import Client, Future, KilledWorker, Worker, WorkerPlugin, get_worker

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.engine_api.contract import Done, Engine, EngineSettings, MakeEngine, Seen, StyleRequest
from studio.core.errors import EngineError, StudioError, WeightsError
from studio.core.picture import Picture
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.batch.batch import Batch
from studio.jobs.batch.runner import paint_item
from studio.jobs.looking import look_at

CONNECT_SECONDS = 5.0
_AHEAD = 2  # pictures per worker on their way at once: one is painted while the next one travels
_GLANCE_SECONDS = 1.0  # how often to look whether the cluster is still there
_RESOURCE = "style-studio"  # a worker process has one: it paints one picture at a time, however many threads it has


def run_on_cluster(
    batch: Batch, address: str, make_engine: MakeEngine, settings: EngineSettings
) -> Iterator[ItemReport]:
    """Reports of every item that is left, as `run_batch` gives them, but of several items at once.

    address: of the scheduler, such as "tcp://10.0.0.5:8786". Each worker process makes one engine when its first
    picture comes and keeps it until the batch ends; settings are about those machines. A picture whose worker is lost
    is painted by another. Closing the iterator cancels. Raises StudioError for what would affect every item.
    """
    for logger in ("distributed", "distributed.client"):  # Dask logs pages; what matters is said in a sentence
        for handler in logging.getLogger(logger).handlers:
            handler.setLevel(logging.CRITICAL)
    client = _connect(address)
    name = f"style-studio-{token_hex(8)}"
    try:
        _send_painters(client, address, name, Painter(make_engine, settings))
        yield from _paint_all(batch, client, address, name)
        batch.finish()
    finally:
        if client.status == "running":
            with suppress(Exception):  # a cluster that cannot be reached forgets it by itself
                client.unregister_worker_plugin(name)
        client.close()


class Painter(WorkerPlugin):
    """What each worker process gets: one engine, made when it is first needed, for one picture at a time."""

    def __init__(self, make_engine: MakeEngine, settings: EngineSettings) -> None:
        self._make_engine = make_engine
        self._settings = settings
        self._engine: Engine | None = None

    async def setup(self, worker: Worker) -> None:
        """Called on the worker when it gets the plugin."""
        await worker.set_resources(**{_RESOURCE: 1})

    def teardown(self, worker: Worker) -> None:
        """Called when the batch has ended, or the worker."""
        if self._engine is not None:
            self._engine.close()

    @property
    def engine(self) -> Engine:
        """The one of this process, made when it is first asked for."""
        if self._engine is None:
            self._engine = self._make_engine(self._settings)
        return self._engine

    def paint(self, item: BatchItem, request: StyleRequest) -> Done:
        """What the engine makes of it; raises what the engine raises."""
        painting = paint_item(item, request, self.engine)
        while True:
            try:
                next(painting)
            except StopIteration as end:
                done: Done = end.value
                return done


def _paint(name: str, item: BatchItem, request: StyleRequest) -> Done | StudioError:
    """Runs on a worker. Errors are returned: Dask would try to raise them again with frames of another machine."""
    try:
        painter: Painter = get_worker().plugins[name]  # type: ignore[assignment]  # we put it there
        return painter.paint(item, request)
    except Exception as error:  # noqa: BLE001 - crosses to the client, which knows what to do about it
        return as_studio_error(error)


def _look(name: str, content: Picture) -> Seen | StudioError:
    """Runs on a worker, as `_paint`."""
    try:
        painter: Painter = get_worker().plugins[name]  # type: ignore[assignment]  # we put it there
        return look_at(content, painter.engine)
    except Exception as error:  # noqa: BLE001 - as above
        return as_studio_error(error)


def _connect(address: str) -> Client:
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="style-studio")
    except (OSError, ValueError, TypeError) as error:
        raise StudioError(
            f"No scheduler of a cluster answers at {address}.",
            "Give its address, such as tcp://10.0.0.5:8786; 'dask scheduler' starts one.",
        ) from error


def _send_painters(client: Client, address: str, name: str, painter: Painter) -> None:
    if not client.nthreads():
        raise StudioError(f"The cluster at {address} has no workers.", f"Start some: 'dask worker {address}'.")
    try:
        client.register_plugin(painter, name=name)
    except Exception as error:
        raise EngineError(
            f"The workers at {address} cannot paint ({type(error).__name__}: {error}).",
            "Install the same Style Studio on each of them.",
        ) from error


def _paint_all(batch: Batch, client: Client, address: str, name: str) -> Iterator[ItemReport]:
    left = deque(batch.left)
    under_way: dict[str, tuple[BatchItem, StyleRequest]] = {}
    ended: SimpleQueue[Future[Any]] = SimpleQueue()
    futures: dict[str, Future[Any]] = {}  # Dask forgets a task whose future nobody holds
    look = partial(_look_there, client, address, name)
    try:
        while left or futures:
            while left and len(futures) < _AHEAD * max(1, len(client.nthreads())):
                item = left.popleft()
                yield ItemReport(item, "opening")
                request = batch.open(item, look)
                if isinstance(request, ItemReport):
                    yield request
                    continue
                key = f"{name}-{item.number}"
                future = client.submit(_paint, name, item, request, key=key, pure=False, resources={_RESOURCE: 1})
                futures[key], under_way[key] = future, (item, request)
                future.add_done_callback(ended.put)
                yield ItemReport(item, "painting")
            try:
                future = ended.get(timeout=_GLANCE_SECONDS)
            except Empty:
                if client.status not in ("running", "connecting"):
                    raise _lost(address) from None
                continue
            yield from _report_end(batch, *under_way.pop(str(future.key)), future, address)
            del futures[str(future.key)]
    finally:
        if futures and client.status == "running":
            client.cancel(list(futures.values()))


def _look_there(client: Client, address: str, name: str, content: Picture) -> Seen:
    """What a worker sees in a photo; waits until one is free. Raises StudioError."""
    future = client.submit(_look, name, content, pure=False, resources={_RESOURCE: 1})
    while True:
        try:
            answer: Seen | StudioError = future.result(timeout=_GLANCE_SECONDS)
        except TimeoutError:
            if client.status not in ("running", "connecting"):
                raise _lost(address) from None
            continue
        if isinstance(answer, StudioError):
            raise answer
        return answer


def _report_end(
    batch: Batch, item: BatchItem, request: StyleRequest, future: Future[Any], address: str
) -> Iterator[ItemReport]:
    if future.status not in ("finished", "error"):  # cancelled or lost: the scheduler has gone
        raise _lost(address)
    try:
        answer: Done | StudioError = future.result()
    except KilledWorker:
        answer = EngineError("Every worker that painted this one died, perhaps for lack of memory.", "Make it smaller.")
    except Exception as error:  # noqa: BLE001 - whatever happens to one item, the others are still to be painted
        answer = as_studio_error(error)
    match answer:
        case WeightsError():
            raise answer
        case StudioError():
            yield batch.leave(item, answer)
        case Done():
            yield ItemReport(item, "saving", 1.0)
            yield batch.deliver(item, request, answer)


def _lost(address: str) -> StudioError:
    return EngineError(f"The cluster at {address} is gone.", "The same command continues with what is left.")
