"""How learning a style is reported: a progress bar for people, or lines of JSON for programs.

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
from typing import Any

from studio.cli.reports.report import BarReport, JsonReport
from studio.cli.terminal import print_json, say
from studio.core.engine_api.contract import Done, Frame, Progress
from studio.core.engine_api.learning import TrainingStep


class TuneBar(BarReport):
    """A progress bar with the time left and the loss on photos it does not learn from, on stderr."""

    def __init__(self) -> None:
        super().__init__()
        self._task = self._add_bar("Loading")
        self._first = self._best = 0.0

    def show(self, event: Frame | Progress) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=event.progress)
        if isinstance(event, Frame):
            return
        if event.note:
            self._bar.update(self._task, description=event.note)
        step = event.training_step
        if step is not None:
            if step.held_out is not None and step.is_best:
                self._best = step.held_out["total"]
                self._first = self._first or self._best
            change = f"{self._first:.3f} > {self._best:.3f}" if self._best < self._first else f"{self._first:.3f}"
            position = f"step {step.step}/{step.steps}, loss {change}"
            self._bar.update(self._task, description="Learning", note=position)

    def finish(self, file: Path | None, done: Done | None) -> None:
        """One sentence under the bar, then the notes. file: where the style is, None if there is none yet.

        done: None if it was interrupted.
        """
        if file is None:
            say("Stopped before anything was learnt.")
        elif done is None:
            say(f"Stopped; the style so far is in {file} and can be used. The same command with --resume continues.")
        else:
            for note in done.notes:
                say(note)
            say(f"Learnt in {done.seconds:.0f} s and saved to {file}. Use it with --style {file}.")


class TuneJson(JsonReport):
    """One line of JSON for each event, on stdout; the shapes are described at the top of this file."""

    def show(self, event: Frame | Progress) -> None:
        """Print the event, unless it is a picture or tells nothing new."""
        if isinstance(event, Frame):
            return
        step = event.training_step
        if step is None:
            self._print_progress(event)
            return
        self._print_event(
            event,
            {"event": "lesson", "progress": event.progress} | step_values(step),
        )

    def finish(self, file: Path | None, done: Done | None) -> None:
        """Print the last line. file, done: as for the bar."""
        print_json(
            {
                "event": "stopped" if done is None else "done",
                "file": None if file is None else str(file),
                "steps": 0 if done is None else done.steps,
                "seconds": 0.0 if done is None else done.seconds,
                "notes": [] if done is None else list(done.notes),
            }
        )


TuneReport = TuneBar | TuneJson


def step_values(step: TrainingStep) -> dict[str, Any]:
    """A step of training as JSON."""
    return {
        "step": step.step,
        "steps": step.steps,
        "losses": dict(step.losses),
        "held_out": None if step.held_out is None else dict(step.held_out),
        "is_best": step.is_best,
    }
