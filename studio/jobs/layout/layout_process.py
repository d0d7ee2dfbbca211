"""LayoutProcess: has pictures laid out in a process of its own, so that compiling and computing stall no window."""

from __future__ import annotations

import json
import multiprocessing
import threading
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import StudioError
from studio.core.storage.user_folders import cache_folder
from studio.jobs.child_process import cause_of_death, environment, wait_for_end
from studio.jobs.layout.service import PLACES, PROBLEM, serve

_QUIT_SECONDS = 1.0  # to end by itself, when it has told all
_END_SECONDS = 3.0  # for the system to free what a killed process holds
_LONGEST_SENTENCE = 100_000  # bytes


class LayoutStopped(Exception):  # noqa: N818 - it says what happened
    """The layout is no longer wanted."""


class LayoutProcess:
    """One layout. `places` waits for it on its thread; `stop` may be called on any other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._is_stopped = False

    def places(self, vectors: NDArray[np.float32], seed: int = 0) -> NDArray[np.float32]:
        """As `umap_plane`. Raises LayoutStopped, and StudioError, also where the process dies."""
        process, connection = self._start(vectors.shape[1], seed)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # it has died, which is seen below
                connection.send_bytes(np.ascontiguousarray(vectors, np.float32).tobytes())
            wait([connection, process.sentinel])
            answer = b""
            with suppress(EOFError, OSError):
                if connection.poll():
                    answer = connection.recv_bytes(max(8 * len(vectors), _LONGEST_SENTENCE) + 1)
        finally:
            exit_code = self._end(process, connection)
        if self._is_stopped:
            raise LayoutStopped
        return _read(answer, len(vectors), exit_code)

    def stop(self) -> None:
        """End it now. Idempotent, also where it has not begun or has ended."""
        with self._lock:
            self._is_stopped = True
            if self._process is not None:
                self._process.kill()

    def _start(self, length: int, seed: int) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        connection, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, length, seed), name="studio-layout", daemon=True)
        # One thread: the others are for the window and the engine. What is compiled is kept for the next time.
        folder = str(cache_folder() / "numba")
        additions = {"NUMBA_CACHE_DIR": folder, "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        additions["JOBLIB_MULTIPROCESSING"] = "0"  # else it makes a semaphore, which is left behind by a killed process
        try:
            with self._lock:
                if self._is_stopped:
                    raise LayoutStopped
                with environment(additions):
                    process.start()
                self._process = process
        except BaseException as error:
            connection.close()
            if isinstance(error, OSError):
                raise StudioError(
                    f"UMAP cannot be started ({error.strerror or error}).", "Close other programs and try again."
                ) from error
            raise
        finally:
            theirs.close()  # else we would never see the child's end close
        return process, connection

    def _end(self, process: BaseProcess, connection: Connection) -> int | None:
        with self._lock:
            self._process = None
        wait_for_end(process, _QUIT_SECONDS)
        process.kill()
        wait_for_end(process, _END_SECONDS)
        connection.close()
        if process.is_alive():
            return None
        exit_code = process.exitcode
        process.close()
        return exit_code


def _read(answer: bytes, count: int, exit_code: int | None) -> NDArray[np.float32]:
    """The places (count, 2) in an answer; of what cannot be one, the same is said as of no answer."""
    if answer[:1] == PLACES and len(answer) == 1 + 8 * count:
        places = np.frombuffer(answer, np.float32, offset=1).reshape(count, 2).copy()
        if np.isfinite(places).all():
            return places
    if answer[:1] == PROBLEM:
        with suppress(ValueError, TypeError):
            message, remedy = json.loads(answer[1:])
            raise StudioError(str(message), str(remedy))
    raise StudioError(
        f"UMAP stopped unexpectedly ({cause_of_death(exit_code)}).", "Close other programs and try again."
    )
