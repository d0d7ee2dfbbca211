"""BatchModel: the items of a batch and the status of each, as rows for a view."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from studio.core.batch.job import BatchItem, ItemReport
from studio.core.displayable import displayable
from studio.core.storage.regular_file import shown_name
from studio.ui.batch.batch_queue import BatchQueue
from studio.ui.widgets.plain_text import tool_tip

REPORT_ROLE = Qt.ItemDataRole.UserRole
STATE_TEXT_ROLE = Qt.ItemDataRole.UserRole + 1

_Index = QModelIndex | QPersistentModelIndex


class BatchModel(QAbstractListModel):
    """Rows follow the reports of a queue. REPORT_ROLE: the ItemReport. STATE_TEXT_ROLE: the status in words."""

    def __init__(self, queue: BatchQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._count = len(queue.statuses)
        queue.reset.connect(self._reset)
        queue.report_changed.connect(self._show_report)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        report = self._queue.statuses[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shown_name(report.item.photo)
            case Qt.ItemDataRole.ToolTipRole:
                return tool_tip(
                    "\n".join(filter(None, (displayable(str(report.item.photo)), displayable(report.reason))))
                )
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{shown_name(report.item.photo)}, {self._state_text(report)}"
        if role == REPORT_ROLE:
            return report
        if role == STATE_TEXT_ROLE:
            return self._state_text(report)
        return None

    def _state_text(self, report: ItemReport) -> str:
        match report.state:
            case "waiting":
                return self.tr("Waiting")
            case "opening":
                return self.tr("Opening")
            case "painting":
                return self.tr("Painting {} %").format(int(100 * report.progress))
            case "learning":
                return self.tr("Learning {} %").format(int(100 * report.progress))
            case "saving":
                return self.tr("Saving")
            case "done":
                return self._painted_text(report.item)
        return displayable(report.reason)

    def _painted_text(self, item: BatchItem) -> str:
        """The name of the photo stands above it: only what differs is told."""
        output = Path(item.output)
        if output.stem != item.photo.stem or output.parent != Path():
            return self.tr("Painted: {}").format(displayable(item.output))
        is_same = output.suffix.lower() == item.photo.suffix.lower()
        return self.tr("Painted") if is_same else self.tr("Painted as {}").format(displayable(output.suffix))

    @Slot()
    def _reset(self) -> None:
        self.beginResetModel()
        self._count = len(self._queue.statuses)
        self.endResetModel()

    @Slot(int)
    def _show_report(self, row: int) -> None:
        self.dataChanged.emit(self.index(row), self.index(row))
