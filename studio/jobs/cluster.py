"""The workers of a Dask cluster, each with an engine of its own: work and pictures travel there, answers come back.

The one module that needs the package `distributed`, an extra: import it where a cluster is asked for.
"""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from secrets import token_hex
from threading import Lock
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from distributed import (
    CancelledError,
    Client,
    Future,
    KilledWorker,
    LocalCluster,
    Security,
    Worker,
    WorkerPlugin,
    get_worker,
    rpc,
)

from studio.core.engine_api.contract import Engine, EngineSettings, MakeEngine
from studio.core.errors import EngineDied, EngineError, StudioError
from studio.jobs.as_studio_error import as_studio_error

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0  # after which a scheduler counts as gone that answers nothing; a busy one takes some
_PLUGIN_SECONDS = 120.0  # in which workers that are busy import the studio
_CLOSE_SECONDS = 4.0  # that the end waits for a word of the scheduler
_SHORT_SECONDS = 0.5  # and if there was none
LOCAL = "local"  # in place of an address: workers on this machine, as many as fit, or "local:N"
_MOST_LOCAL = 4  # workers on this machine, if their number is not said: each needs some GB of memory
_AHEAD = 2  # pictures per worker on their way at once: one is worked on while the next one travels
_GLANCE_SECONDS = 1.0  # how often to look whether the cluster is still there

T = TypeVar("T")


class ClusterGone(EngineError):  # noqa: N818 - it says what happened
    """The scheduler no longer answers, be it gone or frozen: nothing more can be asked of it."""


