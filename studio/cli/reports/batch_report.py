"""How a batch is reported while it runs: two progress bars and a table for people, or lines of JSON for programs.

Every line of `--json` is one object with the key "event":

    {"event": "batch", "folder": "out", "items": 40, "left": 28, "notes": ["..."]}
    {"event": "item", "photo": "/home/anna/boat.jpg", "output": "boat.png", "state": "painting", "progress": 0.2}
    {"event": "item", "photo": "...", "output": "...", "state": "done", "bytes": 912345, "seconds": 18.2, "notes": []}
    {"event": "item", "photo": "...", "output": "...", "state": "skipped" or "failed", "reason": "..."}
    {"event": "done" or "stopped", "folder": "out", "items": 40, "done": 38, "skipped": 1, "failed": 1, "left": 0}
    {"event": "failed", "message": "...", "remedy": "..."}

"left" at the beginning are the items that no earlier run has done, and at the end those that were not tried. The
states before the end of an item are "opening", "painting" and "saving".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Protocol

from rich.table import Table

from studio.cli.exit_codes import DONE, FAILED, INTERRUPTED
from studio.cli.reports.report import BarReport, JsonReport
from studio.cli.terminal import print_json, say
from studio.core.batch.job import ENDS, BatchItem, ItemReport

_NARROW = 60  # columns; a table would break every word of the reasons


class Work(Protocol):
    """What is told of: a batch, or anything else with items. left: those that no earlier run has done."""

    folder: Path
    notes: tuple[str, ...]
    items: tuple[BatchItem, ...]
    left: tuple[BatchItem, ...]


class Tally:
    """What became of the items of a batch so far. done: with those of earlier runs. left_out: skipped and failed."""

    def __init__(self, batch: Work) -> None:
        self.folder = batch.folder
        self.items = len(batch.items)
        self.left = len(batch.left)
        self.done = self.items - self.left
        self.left_out: list[ItemReport] = []
        self.size = 0  # bytes written

    def count(self, news: ItemReport) -> None:
        """Take a report into account."""
        if news.state not in ENDS:
            return
        self.left -= 1
        if news.state == "done":
            self.done += 1
            self.size += news.size
        else:
            self.left_out.append(news)

    @property
    def is_complete(self) -> bool:
        """Whether there is an artwork of every photo."""
        return self.done == self.items

    def number_of(self, state: str) -> int:
        """How many were "skipped" or "failed"."""
        return sum(report.state == state for report in self.left_out)


class BatchBar(BarReport):
    """A bar for the whole batch and one for the item under way, on stderr, and at the end what was left out and why."""

    _one, _many, _done, _head = "picture", "pictures", "painted", "Picture"  # what an item is, and what becomes of it

    def __init__(self) -> None:
        super().__init__()
        self._all = self._add_bar("All", total=None)
        self._item = self._add_bar("Loading")
        self._started = monotonic()

    def begin(self, batch: Work) -> None:
        """Set the bars up."""
        for note in batch.notes:
            say(note)
        before = len(batch.items) - len(batch.left)
        if before:
            say(f"Continuing: {before} of {self._count(len(batch.items))} had been {self._done} before.")
        self._bar.update(self._all, total=len(batch.left), note=f"{before} of {len(batch.items)}")

    def show(self, news: ItemReport, tally: Tally) -> None:
        """Move both bars; the upper one by the share of the item under way, too."""
        is_over = news.state in ENDS
        tried = tally.items - tally.left
        begun = self._bar.tasks[self._all].total or 0.0
        self._bar.update(
            self._all,
            completed=begun - tally.left + (0.0 if is_over else news.progress),
            note=f"{tried} of {tally.items}",
        )
        self._bar.update(
            self._item,
            description=news.state.capitalize(),
            completed=1.0 if is_over else news.progress,
            note=news.item.photo.name,
        )

    def finish(self, tally: Tally, is_interrupted: bool) -> None:
        """What was left out and why, then one sentence."""
        if self._console.width < _NARROW:
            for report in tally.left_out:
                say(f"{report.item.photo.name}: {report.state}. {report.reason}")
        elif tally.left_out:
            table = Table(self._head, "", "Why", box=None, pad_edge=False)
            for report in tally.left_out:
                table.add_row(report.item.photo.name, report.state, report.reason)
            self._console.print(table)
        painted = f"{tally.done} of {self._count(tally.items)} {self._done} into {tally.folder}"
        others = [f"{number} {state}" for state in ("skipped", "failed") if (number := tally.number_of(state))]
        if is_interrupted:
            say(f"Stopped: {', '.join([painted, *others])}, {tally.left} left. The same command continues with them.")
        else:
            duration = timedelta(seconds=round(monotonic() - self._started))
            say(f"{', '.join([painted, *others])}, in {duration}.")

    def _count(self, number: int) -> str:
        return f"1 {self._one}" if number == 1 else f"{number} {self._many}"


class BatchJson(JsonReport):
    """One line of JSON for each event, on stdout; the shapes are described at the top of this file."""

    _event: ClassVar = "batch"  # of the first line
    _source: ClassVar = "photo"  # what an item is made of

    def begin(self, batch: Work) -> None:
        """Print the first line."""
        print_json(
            {
                "event": self._event,
                "folder": str(batch.folder),
                "items": len(batch.items),
                "left": len(batch.left),
                "notes": list(batch.notes),
            }
        )

    def show(self, news: ItemReport, tally: Tally) -> None:
        """Print how an item stands."""
        line: dict[str, Any] = {"event": "item", self._source: str(news.item.photo), "output": news.item.output}
        line["state"] = news.state
        match news.state:
            case "done":
                line |= {"bytes": news.size, "seconds": news.seconds, "notes": list(news.notes)}
            case "skipped" | "failed":
                line["reason"] = news.reason
            case _:
                line |= {"progress": news.progress} | self._more(news)
        print_json(line)

    def finish(self, tally: Tally, is_interrupted: bool) -> None:
        """Print the last line."""
        print_json(
            {
                "event": "stopped" if is_interrupted else "done",
                "folder": str(tally.folder),
                "items": tally.items,
                "done": tally.done,
                "skipped": tally.number_of("skipped"),
                "failed": tally.number_of("failed"),
                "left": tally.left,
            }
        )

    def _more(self, news: ItemReport) -> dict[str, Any]:
        """What else is told of an item under way."""
        return {}


BatchReport = BatchBar | BatchJson


def report_all(work: Work, news: Iterable[ItemReport], report: BatchReport) -> int:
    """Tell how items come on until all were tried, or until Ctrl-C; returns the exit code of the command."""
    tally, is_interrupted = Tally(work), False
    with report:
        report.begin(work)
        try:
            for one in news:
                tally.count(one)
                report.show(one, tally)
        except KeyboardInterrupt:
            is_interrupted = True
    report.finish(tally, is_interrupted)
    if is_interrupted:
        return INTERRUPTED
    return DONE if tally.is_complete else FAILED
