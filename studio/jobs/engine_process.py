"""EngineProcess: the Engine protocol over a pipe; the engine itself runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator

from studio.core.contract import EngineInfo, EngineSettings, Event, MakeEngine, Request


class EngineProcess:
    """An Engine whose work happens in a child process, started at the first use."""

    def __init__(self, make_engine: MakeEngine, settings: EngineSettings, grace: float = 3.0) -> None: ...

    def describe(self) -> EngineInfo:
        """What the engine in the child says of itself."""
        raise NotImplementedError

    def run(self, request: Request) -> Iterator[Event]:
        """Events of the request; each next() asks the child for one."""
        raise NotImplementedError

    def close(self) -> None:
        """End the child; idempotent."""
