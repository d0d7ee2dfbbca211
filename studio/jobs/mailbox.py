"""Mailbox: what other threads want of the worker; a newer command replaces an older one that was not taken yet."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from studio.core.engine_api.contract import DescribeRequest, Look, Request


@dataclass(frozen=True)
class WorkerCommands:
    """Everything that was asked since the last look.

    live, job, background: the newest request of each kind, or None. looks, descriptions: all that came, in order.
    previews: the newest queue of them. ends_looks: ids of looks that are not wanted any more. ends_job, ends_previews,
    ends_background: what runs now is to be stopped, for good or for something newer. unstarted: those that were
    replaced or stopped before they were taken. pauses_background: whether the background is paused from now on,
    None for as before. is_closing: nothing more will come.
    """

    live: Request | None = None
    looks: tuple[Look, ...] = ()
    ends_looks: frozenset[int] = frozenset()
    descriptions: tuple[DescribeRequest, ...] = ()
    job: Request | None = None
    ends_job: bool = False
    previews: tuple[Request, ...] = ()
    ends_previews: bool = False
    background: Request | None = None
    ends_background: bool = False
    unstarted: tuple[Request, ...] = ()
    pauses_background: bool | None = None
    is_closing: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return self == WorkerCommands()


class Mailbox:
    """A slot for each kind of request: putting replaces what was not taken yet, but for looks and descriptions.

    Safe from any thread. What is put after `close` is dropped.
    """

    def __init__(self) -> None:
        self._arrival = threading.Condition()
        self._commands = WorkerCommands()

    def put_live(self, request: Request) -> None:
        """Want `request` instead of any live request that waits here."""
        self._put(live=request)

    def put_look(self, request: Look) -> None:
        """Want `request` besides all others that wait here."""
        with self._arrival:
            self._put(looks=(*self._commands.looks, request))

    def put_stop_look(self, request_id: int) -> None:
        """Do not want a look any more, whether it waits here, waits to be run, or runs."""
        with self._arrival:
            commands = self._commands
            dropped = tuple(look for look in commands.looks if look.id == request_id)
            kept = tuple(look for look in commands.looks if look.id != request_id)
            unstarted = commands.unstarted + dropped
            self._put(looks=kept, unstarted=unstarted, ends_looks=commands.ends_looks | {request_id})

    def put_description(self, request: DescribeRequest) -> None:
        """Want `request` besides all others that wait here, when there is nothing else to do."""
        with self._arrival:
            self._put(descriptions=(*self._commands.descriptions, request))

    def put_job(self, request: Request | None) -> None:
        """Want `request` (None: nothing) instead of the job that runs or waits here."""
        self._put(job=request, ends_job=True)

    def put_previews(self, requests: Sequence[Request]) -> None:
        """Want `requests`, one after the other, instead of all previews that run or wait here."""
        self._put(previews=tuple(requests), ends_previews=True)

    def put_background(self, request: Request | None) -> None:
        """Want `request` (None: nothing) instead of the one in the background that runs or waits here."""
        self._put(background=request, ends_background=True)

    def put_pause(self, is_paused: bool) -> None:
        """Want the background to be paused, or to continue."""
        self._put(pauses_background=is_paused)

    def take_commands(self, wait: bool) -> WorkerCommands:
        """Everything that is here, at once; with `wait`, as soon as there is something.

        Once closed it never waits: first comes what was still here, then nothing, and both are `is_closing`.
        """
        with self._arrival:
            if wait:
                self._arrival.wait_for(lambda: not self._commands.is_empty)
            commands, self._commands = self._commands, WorkerCommands(is_closing=self._commands.is_closing)
            return commands

    def close(self) -> None:
        """Take nothing more and wake the worker; idempotent."""
        self._put(is_closing=True)

    def _put(self, **changes: Any) -> None:
        with self._arrival:
            if self._commands.is_closing:
                return
            replaced = [getattr(self._commands, kind) for kind in ("job", "background") if kind in changes]
            unstarted = changes.pop("unstarted", self._commands.unstarted)
            unstarted += tuple(request for request in replaced if request is not None)
            if "previews" in changes:
                unstarted += self._commands.previews
            self._commands = replace(self._commands, **changes, unstarted=unstarted)
            self._arrival.notify()
