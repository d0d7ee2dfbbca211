"""HistoryPanel: the shelf below the canvas, with its heading, what it compares, and how much of the disk it takes."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from studio.core.artwork.artwork_state import Result
from studio.core.project.project import HistoryEntry
from studio.ui.history.disk_usage import DiskUsage
from studio.ui.history.shelf import Shelf
from studio.ui.history.shelf_menu import fill_menu
from studio.ui.history.shelf_model import ShelfModel
from studio.ui.history.shelf_thumbnails import ShelfThumbnails
from studio.ui.history.shelf_view import ShelfView, picture_size
from studio.ui.menus.menu import Menu
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.collapsible_header import CollapsibleHeader
from studio.ui.widgets.plain_text import PlainLabel, tool_tip


class HistoryPanel(QFrame):
    """It is there from the first photo on, pictures or not, so that none of them makes the canvas smaller.

    It is open while `shown` is ticked, and its heading ticks that too. keep_draft: the action that puts Live's picture
    here. Signals: export_requested(Result).
    """

    export_requested = Signal(object)

    def __init__(
        self,
        shelf: Shelf,
        session: Session,
        preferences: Preferences,
        shown: QAction,
        keep_draft: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._session = session
        self._menu: QMenu | None = None
        set_role(self, "bar")
        self.thumbnails = ShelfThumbnails(shelf, picture_size(), self.devicePixelRatioF(), self)
        self.model = ShelfModel(shelf, session, self)
        self.body = QWidget()
        self.view = ShelfView(self.model, self.thumbnails)
        self.hint = PlainLabel(
            self.tr("Each picture you finish or stop stays here: a click shows it, a double click brings it back.")
        )
        self.hint.setIndent(20)  # below its heading
        self.hint.setWordWrap(True)  # the window can be narrower than this
        set_role(self.hint, "caption")
        self.hint.setFixedHeight(self.view.height())
        inside = QVBoxLayout(self.body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.hint)
        inside.addWidget(self.view)
        self.fold = CollapsibleHeader(self.tr("History"), self.body)
        self.compared = PlainLabel()
        set_role(self.compared, "caption")
        self.beside = self._button("compare", self.tr("Side by side, or one over the other"), is_checkable=True)
        self.end_comparing = self._button("close", self.tr("Compare with the photo again"))
        self.keep = QToolButton()
        self.keep.setDefaultAction(keep_draft)
        self.keep.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.usage = DiskUsage(shelf, preferences)
        heading = QHBoxLayout()
        heading.setSpacing(GRID // 2)
        heading.addWidget(self.fold)
        heading.addStretch(1)
        for widget in (self.compared, self.beside, self.end_comparing, self.keep, self.usage):
            heading.addWidget(widget)
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID, 2, GRID, 2)
        box.setSpacing(2)
        box.addLayout(heading)
        box.addWidget(self.body)
        self._connect(shown)
        self._show_state()

    def caption(self, result: Result | None) -> str:
        """What a picture is called in a comparison; None is what is painted."""
        entry = next((entry for entry in self._shelf.entries if result is not None and entry.result is result), None)
        return self.model.caption(entry) if entry is not None else self.tr("On the canvas")

    @Slot(object)
    def _look_at(self, entry: HistoryEntry) -> None:
        """At an entry; once more at the one that is the artwork's own means: back to what is painted."""
        session = self._session
        is_own = entry.result is session.artwork.result and session.live.picture is None
        is_back = is_own and session.finishing.run is None
        session.on_canvas.look_at(None if is_back else entry.result, session.on_canvas.beside)

    @Slot()
    def _leave(self) -> None:
        on_canvas = self._session.on_canvas
        on_canvas.look_at(None, on_canvas.beside)

    @Slot()
    def _end_comparing(self) -> None:
        on_canvas = self._session.on_canvas
        on_canvas.look_at(on_canvas.looked_at)

    @Slot(object, object)
    def _open_menu(self, entry: HistoryEntry, place: QPoint) -> None:
        if self._menu is not None:  # not deleted on close: PySide crashes if its parent goes while it is open
            self._menu.deleteLater()
        self._menu = Menu(self)
        self._menu.setToolTipsVisible(True)
        fill_menu(self._menu, entry, self._shelf, self._session, self.window())
        export = QAction(icon("export"), self.tr("Export…"), self._menu)
        export.triggered.connect(lambda: self.export_requested.emit(entry.result))
        self._menu.insertAction(self._menu.actions()[-2], export)
        self._menu.popup(place)

    @Slot()
    def _show_state(self) -> None:
        session = self._session
        has_pictures = self.model.rowCount() > 0
        self.hint.setVisible(not has_pictures)
        self.view.setVisible(has_pictures)
        self.view.is_looking = session.on_canvas.looked_at is not None
        beside = next((entry for entry in self._shelf.entries if entry.result is session.on_canvas.beside), None)
        for widget in (self.compared, self.beside, self.end_comparing):
            widget.setVisible(beside is not None)
        if beside is not None:
            self.compared.setText(self.tr("Compared with {}").format(self.model.caption(beside)))
        self.setVisible(session.artwork.state.size is not None or bool(self._shelf.entries))

    def _connect(self, shown: QAction) -> None:
        view, shelf = self.view, self._shelf
        view.looked_at.connect(self._look_at)
        view.restored.connect(shelf.restore)
        view.removal_requested.connect(shelf.remove)
        view.pin_toggled.connect(lambda entry: shelf.pin(entry, not entry.is_pinned))
        view.menu_requested.connect(self._open_menu)
        view.left.connect(self._leave)
        self.end_comparing.clicked.connect(self._end_comparing)
        shelf.changed.connect(self._show_state)
        self._session.state_changed.connect(self._show_state)
        self.fold.setChecked(shown.isChecked())
        self.fold.toggled.connect(shown.setChecked)
        shown.toggled.connect(self.fold.setChecked)

    def _button(self, icon_name: str, tip: str, *, is_checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(icon_name))
        button.setToolTip(tool_tip(tip))
        button.setAccessibleName(tip)
        button.setCheckable(is_checkable)
        return button
