"""LibraryRoom: the library as the artist sees it: bars, the grid or the map, and what can be done with a selection."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.ui.actions.actions import Actions
from studio.ui.actions.message_bar import MessageBar
from studio.ui.art_map.map_panel import MapPanel
from studio.ui.library.bars.head_bar import HeadBar
from studio.ui.library.bars.indexing_bar import IndexingBar
from studio.ui.library.bars.selection_bar import SelectionBar, fill_selection_menu
from studio.ui.library.bars.similarity_bar import SimilarityBar
from studio.ui.library.empty_page import EmptyPage
from studio.ui.library.library_browser import LibraryBrowser
from studio.ui.library.library_entries import LibraryEntries
from studio.ui.library.library_grid import LibraryGrid
from studio.ui.library.library_indexer import LibraryIndexer
from studio.ui.library.library_model import LibraryModel
from studio.ui.library.selection_actions import SelectionActions
from studio.ui.menus.menu import Menu
from studio.ui.session.message import Message
from studio.ui.theme.theme import set_role

# What the keys of the window still do here; all others belong to what is on the canvas.
_KEYS_LEFT = (
    "library",
    "menu",
    "open",
    "quit",
    "finish",
    "teach",
    "train_classifier",
    "render_many",
    "shortcuts",
    "full_screen",
)


class LibraryRoom(QWidget):
    """Signals: left(), the canvas is wanted. It takes no drops itself; see `Library`.

    more_bars: a place for bars of others, above the pictures.
    """

    left = Signal()

    def __init__(
        self,
        indexer: LibraryIndexer,
        browser: LibraryBrowser,
        entries: LibraryEntries,
        selection: SelectionActions,
        actions: Actions,
        menu: QMenu | None = None,
        index_folder: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """menu: everything the studio can do. index_folder: None for the user's own."""
        super().__init__(parent)
        self._indexer, self._browser, self._entries, self._selection = indexer, browser, entries, selection
        self._actions = actions
        set_role(self, "room")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Library"))
        self.head = HeadBar(indexer, menu)
        self.messages = MessageBar(actions)
        self.messages.button.setText(self.tr("OK"))  # until there is a message that says what it does
        self.similarity = SimilarityBar()
        self.model = LibraryModel(entries, self)
        self.grid = LibraryGrid(self.model, entries)
        self.map = MapPanel(index_folder)
        self._mapped: NDArray[np.int64] = np.zeros(0, np.int64)  # what the map shows, or will show
        self.indexing = IndexingBar(indexer)
        self.bar = SelectionBar(selection.actions)
        self._menu: QMenu | None = None
        self.more_bars = QVBoxLayout()
        self._pages = QStackedWidget()
        self.empty = EmptyPage(indexer)
        for page in (self.grid, self.map, self.empty):
            self._pages.addWidget(page)
        self._arrange()
        self._connect()
        self._show_state()

    def enter(self) -> None:
        """It is shown: the keys go to the pictures, or to the button where there are none."""
        page = self._pages.currentWidget()
        first = self.empty.button if page is self.empty else self.map.map if page is self.map else self.grid
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            pressed = QKeySequence(event.keyCombination())
            kept = (keys for name in _KEYS_LEFT for keys in self._actions[name].shortcuts())
            is_of_menus = event.modifiers() == Qt.KeyboardModifier.AltModifier
            # Else it would act on a canvas that nobody sees.
            if not is_of_menus and all(pressed != keys for keys in kept):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._go_back()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.head.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.head.search.selectAll()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._selection.actions["copy"].trigger()
        elif event.key() == Qt.Key.Key_Down and self.head.search.hasFocus():
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def _go_back(self) -> None:
        """From what was found to all pictures, and from these to the canvas."""
        if self._browser.question.kind != "all":
            self._browser.show_all()
        elif self.head.search.text():
            self.head.search.clear()
        else:
            self.left.emit()

    @property
    def _is_map(self) -> bool:
        return self.head.map.isChecked()

    @Slot(object)
    def _tell(self, error: StudioError) -> None:
        self.messages.show_message(Message.about(error))

    @Slot()
    def _show_found(self) -> None:
        found = self._browser.found
        self.grid.show_found(found)
        self.similarity.show_found(found, self._browser.is_busy)
        query = self._browser.question.query
        picture = self._entries.pixmap(query.row) if query is not None and query.row is not None else None
        self.similarity.show_question(self._browser.question, picture)
        self._show_map()
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        browser, has_folders = self._browser, bool(self._indexer.folders)
        is_empty = not len(browser.found.rows)
        if is_empty:
            self.empty.show_why(browser.question)
        page = self.empty if is_empty else self.map if self._is_map else self.grid
        had_focus = self.isAncestorOf(self.focusWidget() or self)
        if page is not self._pages.currentWidget():
            self._pages.setCurrentWidget(page)
            if had_focus and self.isVisible() and not self.head.search.hasFocus():
                self.enter()
        self.bar.setVisible(has_folders)
        self.head.show_tools(has_folders)  # else there is the one button below
        self.bar.show_count(browser.found, len(self._selected_rows()))

    @Slot()
    def _show_all(self) -> None:
        self.head.search.clear()
        self._browser.show_all()

    def _selected_rows(self) -> NDArray[np.int64]:
        if self._pages.currentWidget() is self.map:
            return np.array(self.map.selected_rows, np.int64)
        return self.grid.selected_rows

    @Slot()
    def _select(self) -> None:
        self._selection.select(self._selected_rows())
        self._show_state()

    @Slot(int)
    def _open_on_map(self, place: int) -> None:
        rows = self.map.rows
        if place < len(rows):
            self._selection.like_wanted.emit(rows[place])

    @Slot()
    def _show_map(self) -> None:
        """Lay out what is shown, if the map is looked at and shows something else."""
        rows = np.sort(self._browser.found.rows)
        if self._is_map and len(rows) and not np.array_equal(rows, self._mapped):
            self._mapped = rows
            self.map.show_rows(rows.tolist())

    @Slot()
    def _map_anew(self) -> None:
        """Something else is known of what is shown."""
        self._mapped = np.zeros(0, np.int64)

    @Slot(str)
    def _choose_view(self, name: str) -> None:
        self._show_map()
        self._show_state()
        self._select()
        self.enter()

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        # Not deleted on close: PySide crashes if its parent goes while such a menu is open.
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = Menu(self)
        fill_selection_menu(self._menu, self._selection.actions)
        self._menu.popup(place)

    def _connect(self) -> None:
        browser, head = self._browser, self.head
        browser.changed.connect(self._show_found)
        self._indexer.changed.connect(self._show_state)
        self._indexer.renewed.connect(self._map_anew)
        self._entries.arrived.connect(self._show_query)
        self.empty.add_requested.connect(head.add_requested)
        self.empty.all_requested.connect(self._show_all)
        head.left.connect(self.left)
        head.words_changed.connect(browser.set_words)
        head.sort_changed.connect(browser.set_sort)
        head.duplicates_requested.connect(browser.find_duplicates)
        head.removed.connect(self._indexer.remove)
        head.look_requested.connect(self._indexer.look_again)
        head.view_chosen.connect(self._choose_view)
        self.similarity.shares_changed.connect(browser.set_shares)
        self.similarity.at_least_changed.connect(browser.set_at_least)
        self.similarity.closed.connect(browser.show_all)
        self.grid.selection_changed.connect(self._select)
        self.grid.used.connect(self._selection.actions["use"].trigger)
        self.grid.mixed_in.connect(self._selection.actions["mix"].trigger)
        self.grid.menu_requested.connect(self._show_menu)
        self.map.map.selection_changed.connect(self._select)
        self.map.map.opened.connect(self._open_on_map)
        self.map.controller.works_changed.connect(self._select)
        self.map.controller.failed.connect(self._tell)

    @Slot()
    def _show_query(self) -> None:
        """The picture that is searched for has arrived, or a classifier has said something."""
        query = self._browser.question.query
        if query is not None and query.row is not None:
            self.similarity.show_question(self._browser.question, self._entries.pixmap(query.row))
        if not self.grid.delegate.has_labels and self._entries.has_labels:
            self.grid.set_labels_shown(True)

    def _arrange(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(1)
        for widget in (self.head, self.messages, self.similarity):
            box.addWidget(widget)
        box.addLayout(self.more_bars)
        box.addWidget(self._pages, 1)
        box.addWidget(self.bar)
        box.addWidget(self.indexing)
