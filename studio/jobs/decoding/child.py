"""DecodeChild: one life of the decode process, as the studio sees it: started, asked, waited for, ended."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO

from studio.core.errors import PictureError
from studio.core.picture import Picture
from studio.core.storage.temporary_folder import TemporaryFolder, sweep
from studio.jobs.channel import Channel
from studio.jobs.child_process import cause_of_death, environment, signs_of, wait_for_end
from studio.jobs.decoding.bounds import Bounds
from studio.jobs.decoding.messages import Answer, Opened, Question, QuestionPipe, Ready, take_up
from studio.jobs.decoding.service import serve

_PREFIX = "style-studio-decoded-"
_EARLIER_PREFIX = "style-studio-"  # in versions that locked none
_FILE = "picture"
_END_SECONDS = 3.0  # for the system to free what a killed process holds
_SHARED_MEMORY = Path("/dev/shm")
_LEAST_FREE = 2 * 2**30  # bytes; 200 megapixels with alpha are 800 MB

_MOST_ANSWERS = 100  # to one question; there are three or four

# glibc reserves 64 MB of addresses for each thread that allocates, which a limit on addresses would count.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"} if sys.platform == "linux" else {}


class DecodeDied(Exception):  # noqa: N818 - it says what happened
    """The process has ended; its message says how."""


class DecodeChild:
    """A running decode process. For one thread at a time, but for `kill`."""

    def __init__(self, bounds: Bounds, *, in_memory: bool = True) -> None:
        """in_memory: whether pictures may be handed over in shared memory, where there is some, or on the disk alone.

        Raises PictureError if the system does not start it.
        """
        context = multiprocessing.get_context("spawn")
        self._folder: TemporaryFolder | None = None
        self._is_cut_off = self._is_ended = self.is_ready = False
        try:
            self._folder = TemporaryFolder(_PREFIX, _place_for_pixels() if in_memory else None)
            shared = self._folder.path / _FILE
            self._shared: IO[bytes] = shared.open("w+b", buffering=0)
            connection, theirs = context.Pipe()
            self._process = context.Process(
                target=serve, args=(theirs, shared, bounds), name="studio-decoder", daemon=True
            )
            try:
                with environment(_ENVIRONMENT):
                    self._process.start()
            except BaseException:
                connection.close()
                self._shared.close()
                raise
            finally:
                theirs.close()  # else we would never see the child's end close
        except OSError as error:
            self._is_ended = True  # it never began
            self._forget_folder()
            raise PictureError(
                f"Pictures cannot be opened now ({error.strerror or error}).", "Close other programs and try again."
            ) from error
        assert self._process.pid is not None
        self.signs = signs_of(self._process.pid)
        self._answers: deque[Answer] = deque()
        self._told = 0  # answers since the last question
        self._changed = threading.Condition()
        self._exit_code: int | None = None
        self._channel = Channel(connection, QuestionPipe(connection), self._take, self._cut_off)

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked, as far as is known."""
        return not self._is_ended and not self._is_cut_off

    def ask(self, question: Question) -> None:
        """Send a question; the answers to it come one by one."""
        self._told = 0
        self._channel.send(question)

    def answer(self, seconds: float) -> Answer | None:
        """The next answer, None where there is none within so many seconds. Raises DecodeDied."""
        with self._changed:
            self._changed.wait_for(lambda: self._answers or self._is_cut_off, seconds)
            found = self._answers.popleft() if self._answers else None
        if isinstance(found, Ready):
            self.is_ready = True
            self._forget_folder()  # both have the file open
            return None
        if found is None and self._is_cut_off:
            self.end()
            raise DecodeDied(cause_of_death(self._exit_code))
        return found

    def take_up(self, opened: Opened, question: Question) -> Picture:
        """The picture that an answer tells of. Raises DecodeDied where it is not there."""
        try:
            return take_up(opened, self._shared, question.name, question.path)
        except ValueError as error:
            self.end()
            raise DecodeDied(str(error)) from error

    def end(self) -> None:
        """End it now: nothing in it is worth waiting for. Idempotent."""
        if self._is_ended:
            return
        self._is_ended = True
        self._process.kill()
        wait_for_end(self._process, _END_SECONDS)
        self._exit_code = self._process.exitcode
        self._channel.close()
        self._shared.close()
        self._forget_folder()
        if not self._process.is_alive():
            self._process.close()

    def _take(self, answer: Answer) -> None:
        self._told += 1
        if self._told > _MOST_ANSWERS:  # whoever has taken it over would keep us listening, past all bounds
            raise ValueError("more than there is to say about a picture")
        with self._changed:
            self._answers.append(answer)
            self._changed.notify_all()

    def _cut_off(self) -> None:
        with self._changed:
            self._is_cut_off = True
            self._changed.notify_all()

    def _forget_folder(self) -> None:
        if self._folder is not None and (os.name == "posix" or self._is_ended):  # an open file keeps its bytes
            self._folder.remove()
            self._folder = None


def remove_left_behind() -> None:
    """Remove what studios have left that were killed before their decode process was ready. Not for the GUI thread."""
    sweep(_PREFIX, (_SHARED_MEMORY, Path(tempfile.gettempdir())))
    sweep(_EARLIER_PREFIX, (_SHARED_MEMORY,), _FILE)


def _place_for_pixels() -> Path | None:
    """Where files lie in memory, if there is room; else among the temporary ones."""
    with suppress(OSError):
        if os.access(_SHARED_MEMORY, os.W_OK) and shutil.disk_usage(_SHARED_MEMORY).free > _LEAST_FREE:
            return _SHARED_MEMORY
    return None
