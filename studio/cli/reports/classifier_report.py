"""How the training of a classifier is reported: a progress bar for people, or lines of JSON for programs.

Every line of `--json` is one object with the key "event"; the last one is that of the command:

    {"event": "progress", "progress": 0.1, "note": "..."}
    {"event": "epoch", "progress": 0.4, "stage": "fine-tuned", "part": 1, "parts": 3, "epoch": 2, "epochs": 12,
     "loss": 1.1, "held_out_loss": 1.7 or null, "held_out_accuracy": 0.5 or null, "is_best": true}
"""

from __future__ import annotations

from dataclasses import asdict

from studio.cli.reports.report import BarReport, JsonReport
from studio.core.engine_api.contract import Progress


class ClassifierBar(BarReport):
    """A progress bar with the time left and the loss on works held out, on stderr."""

    def __init__(self) -> None:
        super().__init__()
        self._task = self._add_bar("Loading")

    def show(self, event: Progress) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=event.progress)
        if event.note:
            self._bar.update(self._task, description=event.note, note="")
        epoch = event.epoch
        if epoch is not None:
            held = "" if epoch.held_out_loss is None else f", {epoch.held_out_loss:.3f} on works held out"
            self._bar.update(self._task, note=f"epoch {epoch.epoch}/{epoch.epochs}, loss {epoch.loss:.3f}{held}")


class ClassifierJson(JsonReport):
    """One line of JSON for each event, on stdout; the shapes are described at the top of this file."""

    def show(self, event: Progress) -> None:
        """Print the event, unless it tells nothing new."""
        if event.epoch is None:
            self._print_progress(event)
        else:
            self._print_event(event, {"event": "epoch", "progress": event.progress} | asdict(event.epoch))


ClassifierReport = ClassifierBar | ClassifierJson
