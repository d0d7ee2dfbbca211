"""What all reports of work under way have in common: a progress bar for people, lines of JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich import progress as rich_progress

from studio.cli.terminal import PlainColumn, plain_console, print_json
from studio.core.engine_api.contract import Frame, Progress


class BarReport:
    """Progress bars on stderr, with a note and the time left; a context manager, so that they leave it tidy."""

    def __init__(self) -> None:
        self._console = plain_console(stderr=True)
        self._bar = rich_progress.Progress(
            PlainColumn("{task.description}"),
            rich_progress.BarColumn(bar_width=30),
            rich_progress.TaskProgressColumn(),
            PlainColumn("{task.fields[note]}"),
            rich_progress.TimeRemainingColumn(elapsed_when_finished=True),
            console=self._console,
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def _add_bar(self, description: str, total: float | None = 1.0) -> rich_progress.TaskID:
        return self._bar.add_task(description, total=total, note="")


class JsonReport:
    """One line of JSON for each event, on stdout; a context manager, because a bar is one."""

    def __init__(self) -> None:
        self._told: tuple[float, str] | None = None  # the progress and note that were printed last

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def _print_event(self, event: Frame | Progress, line: Mapping[str, Any]) -> None:
        """Print what an event tells."""
        self._told = event.progress, "" if isinstance(event, Frame) else event.note
        print_json(line)

    def _print_progress(self, event: Progress) -> None:
        """Print a sign of life, unless it tells nothing new."""
        if self._told != (event.progress, event.note):
            self._print_event(event, {"event": "progress", "progress": event.progress, "note": event.note})