class Cluster:
    """Gives work to the workers of a cluster, as long as the context lasts; for one thread at a time.

    Each worker process makes one engine when its first work comes and keeps it until the context ends. What a worker
    had that is lost is done by another. Leaving the context cancels what is under way.
    """

    def __init__(self, address: str, make_engine: MakeEngine, settings: EngineSettings) -> None:
        """address: of the scheduler, such as "tcp://10.0.0.5:8786", or LOCAL. settings: about the workers' machines.

        Raises StudioError if it does not answer, or its workers are no studios.
        """
        for logger in ("distributed", "distributed.client"):  # Dask logs pages; what matters is said in a sentence
            for handler in logging.getLogger(logger).handlers:
                handler.setLevel(logging.CRITICAL)
        self._address = address
        self._own: LocalCluster | None = None
        if address.partition(":")[0] == LOCAL:
            self._own = _start_workers(address)
            address = self._own.scheduler_address
        self._name = f"style-studio-{token_hex(8)}"
        self._numbers = count()
        self._placed: list[Task[Any]] = []  # those that are asked of one worker first
        self._futures: dict[str, Future[Any]] = {}  # Dask forgets a task whose future nobody holds
        self._is_silent = False  # whether it has not answered in time
        try:
            self._client = _connect(address)
        except BaseException:
            self._close_own()
            raise
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
    def capacity(self) -> int:
        """How many pictures can be on their way at once without waiting long."""
        return _AHEAD * self.workers

    @property
    def workers(self) -> int:
        """How many workers there are now, but at least 1: some may come."""
        return max(1, len(self.places))

    @property
    def places(self) -> tuple[str, ...]:
        """Of the workers there are now. Raises ClusterGone."""
        return tuple(self._ask(self._client.nthreads))

    def _ask(self, question: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """What the scheduler answers to a question of the client's. Raises ClusterGone."""
        try:
            return self._answer(question, ANSWER_SECONDS)
        except TimeoutError:
            raise self._silent(ANSWER_SECONDS) from None
        except Exception as error:  # Dask raises many kinds, the sooner after the loss the odder
            raise self._gone() from error

    def _answer(self, question: Callable[[], T], seconds: float) -> T:
        """What comes of a question of the client's, which by itself would wait forever. Raises TimeoutError."""

        async def ask() -> T:  # on the client's own thread, where its methods return what is to be waited for
            answer: T = await question()  # type: ignore[misc]
            return answer

        answer: T = self._client.sync(ask, callback_timeout=seconds)
        return answer

    def start(
        self, work: Callable[[Engine], T], ended: SimpleQueue[Task[Any]] | None = None, place: str = ""
    ) -> Task[T]:
        """Have a worker do it, with its engine; what it raises comes back. It must be picklable.

        ended: where the task is put when it has come to an end, by another thread; `next_of` waits for it.
        place: of the worker that is to do it, if it is still there.
        """
        task = Task(self, work, ended)
        task.submit(place)
        if place:
            self._placed = [*(other for other in self._placed if not other.is_over), task]
        return task

    def submit(self, work: Callable[[Engine], Any], place: str) -> Future[Any]:
        """As `start`, for a Task. Raises ClusterGone."""
        key = f"{self._name}-{next(self._numbers)}"
        where = {"workers": [place], "allow_other_workers": True} if place else {}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)  # pictures are as large as they are
            try:
                future = self._client.submit(_do, self._name, work, key=key, pure=False, **where)
            except Exception:
                self.check_there()
                raise
        self._futures[key] = future
        return future

    def next_of(self, ended: SimpleQueue[Task[Any]]) -> Task[Any]:
        """The next task that came to an end; waits for it. Raises ClusterGone."""
        while True:
            try:
                return ended.get(timeout=_GLANCE_SECONDS)
            except Empty:
                self.check_there()
                self._move_on()

    def _move_on(self) -> None:
        """Ask others for what waits for a worker that is gone: Dask does not where it was the last one."""
        places = self.places
        waiting = [task for task in self._placed if not task.is_over and task.wanted_place not in ("", *places)]
        if waiting:
            at_work = {key for keys in self._ask(self._client.processing).values() for key in keys}
            for task in waiting:
                if task.key not in at_work:
                    former = self._futures.pop(task.key)
                    task.submit("")
                    self._client.cancel([former])

    def check_there(self) -> None:
        """Raise ClusterGone if it is, as far as Dask's client has noticed."""
        if self._client.status not in ("running", "connecting"):
            raise self._gone()

    def answer_of(self, future: Future[Any]) -> tuple[Any, str]:
        """The answer to it, and the place of its worker; waits for that, also where it was lost. Raises StudioError."""
        while True:
            try:
                answer = future.result(timeout=_GLANCE_SECONDS)
                break
            except TimeoutError:
                self.check_there()
                _ = self.places  # a scheduler that is frozen tells nobody
            except CancelledError:  # by the client, whose scheduler has gone
                raise self._gone() from None
            except KilledWorker:
                raise EngineDied(
                    "Every worker that had this picture died, perhaps for lack of memory.", "Make it smaller."
                ) from None
            except Exception as error:  # noqa: BLE001 - whatever happens to one piece of work is told as one sentence
                self.check_there()
                raise as_studio_error(error) from None
            finally:
                if future.done():
                    self._futures.pop(str(future.key), None)
        if isinstance(answer, _Raised):
            raise answer.error
        value, place = answer
        return value, place

    def close(self) -> None:
        """Cancel what is under way, and have the workers close their engines; idempotent."""
        try:
            is_heard = self._say_goodbye()
            self._futures.clear()
            with suppress(Exception):  # as it may be if it is not heard
                self._client.close(timeout=_CLOSE_SECONDS if is_heard else _SHORT_SECONDS)
        finally:
            self._close_own()

    def _say_goodbye(self) -> bool:
        """Have everything cancelled and the engines closed; whether the scheduler has heard of it."""
        if self._is_silent or self._client.status != "running":
            return False
        with suppress(Exception):  # a cluster that cannot be reached forgets it by itself
            self._answer(self._client.nthreads, _CLOSE_SECONDS)  # else the end would wait long for a frozen one
            if self._futures:
                futures = list(self._futures.values())
                self._answer(lambda: self._client.cancel(futures), _CLOSE_SECONDS)
            self._answer(lambda: self._client.unregister_worker_plugin(self._name), ANSWER_SECONDS)
            return True
        return False

    def _close_own(self) -> None:
        if self._own is not None:
            self._own.close()

    def _send(self, studio: _Studio) -> None:
        if not self.places:
            raise StudioError(
                f"The cluster at {self._address} has no workers.", f"Start some: 'dask worker {self._address}'."
            )
        try:
            self._answer(lambda: self._client.register_plugin(studio, name=self._name), _PLUGIN_SECONDS)
        except TimeoutError:
            raise self._silent(_PLUGIN_SECONDS) from None
        except Exception as error:
            raise EngineError(
                f"The workers at {self._address} cannot paint ({type(error).__name__}: {error}).",
                "Install the same Style Studio on each of them.",
            ) from error

    def _silent(self, seconds: float) -> ClusterGone:
        self._is_silent = True
        return ClusterGone(
            f"The cluster at {self._address} has not answered for {seconds:.0f} seconds.",
            "See whether its scheduler still runs; the same command continues with what is left.",
        )

    def _gone(self) -> ClusterGone:
        return ClusterGone(f"The cluster at {self._address} is gone.", "The same command continues with what is left.")


