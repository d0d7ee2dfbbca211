"""HeadBar: the bar on top of the library: back, folders, words to search for, order, grid or map."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QMenu, QPushButton, QToolButton, QWidget

from studio.core.library.arranging import Sort
from studio.ui.library.library_indexer import LibraryIndexer
from studio.ui.menus.menu import Menu
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.form_row import label_for_screen_readers
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox
from studio.ui.widgets.plain_text import LONGEST_SEARCH, PlainLabel, action_text, tool_tip
from studio.ui.widgets.tool_buttons import tool_button

HEIGHT = 44  # px, as of the bar over the canvas
_LEAST_SEARCH = 150  # px


class HeadBar(QFrame):
    """Signals: left(); add_requested(), a folder is to be asked for; removed(Path), a folder is to be left out;
    look_requested(), at all folders; words_changed(str); sort_changed(Sort); duplicates_requested();
    view_chosen("grid" or "map").
    """

    left = Signal()
    add_requested = Signal()
    removed = Signal(object)
    look_requested = Signal()
    words_changed = Signal(str)
    sort_changed = Signal(str)
    duplicates_requested = Signal()
    view_chosen = Signal(str)

    def __init__(self, indexer: LibraryIndexer, menu: QMenu | None = None, parent: QWidget | None = None) -> None:
        """menu: everything the studio can do."""
        super().__init__(parent)
        self._indexer = indexer
        set_role(self, "bar")
        self.setFixedHeight(HEIGHT)
        self.menu_button = tool_button("menu", "", self.tr("Everything the studio can do"))
        self.menu_button.setVisible(menu is not None)
        if menu is not None:
            self.menu_button.setMenu(menu)
            self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.back = tool_button("chevron-left", self.tr("Canvas"), self.tr("Back to the canvas (Esc)"))
        self.back.clicked.connect(self.left)
        self.title = PlainLabel(self.tr("Library"))
        set_role(self.title, "title")
        self.add = QPushButton(icon("add"), self.tr("Add folder…"))
        self.add.setToolTip(tool_tip(self.tr("Add a folder of pictures to the library. The files stay as they are.")))
        self.add.clicked.connect(self.add_requested)
        self.folder_menu = Menu(self)
        self.folder_menu.setToolTipsVisible(True)
        self.folder_menu.aboutToShow.connect(self._fill_folders)
        self.folders = tool_button("folder", self.tr("Folders"), self.tr("The folders of the library"))
        self.folders.setMenu(self.folder_menu)
        self.folders.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Title, artist, year or file"))
        self.search.setAccessibleName(self.tr("Search the library by title, artist, year or name of the file"))
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)  # a dropped picture is no search
        self.search.setMaxLength(LONGEST_SEARCH)
        self.search.setMinimumWidth(_LEAST_SEARCH)
        self.search.addAction(
            QAction(icon("search"), self.tr("Search"), self.search), QLineEdit.ActionPosition.LeadingPosition
        )
        self.search.textChanged.connect(self.words_changed)
        self.sort = NoWheelComboBox()
        sorts: dict[Sort, str] = {
            "folder": self.tr("By folder"),
            "title": self.tr("By title"),
            "author": self.tr("By artist"),
            "year": self.tr("By year"),
            "newest": self.tr("Newest first"),
        }
        for name, text in sorts.items():
            self.sort.addItem(text, name)
        self.sort.setMinimumWidth(self.sort.sizeHint().width())
        self.sort.currentIndexChanged.connect(lambda: self.sort_changed.emit(self.sort.currentData()))
        self.duplicates = tool_button(
            "copy", self.tr("Duplicates"), self.tr("Find pictures that are there more than once")
        )
        self.duplicates.clicked.connect(self.duplicates_requested)
        self.views = QButtonGroup(self)
        self.grid = self._make_view("gallery", "grid", self.tr("Grid"), self.tr("Pictures side by side"))
        self.map = self._make_view("map", "map", self.tr("Map"), self.tr("Similar pictures close together, by style"))
        self.grid.setChecked(True)
        self._tools = QHBoxLayout()
        self._others: list[QToolButton] = []
        self._is_folded = False
        self._unfolded_width = 0  # px
        self._arrange()
        label_for_screen_readers(self.sort, self.tr("Order of the pictures"))

    def add_tool(self, button: QToolButton) -> None:
        """Add one more button."""
        self._others.append(button)
        self._tools.addWidget(button)

    def show_tools(self, are_shown: bool) -> None:
        """Show what needs folders, or nothing but the way back."""
        for widget in (self.add, self.folders, self.search, self.sort, self.duplicates, self.grid, self.map):
            widget.setVisible(are_shown)
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Leave the words out of some buttons while there is no room for them, so that no words are cut off."""
        layout = self.layout()
        assert layout is not None
        if not self._is_folded:
            self._unfolded_width = layout.minimumSize().width()
        is_folded = self.width() < self._unfolded_width
        if is_folded == self._is_folded:
            return
        self._is_folded = is_folded
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if is_folded else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for button in (self.folders, self.duplicates, *self._others):
            button.setToolButtonStyle(style)

    @Slot()
    def _fill_folders(self) -> None:
        menu = self.folder_menu
        menu.clear()
        for folder in self._indexer.folders:
            count = self.tr("one picture") if folder.count == 1 else self.tr("{} pictures").format(f"{folder.count:,}")
            about = count if folder.is_there else self.tr("not there")
            one = menu.add_menu(
                action_text(f"{folder.path.name or folder.path}  ({about})"),
                icon("folder" if folder.is_there else "warning"),
            )
            one.setToolTipsVisible(True)
            one.menuAction().setToolTip(tool_tip(str(folder.path)))
            remove = one.addAction(icon("remove"), self.tr("Take out of the library"))
            remove.setToolTip(tool_tip(self.tr("The files stay as they are.")))
            remove.triggered.connect(partial(self._remove, folder.path))
        if not self._indexer.folders:
            menu.addAction(self.tr("No folders yet")).setEnabled(False)
        menu.addSeparator()
        add = menu.addAction(icon("add"), self.tr("Add folder…"))
        add.triggered.connect(self.add_requested)
        look = menu.addAction(icon("reset"), self.tr("Look for changes"))
        tip = self.tr("Look for pictures that are new, changed or missing, or could not be opened before")
        look.setToolTip(tool_tip(tip))
        look.setEnabled(bool(self._indexer.folders) and self._indexer.state != "looking")
        look.triggered.connect(self.look_requested)

    def _remove(self, folder: Path) -> None:
        self.removed.emit(folder)

    def _make_view(self, icon_name: str, name: str, text: str, tip: str) -> QToolButton:
        button = tool_button(icon_name, text, tip)
        button.setCheckable(True)
        button.clicked.connect(lambda: self.view_chosen.emit(name))
        self.views.addButton(button)
        return button

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID)
        for widget in (self.menu_button, self.back, self.title):
            row.addWidget(widget)
        row.addSpacing(GRID)
        row.addWidget(self.add)
        row.addWidget(self.folders)
        row.addWidget(self.search, 100)
        row.addStretch(1)  # where there is nothing to search
        row.addWidget(self.sort)
        row.addWidget(self.duplicates)
        row.addLayout(self._tools)
        row.addWidget(self.grid)
        row.addWidget(self.map)
