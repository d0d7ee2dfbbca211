"""BatchStatuses: the status of each item of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from studio.core.batch.job import ENDS, BatchItem, ItemReport, ItemState


class BatchStatuses:
    """The newest report of each item, in order. There may be thousands: they are counted as they come."""

    def __init__(self, reports: Iterable[ItemReport] = ()) -> None:
        self._reports = list(reports)
        self._states: Counter[ItemState] = Counter(report.state for report in self._reports)
        self._rows = {report.item.number: row for row, report in enumerate(self._reports)}

    def __len__(self) -> int:
        return len(self._reports)

    def __iter__(self) -> Iterator[ItemReport]:
        return iter(self._reports)

    def __getitem__(self, row: int) -> ItemReport:
        return self._reports[row]

    @property
    def tried(self) -> int:
        """How many items have come to an end."""
        return sum(self._states[state] for state in ENDS)

    @property
    def left_out(self) -> int:
        """How many were skipped or failed."""
        return self._states["skipped"] + self._states["failed"]

    def of(self, item: BatchItem) -> ItemReport:
        """The status of one of them."""
        return self._reports[self._rows[item.number]]

    def take_report(self, report: ItemReport) -> int | None:
        """Take a new report of an item; returns its row, None if the item is not one of these."""
        row = self._rows.get(report.item.number)
        if row is None or self._reports[row].item != report.item:
            return None
        self._states[self._reports[row].state] -= 1
        self._states[report.state] += 1
        self._reports[row] = report
        return row
