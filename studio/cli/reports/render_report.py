"""How a run is reported: a progress bar for people, or lines of JSON for programs.

Every line of `--json` is one object with the key "event":

    {"event": "progress", "progress": 0.1, "note": "..."}
    {"event": "frame", "step": 5, "steps": 65, "progress": 0.2, "seconds": 1.9, "losses": {"total": 0.4},
     "width": 256, "height": 171, "is_final": false, "file": "frames/frame-0001.png" or null}
    {"event": "done" or "stopped", "file": "out.png", "width": 768, "height": 512, "bytes": 912345,
     "format": "png", "steps": 65, "seconds": 18.2, "recipe": {...}, "credits": ["..."], "notes": ["..."]}
    {"event": "failed", "message": "...", "remedy": "..."}

"file" of a frame is null if it was not wanted or could not be written; "notes" say how many were lost, and why.
progress runs from 0 to 1. The last line is always "done", "stopped" (interrupted; "file" is null if there was nothing
to keep) or "failed".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.cli.reports.report import BarReport, JsonReport
from studio.cli.terminal import PIPE, print_json, say
from studio.core.engine_api.contract import Frame, Progress
from studio.core.recipe import StyleRecipe


@dataclass(frozen=True)
class Summary:
    """The outcome of a run. file: "-" for stdout, None if nothing was saved. size: bytes written."""

    event: Literal["done", "stopped"]
    recipe: StyleRecipe
    file: str | None = None
    width: int = 0
    height: int = 0
    size: int = 0
    format: str = ""
    steps: int = 0
    seconds: float = 0.0
    credits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class RenderBar(BarReport):
    """A progress bar with the step and the time left, on stderr."""

    def __init__(self) -> None:
        super().__init__()
        self._task = self._add_bar("Loading")

    def show(self, event: Frame | Progress, kept: Path | None = None) -> None:
        """Move the bar. kept: the file the frame was saved to."""
        if isinstance(event, Frame):
            step = f"step {event.step}/{event.steps}"
            self._bar.update(self._task, completed=event.progress, description="Painting", note=step)
        else:
            self._bar.update(self._task, completed=event.progress, description=event.note or "Painting")

    def finish(self, summary: Summary) -> None:
        """One sentence under the bar, then the notes."""
        for note in summary.notes:
            say(note)
        if summary.file is None:
            say("Stopped before the first frame; nothing was saved.")
            return
        where = "standard output" if summary.file == PIPE else summary.file
        what = f"{summary.width} x {summary.height} px, {_size_in_words(summary.size)}"
        if summary.event == "stopped":
            say(f"Stopped; the picture so far is in {where} ({what}).")
        else:
            say(f"Painted in {summary.seconds:.1f} s and saved to {where} ({what}).")


class RenderJson(JsonReport):
    """One line of JSON for each event, on stdout; the shapes are described at the top of this file."""

    def show(self, event: Frame | Progress, kept: Path | None = None) -> None:
        """Print the event, unless it is a mere sign of life that tells nothing new. kept: as for the bar."""
        if isinstance(event, Progress):
            self._print_progress(event)
            return
        self._print_event(
            event,
            {
                "event": "frame",
                "step": event.step,
                "steps": event.steps,
                "progress": event.progress,
                "seconds": event.seconds,
                "losses": dict(event.losses),
                "width": event.picture.width,
                "height": event.picture.height,
                "is_final": event.is_final,
                "file": str(kept) if kept else None,
            },
        )

    def finish(self, summary: Summary) -> None:
        """Print the last line."""
        print_json(
            {
                "event": summary.event,
                "file": summary.file,
                "width": summary.width,
                "height": summary.height,
                "bytes": summary.size,
                "format": summary.format,
                "steps": summary.steps,
                "seconds": summary.seconds,
                "recipe": json.loads(summary.recipe.to_json()),
                "credits": list(summary.credits),
                "notes": list(summary.notes),
            }
        )


RenderReport = RenderBar | RenderJson


def _size_in_words(count: int) -> str:
    """A number of bytes as people write it, such as "1.2 MB"."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:.1f} MB"
