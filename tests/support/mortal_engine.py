"""Engines on the workers of a cluster to which things happen, as files in a folder say; the folder is their device."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

from studio.core.engine_api.contract import DescribeRequest, EngineSettings, Event, Request, StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import EngineError
from tests.support.fakes import FakeEngine


class MortalEngine(FakeEngine):
    """What happens before the last frame of a picture or a style, or before a picture is described, a file says.

    It has the name of the picture or the title of the style, and a word. "dies": the process, once. "kills": the
    process, each time. "fails": there is not enough memory. "waits": for the other end of this pipe.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def run(self, request: Request) -> Iterator[Event]:
        if isinstance(request, DescribeRequest):
            self._endure(request.content.name)
        yield from super().run(request)

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if step < self.frames:
            return
        if isinstance(request, TuneRequest):
            self._endure(request.card.title)
        elif request.content is not None:
            self._endure(request.content.name)

    def _endure(self, name: str) -> None:
        if (dies := self.folder / f"{name} dies").exists():
            dies.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        if (self.folder / f"{name} kills").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        if (self.folder / f"{name} fails").exists():
            raise EngineError("There is not enough memory.")
        if (gate := self.folder / f"{name} waits").exists():
            os.close(os.open(gate, os.O_RDONLY))  # until the other end of the pipe is opened


class CountedEngine(MortalEngine):
    """Leaves word in its folder that it was made and closed; a second one in one process is an error."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / f"engine {os.getpid()}").touch(exist_ok=False)

    def close(self) -> None:
        (self.folder / f"closed {os.getpid()}").touch(exist_ok=False)


def make_counted_engine(settings: EngineSettings) -> FakeEngine:
    assert settings.device is not None
    return CountedEngine(Path(settings.device))
