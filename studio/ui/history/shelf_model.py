"""ShelfModel: the entries of the history as rows of a view, with what is said of each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QDateTime, QLocale, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.core.displayable import shortened
from studio.core.project.project import HistoryEntry
from studio.ui.history.shelf import Shelf
from studio.ui.session.session import Session
from studio.ui.session.shown_picture import percent
from studio.ui.widgets.plain_text import tool_tip

ENTRY_ROLE = Qt.ItemDataRole.UserRole
GROUP_ROLE = Qt.ItemDataRole.UserRole + 1
DETAIL_ROLE = Qt.ItemDataRole.UserRole + 2
IS_PRESENT_ROLE = Qt.ItemDataRole.UserRole + 3
STATE_ROLE = Qt.ItemDataRole.UserRole + 4

_LONGEST_CAPTION = 40  # characters
_YEAR = re.compile("[^dM]*y+[^dM]*")  # in a format of dates, with what stands beside it
_Index = QModelIndex | QPersistentModelIndex


class ShelfModel(QAbstractListModel):
    """ENTRY_ROLE: the HistoryEntry. DisplayRole: its styles. DETAIL_ROLE: its size and time. IS_PRESENT_ROLE: whether
    it is on the canvas. STATE_ROLE: "" where it is finished. GROUP_ROLE: what its group is called, for the first
    one in it, else "".
    """

    def __init__(self, shelf: Shelf, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._session = session
        self._entries: Sequence[HistoryEntry] = shelf.shown
        self._present = shelf.present
        shelf.changed.connect(self._show_entries)
        session.state_changed.connect(self._show_present)
        session.styles_changed.connect(self._show_words)  # a card that says something else now, too

    def row_of(self, entry: HistoryEntry | None) -> int:
        """The row of an entry, or -1."""
        return next((row for row, one in enumerate(self._entries) if entry is not None and one.id == entry.id), -1)

    def caption(self, entry: HistoryEntry) -> str:
        """A few words for an entry: its note, or its styles and its time."""
        return shortened(entry.note or f"{self._styles(entry)}, {_clock(entry.time)}", _LONGEST_CAPTION)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == IS_PRESENT_ROLE:
            return self._present is not None and self._present.id == entry.id
        if role == GROUP_ROLE:
            is_first = index.row() == 0 or self._entries[index.row() - 1].group != entry.group
            return (entry.group or self.tr("Patterns")) if is_first else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._styles(entry)
        if role == STATE_ROLE:
            return self._state(entry)
        if role == DETAIL_ROLE:
            return self._detail(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(self._description(entry, "\n"))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            present = self.tr("on the canvas") if index.data(IS_PRESENT_ROLE) else ""
            return ", ".join(filter(None, (self._description(entry, ", "), present)))
        return None

    def _styles(self, entry: HistoryEntry) -> str:
        artwork = self._session.artwork
        return self.tr(" and ").join(artwork.cards.card_of(style).title for style in entry.result.styles)

    def _detail(self, entry: HistoryEntry) -> str:
        picture = entry.result.picture
        size = f"{picture.width} \N{MULTIPLICATION SIGN} {picture.height}"
        return f"{size}  {_clock(entry.time)}"

    def _state(self, entry: HistoryEntry) -> str:
        if entry.result.is_draft:
            return self.tr("draft")
        if entry.result.is_complete:
            return ""
        progress = entry.result.progress
        return self.tr("stopped at {}").format(percent(progress)) if progress else self.tr("stopped early")

    def _description(self, entry: HistoryEntry, line: str) -> str:
        picture = entry.result.picture
        size = f"{picture.width} \N{MULTIPLICATION SIGN} {picture.height} px"
        first = ", ".join(filter(None, (self._styles(entry), size, self._state(entry))))
        when = QLocale().toString(_local(entry.time), QLocale.FormatType.ShortFormat)
        pinned = self.tr("pinned") if entry.is_pinned else ""
        return line.join(filter(None, (first, entry.group, when, entry.note, pinned)))

    def _show_entries(self) -> None:
        before, after = self._entries, self._shelf.shown
        if [entry.id for entry in before] == [entry.id for entry in after]:
            self._entries = after
            self._show_words()
            return
        kept = {entry.id for entry in after}
        for first, last in reversed(_runs([row for row, entry in enumerate(before) if entry.id not in kept])):
            self.beginRemoveRows(QModelIndex(), first, last)
            before = [*before[:first], *before[last + 1 :]]
            self._entries = before
            self.endRemoveRows()
        known = {entry.id for entry in before}
        if [entry.id for entry in before] != [entry.id for entry in after if entry.id in known]:
            self.beginResetModel()
            self._entries = after
            self.endResetModel()
            return
        for first, last in _runs([row for row, entry in enumerate(after) if entry.id not in known]):
            self.beginInsertRows(QModelIndex(), first, last)
            self._entries = [*self._entries[:first], *after[first : last + 1], *self._entries[first:]]
            self.endInsertRows()
        self._entries = after
        self._show_words()

    def _show_words(self) -> None:
        if self._entries:
            self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))

    def _show_present(self) -> None:
        before, self._present = self._present, self._shelf.present
        if before is not self._present:
            for row in {self.row_of(before), self.row_of(self._present)} - {-1}:
                self.dataChanged.emit(self.index(row), self.index(row), [IS_PRESENT_ROLE])


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Rows in ascending order, as the first and last of each run: a view does as much for a run as for a row."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = runs[-1][0], row
        else:
            runs.append((row, row))
    return runs


def _local(seconds: float) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(int(seconds))


def _clock(seconds: float) -> str:
    """The time of day, or the day, if it was another one than today: without its year, for which a tile has no room."""
    when, locale, short = _local(seconds), QLocale(), QLocale.FormatType.ShortFormat
    if when.date() == QDateTime.currentDateTime().date():
        return locale.toString(when.time(), short)
    return locale.toString(when.date(), _YEAR.sub("", locale.dateFormat(short)))
