"""Worker: one thread that owns the engine; live requests first, then looks at photos, a long job, previews, one in the
background, and descriptions of pictures last.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from studio.core.engine_api.contract import (
    Compared,
    Described,
    DescribeRequest,
    Done,
    Engine,
    Event,
    Failed,
    Look,
    Ready,
    Request,
    Seen,
    Stopped,
)
from studio.core.engine_api.learning import Trained
from studio.core.errors import EngineDied, EngineError
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.event_check import check_event
from studio.jobs.interruption import Interrupted, Interruptible
from studio.jobs.mailbox import Mailbox, WorkerCommands

_logger = logging.getLogger(__name__)


class Worker:
    """One thread that owns the engine: live requests (newest wins), looks at photos, a job, previews, the background.

    `make_engine` is called on that thread, and so is `on_event`, with every event. Before anything is painted comes
    Ready, or Failed with request id 0; after a failed start the engine is started again when the next request comes. An
    engine that died fails the request it was at work on and is started again at once, with another Ready.
    Every request ends with exactly one Done, Seen, Described, Compared, Trained, Stopped or Failed, after which no
    event of it follows; with two exceptions: nothing is said about a live request that was replaced before the engine
    saw it, nor about a request that comes after `close`. What is no event of its request (`check_event`) fails it.

    A live request runs between two steps of the job, which continues afterwards: as long as new ones keep coming, the
    job waits. Looks wait for the live request alone, and none replaces another. In the same way previews wait while
    there is a job, and so does the request in the background while there is either, and while it is paused.
    Descriptions wait for all of these, but not for a background that is paused. Each live request that was started
    gives at least one event before a newer one takes its place, so the picture follows while a slider is dragged.

    The Stopped of any of them but a live request is sent after the step under way, or in the middle of it if the
    engine is Interruptible; only then is its iterator closed, which may take until the step has ended.
    """

    def __init__(self, make_engine: Callable[[], Engine], on_event: Callable[[Event], None]) -> None:
        self._make_engine = make_engine
        self._on_event = on_event
        self._mailbox = Mailbox()
        # A daemon, for the case that an engine in this process is stuck when the program ends.
        self._thread = threading.Thread(target=self._work, name="studio-worker", daemon=True)
        self._engine: Engine | None = None
        # From here on for the worker thread alone.
        self._has_tried_to_start = False
        self._is_ready = False
        self._is_closing = False
        self._live: _Run | None = None
        self._looks: deque[_Run] = deque()
        self._job: _Run | None = None
        self._previews: deque[_Run] = deque()
        self._background: _Run | None = None
        self._is_background_paused = False
        self._descriptions: deque[_Run] = deque()
        self._ended: list[_Run] = []  # their end is announced, their iterators are still to be closed

    def start(self) -> None:
        """Start the thread; call it once."""
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Run a live request before the job continues; it replaces the live request before it."""
        self._mailbox.put_live(request)

    def look(self, request: Look) -> None:
        """Look at a photo or at two, after the live request and all looks before; nothing is stopped."""
        self._mailbox.put_look(request)

    def stop_look(self, request: Look) -> None:
        """Stop a look, if it has not ended yet."""
        self._mailbox.put_stop_look(request.id)
        self._interrupt_engine()

    def describe(self, request: DescribeRequest) -> None:
        """Describe a picture for which nobody waits, while there is no other work; none replaces another."""
        self._mailbox.put_description(request)

    def start_job(self, request: Request) -> None:
        """Run a long job; the job before it, if any, is stopped."""
        self._mailbox.put_job(request)
        self._interrupt_engine()

    def stop_job(self) -> None:
        """Stop the job, if there is one."""
        self._mailbox.put_job(None)
        self._interrupt_engine()

    def start_previews(self, requests: Sequence[Request]) -> None:
        """Run requests one after the other while nothing goes before them; all previews before are stopped."""
        self._mailbox.put_previews(requests)
        self._interrupt_engine()

    def stop_previews(self) -> None:
        """Stop all previews that are left."""
        self.start_previews(())

    def start_background(self, request: Request) -> None:
        """Run a request while there is no other work; the one in the background before it, if any, is stopped."""
        self._mailbox.put_background(request)
        self._interrupt_engine()

    def stop_background(self) -> None:
        """Stop the one in the background, if there is one."""
        self._mailbox.put_background(None)
        self._interrupt_engine()

    def pause_background(self, is_paused: bool) -> None:
        """Pause the background after the step under way, or let it continue."""
        self._mailbox.put_pause(is_paused)

    def close(self, timeout: float = 5.0) -> None:
        """Stop everything and close the engine, waiting at most `timeout` seconds; idempotent, from any thread.

        When it returns in time, the last event has been sent.
        """
        self._mailbox.close()
        self._interrupt_engine()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)
            if self._thread.is_alive():
                _logger.warning("The engine did not end within %g s and is abandoned.", timeout)

    def _interrupt_engine(self) -> None:
        if isinstance(self._engine, Interruptible):
            self._engine.interrupt()

    # Everything below runs on the worker thread.

    def _work(self) -> None:
        while not self._is_closing:
            # When interrupted, whatever was waited for is asked again in a later round, if it is still wanted.
            with suppress(Interrupted):
                self._run_once()
        self._shut_down()

    def _run_once(self) -> None:
        """Take the commands, then do the one thing that comes first."""
        has_work = self._ended or self._next_run() or not self._has_tried_to_start
        self._apply(self._mailbox.take_commands(wait=not has_work))
        run = self._next_run()
        if self._is_closing:
            return
        if self._ended:
            self._close_run(self._ended[0])
            del self._ended[0]
        elif not self._is_ready and (run or not self._has_tried_to_start):
            self._start_engine()
        elif run:
            self._advance(run)

    def _next_run(self) -> _Run | None:
        background = None if self._is_background_paused else self._background
        look = self._looks[0] if self._looks else None
        preview = self._previews[0] if self._previews else None
        description = self._descriptions[0] if self._descriptions else None
        return self._live or look or self._job or preview or background or description

    def _runs(self) -> list[_Run]:
        """All there are, those that come first in front."""
        runs = (self._live, *self._looks, self._job, *self._previews, self._background, *self._descriptions)
        return list(filter(None, runs))

    def _apply(self, commands: WorkerCommands) -> None:
        for request in commands.unstarted:
            self._emit(Stopped(request.id))
        ended = [self._job] if commands.ends_job else []
        ended += [look for look in self._looks if look.request.id in commands.ends_looks]
        ended += self._previews if commands.ends_previews else ()
        ended += [self._background] if commands.ends_background else ()
        for run in filter(None, ended):
            self._end(run, Stopped(run.request.id))
        if commands.live:
            if self._live and self._live.events is not None:
                self._end(self._live, Stopped(self._live.request.id))
            self._live = _Run(commands.live)
        self._looks.extend(map(_Run, commands.looks))
        if commands.job:
            self._job = _Run(commands.job)
        self._previews.extend(map(_Run, commands.previews))
        if commands.background:
            self._background = _Run(commands.background)
        self._descriptions.extend(map(_Run, commands.descriptions))
        if commands.pauses_background is not None:
            self._is_background_paused = commands.pauses_background
        self._is_closing = commands.is_closing

    def _start_engine(self) -> None:
        try:
            if self._engine is None:
                self._engine = self._make_engine()
                return  # to the mailbox first: what came while there was no engine to interrupt may be a stop
            info = self._engine.describe()
        except Interrupted:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an engine raises is an event, not the end of the thread
            failure = as_studio_error(error)
            if not self._has_tried_to_start:
                self._has_tried_to_start = True
                self._emit(Failed(0, failure))
            for run in self._runs():
                self._end(run, Failed(run.request.id, failure))
        else:
            self._has_tried_to_start = self._is_ready = True
            self._emit(Ready(info))

    def _advance(self, run: _Run) -> None:
        assert self._engine is not None
        try:
            if run.events is None:
                run.events = iter(self._engine.run(run.request))
            event = check_event(next(run.events), run.request)
        except Interrupted:
            raise
        except StopIteration:
            failure = EngineError("The painting engine ended without a result.", "Try again.")
            self._end(run, Failed(run.request.id, failure))
        except Exception as error:  # noqa: BLE001 - as above
            if isinstance(error, EngineDied):  # at once, as at the beginning: the next request need not wait for it
                self._has_tried_to_start = self._is_ready = False
            self._end(run, Failed(run.request.id, as_studio_error(error)))
        else:
            if isinstance(event, Done | Seen | Described | Compared | Trained | Stopped | Failed):
                self._end(run, event)
            else:
                self._emit(event)

    def _end(self, run: _Run, last_event: Event) -> None:
        if run is self._live:
            self._live = None
        elif run in self._looks:
            self._looks.remove(run)
        elif run is self._job:
            self._job = None
        elif run in self._previews:
            self._previews.remove(run)
        elif run in self._descriptions:
            self._descriptions.remove(run)
        else:
            self._background = None
        self._ended.append(run)
        self._emit(last_event)

    def _close_run(self, run: _Run) -> None:
        try:
            close = getattr(run.events, "close", None)  # generators have it, plain iterators do not
            if close is not None:
                close()
        except Interrupted:
            raise
        except Exception:
            _logger.exception("A request could not be closed.")

    def _shut_down(self) -> None:
        for run in self._runs():
            self._end(run, Stopped(run.request.id))
        for run in self._ended:
            self._interrupt_engine()  # do not wait for a slow step: the engine itself is closed right after
            with suppress(Interrupted):
                self._close_run(run)
        try:
            if self._engine is not None:
                self._engine.close()
        except Exception:
            _logger.exception("The engine could not be closed.")

    def _emit(self, event: Event) -> None:
        try:
            self._on_event(event)
        except Exception:
            _logger.exception("An event was lost: %s", type(event).__name__)


@dataclass(eq=False)
class _Run:
    """A request and, once it was started, its events."""

    request: Request
    events: Iterator[Event] | None = None
