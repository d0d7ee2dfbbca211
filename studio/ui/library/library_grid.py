"""LibraryGrid: the pictures of the library as tiles, by mouse and keyboard, of which many can be selected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from studio.ui.library.library_delegate import TILE_WIDTH, LibraryDelegate
from studio.ui.library.library_entries import LibraryEntries
from studio.ui.library.library_model import ROW_ROLE, LibraryModel
from studio.ui.library.questions import Found

_Index = QModelIndex | QPersistentModelIndex


class LibraryGrid(QListView):
    """Enter or a double click uses what is selected as the style, Shift+Enter mixes it in.

    All tiles have one size, so where each lies is worked out and not laid out: QListView needs a third of a second for
    100,000 of them, each time. It is one all the same, so that screen readers know it as a list.
    Signals: selection_changed(); used(), mixed_in(), what is selected; menu_requested(global position).
    """

    selection_changed = Signal()
    used = Signal()
    mixed_in = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, model: LibraryModel, entries: LibraryEntries, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._shown: tuple[object, ...] = ()
        self._columns = 1
        self._cell = QSize(TILE_WIDTH, TILE_WIDTH)
        self.delegate = LibraryDelegate(entries, self)
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # the columns must not jump
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Pictures of the library"))
        self.setAccessibleDescription(self.tr("Enter uses the selected picture as the style, Shift+Enter mixes it in."))
        self.doubleClicked.connect(self.used)
        entries.arrived.connect(self.viewport().update)  # many arrivals, one paint

    @property
    def selected_rows(self) -> NDArray[np.int64]:
        """Rows of the index that are selected, in the order in which they are shown."""
        selection = self.selectionModel().selection()
        chosen = np.zeros(len(self._model.rows), bool)
        for number in range(selection.count()):
            part = selection.at(number)
            chosen[part.top() : part.bottom() + 1] = True
        return self._model.rows[chosen]

    def show_found(self, found: Found) -> None:
        """Show another answer; what is selected stays, and as long as the question is the same, so does the place."""
        before, current = self.selected_rows, self.currentIndex()
        current_row = self._model.data(current, ROW_ROLE) if current.isValid() else None
        is_same = _what(found) == self._shown
        self._shown = _what(found)
        place = self.verticalScrollBar().value() if is_same else 0
        self._choose_notes(found)
        if self._model.show_found(found):
            with_selection = QItemSelection()
            for first, last in _runs(self._model.places_of(before)):
                with_selection.select(self._model.index(first), self._model.index(last))
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(with_selection, flags.ClearAndSelect)
            if isinstance(current_row, int) and len(places := self._model.places_of(np.array([current_row]))):
                self.selectionModel().setCurrentIndex(self._model.index(int(places[0])), flags.NoUpdate)
            self.updateGeometries()
            self.selection_changed.emit()
        self.viewport().update()
        self.verticalScrollBar().setValue(place)

    def set_labels_shown(self, are_shown: bool) -> None:
        """Have a line for what a classifier said."""
        if are_shown != self.delegate.has_labels:
            self.delegate.has_labels = are_shown
            self.updateGeometries()
            self.viewport().update()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        self.viewport().update()  # and not tile by tile
        self.selection_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selectionModel().hasSelection():
            is_mix = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.mixed_in if is_mix else self.used).emit()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Typing is left to the search field: titles are not read before they are in sight."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if is_keyboard else self.indexAt(event.pos())
        if index.isValid():
            place = self.visualRect(index).center() if is_keyboard else event.pos()
            self.menu_requested.emit(self.viewport().mapToGlobal(place))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.updateGeometries()

    def doItemsLayout(self) -> None:
        """There is nothing to lay out."""
        QAbstractItemView.doItemsLayout(self)

    def updateGeometries(self) -> None:
        """Share spare width out among the columns, and tell the scroll bar how much there is."""
        room = self.viewport().size()
        self._columns = max(1, room.width() // TILE_WIDTH)
        self._cell = QSize(room.width() // self._columns, self.delegate.tile_height)
        lines = -(-self._model.rowCount() // self._columns)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, lines * self._cell.height() - room.height()))
        bar.setPageStep(max(1, room.height()))
        bar.setSingleStep(self._cell.height() // 4)

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        return 0

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def visualRect(self, index: _Index) -> QRect:
        if not index.isValid():
            return QRect()
        line, column = divmod(index.row(), self._columns)
        width, height = self._cell.width(), self._cell.height()
        return QRect(column * width, line * height - self.verticalOffset(), width, height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        column = point.x() // self._cell.width()
        place = (point.y() + self.verticalOffset()) // self._cell.height() * self._columns + column
        is_inside = 0 <= column < self._columns and 0 <= place < self._model.rowCount()
        return self._model.index(place) if is_inside else QModelIndex()

    def scrollTo(
        self, index: _Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        place, bar = self.visualRect(index), self.verticalScrollBar()
        if place.top() < 0:
            bar.setValue(bar.value() + place.top())
        elif place.bottom() > self.viewport().height():
            bar.setValue(bar.value() + place.bottom() - self.viewport().height() + 1)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        actions, count = QAbstractItemView.CursorAction, self._model.rowCount()
        current = self.currentIndex().row()
        page = max(1, self.viewport().height() // self._cell.height()) * self._columns
        steps = {
            actions.MoveLeft: -1,
            actions.MovePrevious: -1,
            actions.MoveRight: 1,
            actions.MoveNext: 1,
            actions.MoveUp: -self._columns,
            actions.MoveDown: self._columns,
            actions.MovePageUp: -page,
            actions.MovePageDown: page,
            actions.MoveHome: -count,
            actions.MoveEnd: count,
        }
        place = current + steps[action]
        if action in (actions.MoveUp, actions.MoveDown) and not 0 <= place < count:
            place = current  # there is no line above or below
        return self._model.index(min(max(place, 0), count - 1)) if count else QModelIndex()

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """From tile to tile as they are read; while the mouse is dragged, those that it goes over."""
        first, last = self._nearest(rect.topLeft()), self._nearest(rect.bottomRight())
        selection = QItemSelection()
        if first >= 0 and self.state() == QAbstractItemView.State.DragSelectingState:
            lines, columns = zip(divmod(first, self._columns), divmod(last, self._columns), strict=True)
            for line in range(min(lines), max(lines) + 1):
                start = line * self._columns
                end = min(start + max(columns), self._model.rowCount() - 1)
                if start + min(columns) <= end:
                    selection.select(self._model.index(start + min(columns)), self._model.index(end))
        elif first >= 0:
            selection.select(self._model.index(min(first, last)), self._model.index(max(first, last)))
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tiles in sight."""
        painter, selected = QPainter(self.viewport()), self.selectionModel()
        height, offset = self._cell.height(), self.verticalOffset()
        first = event.rect().top() + offset
        last = event.rect().bottom() + offset
        current = self.currentIndex().row() if self.hasFocus() else -1
        hovered = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())) if self.underMouse() else QModelIndex()
        end = min(self._model.rowCount(), (last // height + 1) * self._columns)
        option, states = QStyleOptionViewItem(), QStyle.StateFlag
        self.initViewItemOption(option)
        for place in range(first // height * self._columns, end):
            index = self._model.index(place)
            option.rect = self.visualRect(index)
            state = states.State_Enabled | states.State_Active
            state |= states.State_Selected if selected.isSelected(index) else states.State_None
            state |= states.State_HasFocus if place == current else states.State_None
            state |= states.State_MouseOver if place == hovered.row() else states.State_None
            option.state = state
            self.delegate.paint(painter, option, index)
        painter.end()

    def _nearest(self, point: QPoint) -> int:
        """The place of the tile there, or of the one nearest to it; -1 where there is none at all."""
        column = min(max(point.x() // self._cell.width(), 0), self._columns - 1)
        line = max(0, (point.y() + self.verticalOffset()) // self._cell.height())
        return min(line * self._columns + column, self._model.rowCount() - 1)

    def _choose_notes(self, found: Found) -> None:
        has_notes = bool(found.hits or found.copies)
        if has_notes != self.delegate.has_notes:
            self.delegate.has_notes = has_notes
            self.updateGeometries()


def _what(found: Found) -> tuple[object, ...]:
    """What is looked at: as long as it is the same, so is the place."""
    question = found.question
    return question.kind, question.words, question.sort, question.query, question.folders


def _runs(places: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Neighbours put together: (first, last) of each."""
    if not len(places):
        return []
    ends = np.flatnonzero(np.diff(places) != 1)
    firsts, lasts = places[np.append(0, ends + 1)], places[np.append(ends, len(places) - 1)]
    return [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]
