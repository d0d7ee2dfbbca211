"""The bar on top: open, undo, views, Finish and Export, and the picture's name on a full screen."""

from __future__ import annotations

import sys
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from studio.ui.actions.actions import Actions
from studio.ui.actions.availability import explained
from studio.ui.importing.recent_files import RecentFiles
from studio.ui.menus.menu import Menu
from studio.ui.session.artwork_name import artwork_name
from studio.ui.session.session import Session
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.folding_row import FoldingRow
from studio.ui.widgets.tool_buttons import action_button
from studio.ui.window.finish_button import FinishButton
from studio.ui.window.main_menu import MainMenu

HEIGHT = 44  # px
_EXPORT_WIDTH = 104  # px; fixed, because the accent comes with bold letters and nothing should jump


class ToolBar(QFrame):
    """Buttons for the actions that are needed all the time; the rest is in the menu."""

    def __init__(self, session: Session, actions: Actions, recent: RecentFiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._actions = actions
        set_role(self, "bar")
        self.setFixedHeight(HEIGHT)
        self.title = ElidedLabel(middle=True)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self.title, "title")
        self.title.hide()
        self.finish = FinishButton()
        self.finish.clicked.connect(self._finish_or_stop)
        self.refine_menu = Menu(self)
        self.refine_menu.addActions([actions[name] for name in ("keep_painting", "larger_half", "larger_twice")])
        self.export = QPushButton(icon("export"), actions["export"].text())
        self.export.setFixedSize(_EXPORT_WIDTH, self.finish.height())
        self.export.setAccessibleName(actions["export"].text())
        self.export.clicked.connect(actions["export"].trigger)
        actions["export"].changed.connect(self._show_state)
        self.menu = MainMenu(actions, recent, self)
        self.menu_button = self._make_menu_button()
        self.live = self._make_live_button()
        actions["menu"].triggered.connect(self.open_menu)
        self._arrange()
        for signal in (session.state_changed, session.recipe_changed, session.content_changed, session.styles_changed):
            signal.connect(self._show_state)
        self._show_state()

    @Slot()
    def _finish_or_stop(self) -> None:
        if self._session.finishing.run is None and self._session.artwork.is_finished:
            self.refine_menu.popup(self.finish.mapToGlobal(self.finish.rect().bottomLeft()))
            self.refine_menu.setActiveAction(self._actions["keep_painting"])
        else:
            self._actions["stop" if self._session.finishing.run else "finish"].trigger()

    @Slot()
    def _show_state(self) -> None:
        artwork, finishing = self._session.artwork, self._session.finishing
        run = finishing.run
        is_finished = artwork.is_finished and run is None
        if run is not None and run.is_stopping:
            self.finish.show_stopping(run.progress)
        elif run is not None:
            self.finish.show_running(run.progress, run.seconds_left)
        elif is_finished:
            self.finish.show_finished(artwork.result.seconds if artwork.result else 0.0)
        elif artwork.is_half_painted:
            self.finish.show_stopped()
        else:
            self.finish.show_ready(finishing.seconds_expected, finishing.missing, finishing.bytes_expected)
        is_possible = run is not None or not finishing.missing  # also while stopping, or it loses the focus
        self.finish.setEnabled(is_possible)
        tip = "keep_painting" if is_finished else "stop" if run else "finish"
        missing = f"{finishing.missing}." if run is None and finishing.missing else ""
        self.finish.setToolTip(explained(self._actions[tip], missing))
        self.export.setEnabled(self._actions["export"].isEnabled())
        self.export.setToolTip(self._actions["export"].toolTip())
        self.export.setAccessibleDescription(self._actions["export"].toolTip())
        if self.export.property("role") != ("primary" if is_finished else "plain"):
            set_role(self.export, "primary" if is_finished else "plain")
            self.export.setIcon(icon("export", "on_accent" if is_finished else "text"))
        name = artwork_name(self._session.artwork)
        self.title.setText(f"{name} *" if name and artwork.has_unsaved_result else name)

    def show_title(self, is_shown: bool) -> None:
        """Show the picture's name, where no title of the window does."""
        self.title.setVisible(is_shown)

    def add_menu_keys(self, window: QWidget) -> None:
        """Have each menu opened by Alt and its letter, as in a bar of menus; where systems do so."""
        if sys.platform != "darwin":
            for letter, menu in self.menu.by_letter().items():
                shortcut = QShortcut(QKeySequence(f"Alt+{letter.upper()}"), window)
                shortcut.activated.connect(partial(self._open_at_button, menu))

    @Slot()
    def open_menu(self) -> None:
        """Open the menu below its button, for the keyboard."""
        self._open_at_button(self.menu)

    def _open_at_button(self, menu: Menu) -> None:
        """One menu alone: a second one, opened with it, may lose the keys when the system activates the first late."""
        menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))
        menu.setActiveAction(menu.actions()[0])

    def _make_menu_button(self) -> QToolButton:
        button = QToolButton()
        button.setIcon(self._actions["menu"].icon())
        button.setMenu(self.menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(self._actions["menu"].toolTip())
        button.setAccessibleName(self._actions["menu"].text())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _make_live_button(self) -> QToolButton:
        button = self._button("live", has_text=True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        button.setMenu(self.menu.menus["Refine automatically"])
        return button

    def _button(self, name: str, has_text: bool) -> QToolButton:
        button = action_button(self._actions[name], has_text=has_text)
        button.setAccessibleName(self._actions[name].text())
        return button

    def _arrange(self) -> None:
        self.buttons = FoldingRow()
        self.buttons.add_button(self.menu_button)
        for name in ("open", "paste", "", "undo", "redo", "", "compare", "fit", "actual_size"):
            if name:
                self.buttons.add_button(self._button(name, has_text=name in ("open", "compare")))
            else:
                self.buttons.add_line()
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID)
        row.addWidget(self.buttons, 3)
        row.addWidget(self.title, 2)
        row.addStretch(1)
        for widget in (self._button("variations", has_text=False), self.live, self.finish, self.export):
            row.addWidget(widget)
