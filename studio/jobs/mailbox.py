"""Mailbox: what other threads want from the worker; a newer wish replaces an older one that nobody has taken."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from studio.core.contract import Request


@dataclass(frozen=True)
class Mail:
    """Everything wanted since the last look.

    live, job: the newest request of each lane, or None. ends_job: the job that runs now is to be stopped, for good or
    for `job`. unstarted: jobs that were replaced or stopped before anybody took them. closing: no more mail will come.
    """

    live: Request | None = None
    job: Request | None = None
    ends_job: bool = False
    unstarted: tuple[Request, ...] = ()
    closing: bool = False


class Mailbox:
    """One slot for a live request and one for a job: putting replaces what nobody has taken. Safe from any thread.

    What is put after `close` is dropped without a word.
    """

    def __init__(self) -> None:
        self._arrival = threading.Condition()
        self._live: Request | None = None
        self._job: Request | None = None
        self._ends_job = False
        self._unstarted: list[Request] = []
        self._closing = False

    def put_live(self, request: Request) -> None:
        """Want `request` instead of any live request that waits here."""
        with self._arrival:
            if not self._closing:
                self._live = request
                self._arrival.notify()

    def put_job(self, request: Request) -> None:
        """Want `request` instead of the job that runs or waits here."""
        with self._arrival:
            if not self._closing:
                self._put_job(request)

    def put_stop(self) -> None:
        """Want no job, neither the one that runs nor the one that waits here."""
        with self._arrival:
            if not self._closing:
                self._put_job(None)

    def take(self, wait: bool) -> Mail:
        """Everything that is here, at once; with `wait`, as soon as there is anything.

        Once closed it never waits: first comes what was still here, then empty mail, all of it `closing`.
        """
        with self._arrival:
            if wait:
                self._arrival.wait_for(
                    lambda: self._live or self._job or self._ends_job or self._unstarted or self._closing
                )
            mail = Mail(self._live, self._job, self._ends_job, tuple(self._unstarted), self._closing)
            self._live = self._job = None
            self._ends_job = False
            self._unstarted.clear()
            return mail

    def close(self) -> None:
        """Take no more mail and wake the taker; idempotent."""
        with self._arrival:
            self._closing = True
            self._arrival.notify()

    def _put_job(self, request: Request | None) -> None:
        if self._job is not None:
            self._unstarted.append(self._job)
        self._job = request
        self._ends_job = True
        self._arrival.notify()
