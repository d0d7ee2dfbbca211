"""How learning a style is told while it goes on: a progress bar for people, or lines of JSON for programs.

Every line of `--json` is one object with the key "event":

    {"event": "progress", "progress": 0.1, "note": "..."}
    {"event": "lesson", "step": 15, "steps": 150, "progress": 0.1,
     "losses": {"style": 0.9, "content": 0.2, "total": 1.1},
     "held_out": the same for photos it does not learn from, or null, "is_best": true}
    {"event": "done" or "stopped", "file": "my-style.safetensors" or null, "steps": 150, "seconds": 240.0,
     "notes": ["..."]}
    {"event": "failed", "message": "...", "remedy": "..."}
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rich import progress as rich_progress

from studio.cli.terminal import plain_console, print_json, say
from studio.core.contract import Done, Frame, Progress


class TuneReport(Protocol):
    """Told of everything that happens; a context manager, so that a progress bar leaves the terminal tidy."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, event: Frame | Progress) -> None:
        """Tell of an event."""

    def finish(self, file: Path | None, done: Done | None) -> None:
        """Tell how it ended. file: where the style is, None if there is none yet. done: None if it was interrupted."""


class TuneBar:
    """A progress bar with the time left and the loss on photos it does not learn from, on stderr."""

    def __init__(self) -> None:
        self._bar = rich_progress.Progress(
            rich_progress.TextColumn("{task.description}", markup=False),
            rich_progress.BarColumn(bar_width=30),
            rich_progress.TaskProgressColumn(),
            rich_progress.TextColumn("{task.fields[step]}", markup=False),
            rich_progress.TimeRemainingColumn(elapsed_when_finished=True),
            console=plain_console(stderr=True),
        )
        self._task = self._bar.add_task("Loading", total=1.0, step="")
        self._first = self._best = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, event: Frame | Progress) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=event.progress)
        if isinstance(event, Frame):
            return
        if event.note:
            self._bar.update(self._task, description=event.note)
        lesson = event.lesson
        if lesson is not None:
            if lesson.held_out is not None and lesson.is_best:
                self._best = lesson.held_out["total"]
                self._first = self._first or self._best
            change = f"{self._first:.3f} > {self._best:.3f}" if self._best < self._first else f"{self._first:.3f}"
            step = f"step {lesson.step}/{lesson.steps}, loss {change}"
            self._bar.update(self._task, description="Learning", step=step)

    def finish(self, file: Path | None, done: Done | None) -> None:
        """One sentence under the bar, then the notes."""
        if file is None:
            say("Stopped before anything was learnt.")
        elif done is None:
            say(f"Stopped; the style so far is in {file} and can be used. The same command with --resume goes on.")
        else:
            for note in done.notes:
                say(note)
            say(f"Learnt in {done.seconds:.0f} s and saved to {file}. Use it with --style {file}.")


class TuneJson:
    """One line of JSON for each event, on stdout; the shapes are described at the top of this file."""

    def __init__(self) -> None:
        self._last: tuple[float, str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, event: Frame | Progress) -> None:
        """Print the event, unless it is a picture or tells nothing new."""
        if isinstance(event, Frame):
            return
        lesson = event.lesson
        if lesson is not None:
            print_json(
                {
                    "event": "lesson",
                    "step": lesson.step,
                    "steps": lesson.steps,
                    "progress": event.progress,
                    "losses": dict(lesson.losses),
                    "held_out": None if lesson.held_out is None else dict(lesson.held_out),
                    "is_best": lesson.is_best,
                }
            )
        elif self._last != (event.progress, event.note):
            print_json({"event": "progress", "progress": event.progress, "note": event.note})
        self._last = (event.progress, event.note)

    def finish(self, file: Path | None, done: Done | None) -> None:
        """Print the last line."""
        print_json(
            {
                "event": "stopped" if done is None else "done",
                "file": None if file is None else str(file),
                "steps": 0 if done is None else done.steps,
                "seconds": 0.0 if done is None else done.seconds,
                "notes": [] if done is None else list(done.notes),
            }
        )
