"""DecodeProcess: the PictureOpener that decodes in a process of its own, within bounds, and can be stopped."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from studio.core.errors import PictureError, StudioError
from studio.core.image_io.opening.opener import Cancellation, OpeningCancelled
from studio.core.picture import Picture
from studio.jobs.decoding.asking import Asking
from studio.jobs.decoding.bounds import LOOK_SECONDS, Bounds, Watch
from studio.jobs.decoding.child import DecodeChild, DecodeDied, remove_left_behind
from studio.jobs.decoding.messages import Begun, NoRoom, Opened, Question, Sized

_PATIENCE = 0.5  # s that somebody who waits grants a picture for which nobody does
_MOST_SET_ASIDE = 2  # times; then it is decoded to its end
_REMEDY = "Open it in another program, save it as a JPEG or PNG, and open that."

_logger = logging.getLogger(__name__)


class DecodeProcess(Asking):
    """Opens one picture at a time; the process is started at the first one and again after a death.

    What takes more time or memory than its `bounds` is ended with the process, and raises PictureError. A picture that
    somebody waits for (it has a Cancellation) goes before those for which nobody does, such as thumbnails: one of those
    that is under way is set aside after half a second and begun again later.
    """

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._child: DecodeChild | None = None
        self._turn = threading.Condition()
        self._is_taken = self._is_closed = False
        self._in_memory = True
        self._has_swept = False
        self._awaited: deque[object] = deque()  # a token for each picture that somebody waits for and that is not begun
        self._others: deque[object] = deque()  # for each of those for which nobody does

    def start(self) -> None:
        """Start the process, unless there is one; returns before it is ready, and waits for no picture."""
        with self._turn:
            if self._is_taken or self._is_closed:
                return
            self._is_taken = True
        try:
            with suppress(StudioError):
                self._living_child()
        finally:
            self._end_turn()

    def close(self) -> None:
        """End the process and what is under way."""
        with self._turn:
            self._is_closed = True
            self._turn.notify_all()
            self._turn.wait_for(lambda: not self._is_taken)
            if self._child is not None:
                self._child.end()

    def _opened(self, question: Question, cancellation: Cancellation | None) -> Picture:
        times_set_aside = 0
        while True:
            with self._my_turn(cancellation):
                may_be_set_aside = cancellation is None and times_set_aside < _MOST_SET_ASIDE
                try:
                    picture = self._decoded(question, cancellation, may_be_set_aside)
                except NoRoom:
                    if not self._in_memory:
                        raise
                    self._in_memory = False  # others have filled the shared memory: from now on by way of the disk
                    continue
            if picture is not None:
                return picture
            times_set_aside += 1

    def _decoded(self, question: Question, cancellation: Cancellation | None, may_be_set_aside: bool) -> Picture | None:
        """The picture, or None where it was set aside."""
        child = self._living_child()
        watch = Watch(self._bounds, child.signs, is_starting=not child.is_ready)
        looks, is_answered = 0, False
        try:
            child.ask(question)
            while True:
                match child.answer(LOOK_SECONDS):
                    case Begun(size):
                        watch.begin(size)
                    case Sized(width, height):
                        watch.size_is_known(width, height)
                    case Opened() as opened:
                        picture = child.take_up(opened, question)
                        is_answered = True
                        return picture
                    case NoRoom() as error:
                        is_answered = not self._in_memory
                        raise error
                    case StudioError() as error:
                        is_answered = True
                        for trace in getattr(error, "__notes__", ()):
                            _logger.error("A picture could not be opened, by a fault of the studio.\n%s", trace)
                        raise error
                    case None:
                        looks += 1
                        self._check(cancellation)
                        if may_be_set_aside and self._awaited and looks * LOOK_SECONDS >= _PATIENCE:
                            return None
                        if exceeded := watch.look():
                            raise PictureError(f"{question.name} was not opened: {exceeded}.", _REMEDY)
        except DecodeDied as death:
            self._check(cancellation)
            raise PictureError(f"{question.name} was not opened: its decoder ended ({death}).", _REMEDY) from None
        finally:
            if not is_answered:
                child.end()

    def _living_child(self) -> DecodeChild:
        if self._child is None or not self._child.is_alive:
            if self._child is not None:
                self._child.end()
            self._child = DecodeChild(self._bounds, in_memory=self._in_memory)
            if not self._has_swept:  # while it gets ready
                self._has_swept = True
                remove_left_behind()
        return self._child

    @contextmanager
    def _my_turn(self, cancellation: Cancellation | None) -> Iterator[None]:
        """In the order in which they came, those first that somebody waits for."""
        queue, token = self._others if cancellation is None else self._awaited, object()
        with self._turn:
            queue.append(token)
            try:
                self._check(cancellation)
                while self._is_taken or queue[0] is not token or (cancellation is None and self._awaited):
                    self._turn.wait(LOOK_SECONDS)
                    self._check(cancellation)
                self._is_taken = True
            finally:
                queue.remove(token)
        try:
            yield
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        with self._turn:
            self._is_taken = False
            self._turn.notify_all()

    def _check(self, cancellation: Cancellation | None) -> None:
        if self._is_closed:
            raise OpeningCancelled("The studio is being closed.")
        if cancellation is not None:
            cancellation.check()