class Task(Generic[T]):
    """Work under way on a cluster, made by `Cluster.start`."""

    def __init__(self, cluster: Cluster, work: Callable[[Engine], T], ended: SimpleQueue[Task[Any]] | None) -> None:
        self._cluster, self._work, self._ended = cluster, work, ended
        self._future: Future[Any]
        self.wanted_place = ""  # of the worker that is asked first
        self.place = ""  # of the worker that did it, once there is a result

    def submit(self, place: str) -> None:
        """Have it done, at a place or anywhere; what was under way before counts no longer."""
        self.wanted_place = place
        future = self._future = self._cluster.submit(self._work, place)
        if self._ended is not None:
            future.add_done_callback(self._end)

    @property
    def key(self) -> str:
        """Dask's name for it."""
        return str(self._future.key)

    @property
    def is_over(self) -> bool:
        """Whether there is an answer or an error."""
        return bool(self._future.done())

    def _end(self, future: Future[Any]) -> None:  # called on a thread of Dask's
        if future is self._future and self._ended is not None:
            self._ended.put(self)

    def result(self) -> T:
        """What came of it; waits for that. Raises what the work raised, EngineDied and ClusterGone."""
        answer: T
        answer, self.place = self._cluster.answer_of(self._future)
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
        worker = get_worker()
        studio: _Studio = worker.plugins[name]  # type: ignore[assignment]  # we put it there
        return studio.do(work), worker.address
    except Exception as error:  # noqa: BLE001 - crosses to the client, which knows what to do about it
        return _Raised(as_studio_error(error))


def _connect(address: str) -> Client:
    try:
        asyncio.run(_hear_from(address))  # Dask's client would wait forever for one that is frozen
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="style-studio")
    except (OSError, ValueError, TypeError) as error:
        raise StudioError(
            f"No scheduler of a cluster answers at {address}.",
            "Give its address, such as tcp://10.0.0.5:8786; 'dask scheduler' starts one.",
        ) from error


async def _hear_from(address: str) -> None:
    """Have a scheduler say who it is. Raises OSError (TimeoutError, too), ValueError or TypeError if it does not."""
    keys = Security().get_connection_args("client")  # as Dask's client has them
    async with (
        asyncio.timeout(2 * CONNECT_SECONDS),
        rpc(address, timeout=CONNECT_SECONDS, connection_args=keys) as scheduler,
    ):
        await scheduler.identity()


def _start_workers(address: str) -> LocalCluster:
    """A scheduler and workers on this machine. address: LOCAL, or that with ":" and the number of workers."""
    cores = os.cpu_count() or 1
    number = address.partition(":")[2]
    workers = int(number) if number else max(1, min(_MOST_LOCAL, cores // 2))
    threads = str(max(1, cores // workers))  # of PyTorch; Dask would have one
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        memory_limit=0,  # Dask would end workers long before the memory is full
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
        env={"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads},
    )
