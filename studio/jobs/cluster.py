"""The workers of a Dask cluster, each with an engine of its own: work and pictures travel there, answers come back.

The one module that needs the package `distributed`, an extra: import it where a cluster is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from secrets import token_hex
from threading import Lock
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from distributed import CancelledError, Client, Future, KilledWorker, Worker, WorkerPlugin, get_worker

from studio.core.engine_api.contract import Engine, EngineSettings, MakeEngine
from studio.core.errors import EngineDied, EngineError, StudioError
from studio.jobs.as_studio_error import as_studio_error

CONNECT_SECONDS = 5.0
_AHEAD = 2  # pictures per worker on their way at once: one is worked on while the next one travels
_GLANCE_SECONDS = 1.0  # how often to look whether the cluster is still there

T = TypeVar("T")


class ClusterGone(EngineError):  # noqa: N818 - it says what happened
    """The scheduler no longer answers: nothing more can be asked of it."""


class Cluster:
    """Gives work to the workers of a cluster, as long as the context lasts; for one thread at a time.

    Each worker process makes one engine when its first work comes and keeps it until the context ends. What a worker
    had that is lost is done by another. Leaving the context cancels what is under way.
    """

    def __init__(self, address: str, make_engine: MakeEngine, settings: EngineSettings) -> None:
        """address: of the scheduler, such as "tcp://10.0.0.5:8786". settings: about the workers' machines.

        Raises StudioError if it does not answer, or its workers are no studios.
        """
        for logger in ("distributed", "distributed.client"):  # Dask logs pages; what matters is said in a sentence
            for handler in logging.getLogger(logger).handlers:
                handler.setLevel(logging.CRITICAL)
        self._address = address
        self._name = f"style-studio-{token_hex(8)}"
        self._numbers = count()
        self._futures: dict[str, Future[Any]] = {}  # Dask forgets a task whose future nobody holds
        self._client = _connect(address)
        try:
            self._send(_Studio(make_engine, settings))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def room(self) -> int:
        """How many pictures can be on their way at once without waiting long."""
        return _AHEAD * max(1, len(self._client.nthreads()))

    def start(self, work: Callable[[Engine], T], ended: SimpleQueue[Task[Any]] | None = None) -> Task[T]:
        """Have a worker do it, with its engine; what it raises comes back. It must be picklable.

        ended: where the task is put when it has come to an end, by another thread; `next_of` waits for it.
        """
        key = f"{self._name}-{next(self._numbers)}"
        future = self._client.submit(_do, self._name, work, key=key, pure=False)
        self._futures[key] = future
        return Task(self, future, ended)

    def next_of(self, ended: SimpleQueue[Task[Any]]) -> Task[Any]:
        """The next task that came to an end; waits for it. Raises ClusterGone."""
        while True:
            try:
                return ended.get(timeout=_GLANCE_SECONDS)
            except Empty:
                self.check_there()

    def check_there(self) -> None:
        """Raise ClusterGone if it is."""
        if self._client.status not in ("running", "connecting"):
            raise self._gone()

    def answer_of(self, future: Future[Any]) -> Any:
        """The answer to it; waits for that, also where it was lost with its worker. Raises StudioError."""
        while True:
            try:
                answer = future.result(timeout=_GLANCE_SECONDS)
                break
            except TimeoutError:
                self.check_there()
            except CancelledError:  # by the client, whose scheduler has gone
                raise self._gone() from None
            except KilledWorker:
                raise EngineDied(
                    "Every worker that had this picture died, perhaps for lack of memory.", "Make it smaller."
                ) from None
            except Exception as error:  # noqa: BLE001 - whatever happens to one piece of work is told as one sentence
                self.check_there()
                raise as_studio_error(error) from None
        self._futures.pop(str(future.key), None)
        if isinstance(answer, _Raised):
            raise answer.error
        return answer

    def close(self) -> None:
        """Cancel what is under way, and have the workers close their engines; idempotent."""
        if self._client.status == "running":
            if self._futures:
                self._client.cancel(list(self._futures.values()))
            with suppress(Exception):  # a cluster that cannot be reached forgets it by itself
                self._client.unregister_worker_plugin(self._name)
        self._futures.clear()
        self._client.close()

    def _send(self, studio: _Studio) -> None:
        if not self._client.nthreads():
            raise StudioError(
                f"The cluster at {self._address} has no workers.", f"Start some: 'dask worker {self._address}'."
            )
        try:
            self._client.register_plugin(studio, name=self._name)
        except Exception as error:
            raise EngineError(
                f"The workers at {self._address} cannot paint ({type(error).__name__}: {error}).",
                "Install the same Style Studio on each of them.",
            ) from error

    def _gone(self) -> ClusterGone:
        return ClusterGone(f"The cluster at {self._address} is gone.", "The same command continues with what is left.")


class Task(Generic[T]):
    """Work under way on a cluster, made by `Cluster.start`."""

    def __init__(self, cluster: Cluster, future: Future[Any], ended: SimpleQueue[Task[Any]] | None) -> None:
        self._cluster, self._future = cluster, future
        if ended is not None:
            future.add_done_callback(lambda _: ended.put(self))  # called on a thread of Dask's

    def result(self) -> T:
        """What came of it; waits for that. Raises what the work raised, EngineDied and ClusterGone."""
        answer: T = self._cluster.answer_of(self._future)
        return answer


class _Studio(WorkerPlugin):
    """What each worker process gets: one engine, made when it is first needed.

    It works on one picture at a time, however many threads the worker has. A resource of Dask's would say so to the
    scheduler, but what waits while there is no worker at all is not given to one whose resources become known later.
    """

    def __init__(self, make_engine: MakeEngine, settings: EngineSettings) -> None:
        self._make_engine = make_engine
        self._settings = settings
        self._engine: Engine | None = None
        self._has_ended = False

    def setup(self, worker: Worker) -> None:
        """Called on the worker when it gets the plugin."""
        self._turn = Lock()

    def teardown(self, worker: Worker) -> None:
        """Called when the work has ended, or the worker."""
        self._has_ended = True
        if self._engine is not None:
            self._engine.close()

    def do(self, work: Callable[[Engine], T]) -> T:
        """What comes of it, when it is its turn. Raises what the engine raises."""
        with self._turn:
            if self._has_ended:
                raise EngineError("The work has ended.")
            if self._engine is None:
                self._engine = self._make_engine(self._settings)
            return work(self._engine)


class _Raised:
    """An error on its way back: Dask would try to raise it again with frames of another machine."""

    def __init__(self, error: StudioError) -> None:
        self.error = error


def _do(name: str, work: Callable[[Engine], Any]) -> Any:
    """Runs on a worker."""
    try:
        studio: _Studio = get_worker().plugins[name]  # type: ignore[assignment]  # we put it there
        return studio.do(work)
    except Exception as error:  # noqa: BLE001 - crosses to the client, which knows what to do about it
        return _Raised(as_studio_error(error))


def _connect(address: str) -> Client:
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="style-studio")
    except (OSError, ValueError, TypeError) as error:
        raise StudioError(
            f"No scheduler of a cluster answers at {address}.",
            "Give its address, such as tcp://10.0.0.5:8786; 'dask scheduler' starts one.",
        ) from error
