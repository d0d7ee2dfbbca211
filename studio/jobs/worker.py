"""Worker: one thread that owns the engine; live requests first, a long job one step at a time."""

from __future__ import annotations

from collections.abc import Callable

from studio.core.contract import Engine, Event, Request


class Worker:
    """One thread that owns the engine: live requests first (newest wins), a long job one step at a time."""

    def __init__(self, make_engine: Callable[[], Engine], on_event: Callable[[Event], None]) -> None: ...

    def start(self) -> None:
        """Start the thread; it makes the engine and emits Ready, or Failed with request id 0."""

    def submit(self, request: Request) -> None:
        """Run a live request as soon as possible, in place of the one before."""

    def start_job(self, request: Request) -> None:
        """Run a long job in the time live requests leave; a running job is stopped."""

    def stop_job(self) -> None:
        """Stop the running job; Stopped follows at once."""

    def close(self, timeout: float = 5.0) -> None:
        """End work, thread and engine; idempotent, from any thread."""
