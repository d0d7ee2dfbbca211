"""The gallery's categories as a row of buttons, one of which is pressed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from studio.core.card import OWN_CATEGORY
from studio.ui.theme.theme import set_role
from studio.ui.widgets.flow_layout import FlowLayout
from studio.ui.widgets.plain_text import action_text

_LABELS: dict[str, str] = {
    "": str(QT_TRANSLATE_NOOP("CategoryFilter", "All")),
    "painting": str(QT_TRANSLATE_NOOP("CategoryFilter", "Painting")),
    "print": str(QT_TRANSLATE_NOOP("CategoryFilter", "Print")),
    "pattern": str(QT_TRANSLATE_NOOP("CategoryFilter", "Pattern")),
    OWN_CATEGORY: str(QT_TRANSLATE_NOOP("CategoryFilter", "Mine")),
}


class CategoryFilter(QWidget):
    """Always begins with "All", which is the category "". Signals: chosen(), another one by hand."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = FlowLayout(4, self)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.chosen)

    @property
    def category(self) -> str:
        """The one that is pressed."""
        chip = self._group.checkedButton()
        return str(chip.property("category")) if chip else ""

    def show_all(self) -> None:
        """Press "All"."""
        self._group.buttons()[0].setChecked(True)

    def set_categories(self, categories: Sequence[str], before: QWidget) -> None:
        """Show other ones; a pressed one that is gone leaves "All" pressed. before: what Tab comes from."""
        category = self.category
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.deleteLater()
        for name in ("", *categories):
            chip = QToolButton(self)
            label = _LABELS.get(name)
            chip.setText(
                QCoreApplication.translate("CategoryFilter", label) if label else action_text(name.capitalize())
            )
            chip.setProperty("category", name)
            chip.setCheckable(True)
            chip.setChecked(name == category)
            set_role(chip, "chip")
            self._group.addButton(chip)
            self._row.addWidget(chip)
            QWidget.setTabOrder(before, chip)  # new ones would come last; Tab meets them where they are seen
            before = chip
            chip.show()
        if self._group.checkedButton() is None:
            self.show_all()
