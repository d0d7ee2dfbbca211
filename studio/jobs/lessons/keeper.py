"""What runs on a worker: a lesson in pieces of some seconds, after each of which its files travel back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import gettempdir

from studio.core.engine_api.contract import Done, Engine, EngineInfo, EngineSettings, Event, MakeEngine, Request
from studio.core.engine_api.learning import TrainingStep, TuneRequest
from studio.core.errors import EngineError
from studio.core.storage.temporary_folder import TemporaryFolder, sweep
from studio.core.styles.learned_style_file import SUFFIX, training_file
from studio.jobs.following import follow

_PREFIX = "style-studio-lesson-"


@dataclass(frozen=True)
class Piece:
    """What came of some seconds of a lesson.

    progress: 0 to 1. training_step: the last one, None before the first. style, checkpoint: the files, b"" where they
    have not changed since the piece before. done: at the end.
    """

    progress: float
    training_step: TrainingStep | None = None
    style: bytes = b""
    checkpoint: bytes = b""
    done: Done | None = None


class LessonKeeper:
    """An Engine that besides keeps one lesson suspended between its pieces, so that it need not be prepared again."""

    def __init__(self, make_engine: MakeEngine, settings: EngineSettings) -> None:
        self._engine: Engine = make_engine(settings)
        self._lesson: _Lesson | None = None

    def begin(self, request: TuneRequest, checkpoint: bytes, seconds: float) -> Piece:
        """The first piece of a lesson, or the first one after a checkpoint. Raises what the engine raises."""
        self._forget()
        self._lesson = _Lesson(self._engine, request, checkpoint)
        return self._advance(self._lesson, seconds)

    def go_on(self, request_id: int, seconds: float) -> Piece | None:
        """The next piece; None where another lesson, or none, is kept: begin it here then."""
        lesson = self._lesson
        return None if lesson is None or lesson.request_id != request_id else self._advance(lesson, seconds)

    def describe(self) -> EngineInfo:
        """As of an Engine."""
        return self._engine.describe()

    def run(self, request: Request) -> Iterator[Event]:
        """As of an Engine."""
        return self._engine.run(request)

    def close(self) -> None:
        """As of an Engine."""
        self._forget()
        self._engine.close()

    def _advance(self, lesson: _Lesson, seconds: float) -> Piece:
        try:
            piece = lesson.advance(seconds)
        except BaseException:
            self._forget()
            raise
        if piece.done is not None:
            self._forget()
        return piece

    def _forget(self) -> None:
        lesson, self._lesson = self._lesson, None
        if lesson is not None:
            lesson.close()


class _Lesson:
    """A lesson under way in a folder among the temporary files."""

    def __init__(self, engine: Engine, request: TuneRequest, checkpoint: bytes) -> None:
        self.request_id = request.id
        sweep(_PREFIX, [Path(gettempdir())])  # what workers have left that were killed
        self._folder = TemporaryFolder(_PREFIX)
        self._style = self._folder.path / f"style{SUFFIX}"
        self._checkpoint = training_file(self._style)
        if checkpoint:
            try:
                self._checkpoint.write_bytes(checkpoint)
            except BaseException:
                self._folder.remove()
                raise
        request = replace(request, output=self._style, is_resumed=bool(checkpoint))
        self._events = follow(request, engine, "a style")
        self._sent = {self._style: b"", self._checkpoint: checkpoint}
        self._step: TrainingStep | None = None

    def advance(self, seconds: float) -> Piece:
        """What comes of the next seconds, at least of one step of training. Raises what the engine raises."""
        started, heard = time.monotonic(), self._step
        while True:
            try:
                news = next(self._events)
            except StopIteration as end:
                done: Done | None = end.value
                if done is None:
                    raise EngineError("The lesson has ended.") from None
                return Piece(1.0, self._step, self._changed(self._style), done=replace(done, learned=None))
            self._step = getattr(news, "training_step", None) or self._step
            is_new = self._step is not heard
            if is_new and time.monotonic() - started >= seconds:
                style, checkpoint = self._changed(self._style), self._changed(self._checkpoint)
                return Piece(news.progress, self._step, style, checkpoint)

    def close(self) -> None:
        with suppress(ValueError):  # the work has ended in the middle of a piece, on another thread
            self._events.close()
        self._folder.remove()

    def _changed(self, path: Path) -> bytes:
        data = b""
        with suppress(FileNotFoundError):  # of either there is none at first
            data = path.read_bytes()
        if data == self._sent[path]:
            return b""
        self._sent[path] = data
        return data
