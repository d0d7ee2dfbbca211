"""Mailbox: what other threads want from the worker; a newer wish replaces an older one that nobody has taken."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

from studio.core.engine_api.contract import Request


@dataclass(frozen=True)
class Mail:
    """Everything wanted since the last look.

    live, job, background: the newest request of each lane, or None. ends_job, ends_background: the one that runs now is
    to be stopped, for good or for a newer one. unstarted: those that were replaced or stopped before anybody took them.
    rests: whether the background is to rest from now on, None for as before. closing: no more mail will come.
    """

    live: Request | None = None
    job: Request | None = None
    ends_job: bool = False
    background: Request | None = None
    ends_background: bool = False
    unstarted: tuple[Request, ...] = ()
    rests: bool | None = None
    closing: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return self == Mail()


class Mailbox:
    """A slot for a request of each lane: putting replaces what nobody has taken. Safe from any thread.

    What is put after `close` is dropped without a word.
    """

    def __init__(self) -> None:
        self._arrival = threading.Condition()
        self._mail = Mail()

    def put_live(self, request: Request) -> None:
        """Want `request` instead of any live request that waits here."""
        self._put(live=request)

    def put_job(self, request: Request | None) -> None:
        """Want `request` (None: nothing) instead of the job that runs or waits here."""
        self._put(job=request, ends_job=True)

    def put_background(self, request: Request | None) -> None:
        """Want `request` (None: nothing) instead of the one in the background that runs or waits here."""
        self._put(background=request, ends_background=True)

    def put_rest(self, rests: bool) -> None:
        """Want the background to rest, or to go on."""
        self._put(rests=rests)

    def take(self, wait: bool) -> Mail:
        """Everything that is here, at once; with `wait`, as soon as there is anything.

        Once closed it never waits: first comes what was still here, then empty mail, all of it `closing`.
        """
        with self._arrival:
            if wait:
                self._arrival.wait_for(lambda: not self._mail.is_empty)
            mail, self._mail = self._mail, Mail(closing=self._mail.closing)
            return mail

    def close(self) -> None:
        """Take no more mail and wake the taker; idempotent."""
        self._put(closing=True)

    def _put(self, **wishes: Any) -> None:
        with self._arrival:
            if self._mail.closing:
                return
            replaced = [getattr(self._mail, lane) for lane in ("job", "background") if lane in wishes]
            unstarted = self._mail.unstarted + tuple(request for request in replaced if request is not None)
            self._mail = replace(self._mail, **wishes, unstarted=unstarted)
            self._arrival.notify()
