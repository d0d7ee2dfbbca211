"""How many styles that are learnt are reported: two progress bars and a table for people, or JSON for programs.

Every line of `--json` is one object with the key "event", as of a batch:

    {"event": "lessons", "folder": "styles", "items": 4, "left": 3, "notes": []}
    {"event": "item", "works": "/home/anna/art/monet", "output": "monet.safetensors", "state": "learning",
     "progress": 0.1, "step": 15, "steps": 150, "losses": {...}, "held_out": {...} or null, "is_best": true}
    {"event": "item", "works": "...", "output": "...", "state": "done", "bytes": 912345, "seconds": 180.2, "notes": []}
    {"event": "item", "works": "...", "output": "...", "state": "skipped" or "failed", "reason": "..."}
    {"event": "done" or "stopped", "folder": "styles", "items": 4, "done": 3, "skipped": 0, "failed": 1, "left": 0}
    {"event": "failed", "message": "...", "remedy": "..."}

The states before the end of an item are "opening" and "learning"; "step" and what follows are there from the first
step on. The losses are described in `studio/core/engine_api/learning.py`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from studio.cli.reports.batch_report import BatchBar, BatchJson, Tally
from studio.cli.reports.tune_report import step_values
from studio.core.batch.job import ItemReport
from studio.jobs.lessons.lessons import LessonReport


class LessonsBar(BatchBar):
    """A bar for all lessons and one for that heard of last, and at the end what was not learnt and why."""

    _one, _many, _done, _head = "style", "styles", "learnt", "Works"

    def show(self, news: ItemReport, tally: Tally) -> None:
        """Move both bars; under the lower one stands how far the style is."""
        super().show(news, tally)
        if isinstance(news, LessonReport) and news.training_step is not None:
            step = news.training_step
            losses = step.held_out or step.losses
            note = f"{news.item.photo.name}, step {step.step}/{step.steps}, loss {losses['total']:.3f}"
            self._bar.update(self._item, note=note)


class LessonsJson(BatchJson):
    """One line of JSON for each event, on stdout; the shapes are described at the top of this file."""

    _event: ClassVar = "lessons"
    _source: ClassVar = "works"

    def _more(self, news: ItemReport) -> dict[str, Any]:
        step = news.training_step if isinstance(news, LessonReport) else None
        return {} if step is None else step_values(step)


LessonsReport = LessonsBar | LessonsJson
