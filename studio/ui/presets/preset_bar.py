"""PresetBar: the presets as a list to choose from, and a menu to save, rename and remove them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QStackedWidget, QToolButton, QWidget

from studio.core.project.builtin_presets import Preset
from studio.core.project.presets import LONGEST_NAME
from studio.ui.menus.menu import Menu
from studio.ui.presets.preset_controller import PresetController
from studio.ui.session.session import Session
from studio.ui.theme.theme import icon
from studio.ui.widgets.form_row import label_for_screen_readers
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox
from studio.ui.widgets.plain_text import tool_tip


class PresetBar(QWidget):
    """Shows which preset the settings agree with; a name is typed in its place."""

    def __init__(
        self, controller: PresetController, session: Session, more: Sequence[QAction], parent: QWidget | None = None
    ) -> None:
        """more: what else stands in the menu."""
        super().__init__(parent)
        self._controller = controller
        self._take_name: Callable[[str], None] = controller.save
        self.box = NoWheelComboBox()
        self.box.setPlaceholderText(self.tr("Your own settings"))
        self.box.setToolTip(tool_tip(self.tr("Settings that go together, by name")))
        self.box.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed
        )  # a name is no wider than the panel
        self.name = _NameField()
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText(self.tr("Name, then Enter"))
        self.name.setAccessibleName(self.tr("Name of the preset"))
        self._place = QStackedWidget()
        self._place.addWidget(self.box)
        self._place.addWidget(self.name)
        label_for_screen_readers(self.box, self.tr("Preset"))
        self._place.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.menu = Menu(self)
        self.save_as = self.menu.addAction(icon("add"), self.tr("Save these settings as…"))
        self.rename = self.menu.addAction(self.tr("Rename…"))
        self.remove = self.menu.addAction(icon("delete"), self.tr("Remove"))
        self.menu.addSeparator()
        self.menu.addActions(more)
        self.menu_button = QToolButton()
        self.menu_button.setIcon(icon("menu"))
        self.menu_button.setMenu(self.menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setToolTip(tool_tip(self.tr("Save, rename and remove presets; settings as files")))
        self.menu_button.setAccessibleName(self.tr("Presets: more"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._place, 1)
        row.addWidget(self.menu_button)
        self.box.activated.connect(self._choose)
        self.name.returnPressed.connect(self._end_naming)
        self.name.given_up.connect(self._show_list)
        self.save_as.triggered.connect(self._name_new)
        self.rename.triggered.connect(self._name_anew)
        self.remove.triggered.connect(self._remove)
        controller.changed.connect(self._show_presets)
        session.recipe_changed.connect(self._show_current)
        session.selection.changed.connect(self._show_current)  # there may be other regions
        self._show_presets()

    @property
    def is_naming(self) -> bool:
        """Whether a name is being typed."""
        return self._place.currentWidget() is self.name

    @Slot()
    def _show_presets(self) -> None:
        with QSignalBlocker(self.box):
            self.box.clear()
            was_own = False
            for preset in self._controller.presets:
                if preset.is_own and not was_own:
                    self.box.insertSeparator(self.box.count())
                    was_own = True
                self.box.addItem(preset.name, preset.name)
        self._show_current()

    @Slot()
    def _show_current(self) -> None:
        current = self._controller.current
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(-1 if current is None else self.box.findData(current.name))
        is_own = current is not None and current.is_own
        self.rename.setEnabled(is_own)
        self.remove.setEnabled(is_own)

    @Slot(int)
    def _choose(self, index: int) -> None:
        preset = self._preset(self.box.itemData(index))
        if preset is not None:
            self._controller.choose(preset)

    @Slot()
    def _name_new(self) -> None:
        self._ask_for_name("", self._controller.save)

    @Slot()
    def _name_anew(self) -> None:
        current = self._controller.current
        if current is not None and current.is_own:
            name = current.name
            self._ask_for_name(name, lambda new_name: self._controller.rename(name, new_name))

    @Slot()
    def _remove(self) -> None:
        current = self._controller.current
        if current is not None:
            self._controller.remove(current.name)

    def _ask_for_name(self, name: str, take: Callable[[str], None]) -> None:
        self._take_name = take
        self.name.setText(name)
        self._place.setCurrentWidget(self.name)
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()

    @Slot()
    def _end_naming(self) -> None:
        name = self.name.text().strip()
        self._show_list()
        if name:
            self._take_name(name)

    @Slot()
    def _show_list(self) -> None:
        had_focus = self.name.hasFocus()
        self._place.setCurrentWidget(self.box)
        if had_focus:
            self.box.setFocus()

    def _preset(self, name: str) -> Preset | None:
        return next((preset for preset in self._controller.presets if preset.name == name), None)


class _NameField(QLineEdit):
    """Signals: given_up(), by Escape or by going elsewhere."""

    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.given_up.emit()
