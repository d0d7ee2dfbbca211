"""A list of licences in which any other text can be written as well."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.core.card import LICENCES, UNKNOWN_LICENCE, Card, licence_is_unknown
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox


class LicenceCombo(NoWheelComboBox):
    """Says in the artist's words what cards call UNKNOWN_LICENCE; begins with that."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unknown = self.tr("Unknown")
        for licence in LICENCES:
            self.addItem(self._unknown if licence == UNKNOWN_LICENCE else licence)
        self.setEditable(True)
        self.setAccessibleName(self.tr("Licence"))
        self._show(self._unknown)

    @property
    def value(self) -> str:
        """As a card has it."""
        text = self.currentText().strip()
        return UNKNOWN_LICENCE if text in ("", self._unknown) else text

    def show_licence_of(self, card: Card) -> None:
        """Show what a card says."""
        self.show_licence(UNKNOWN_LICENCE if licence_is_unknown(card) else card.licence)

    def show_licence(self, licence: str) -> None:
        """Show this one, UNKNOWN_LICENCE among them."""
        self._show(self._unknown if licence == UNKNOWN_LICENCE else licence)

    def _show(self, text: str) -> None:
        self.setCurrentIndex(self.findText(text))
        self.setCurrentText(text)
