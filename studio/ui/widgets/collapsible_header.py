"""CollapsibleHeader: a heading that opens and closes what stands below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from studio.ui.theme.theme import icon

# It is a heading and no pressed button while it is open.
_SHEET = """
QToolButton { font-size: 12px; font-variant: small-caps; padding: 1px 6px 1px 0; }
QToolButton:focus { padding: 0 5px 0 0; }
QToolButton:checked:!focus { border-color: transparent; background: transparent; }
"""


class CollapsibleHeader(QToolButton):
    """Closed at first. body: shown while it is checked; put it into its place before checking."""

    def __init__(self, text: str, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body = body
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setIconSize(QSize(14, 14))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setStyleSheet(_SHEET)
        self.toggled.connect(self._show_state)
        self._show_state(False)

    @Slot(bool)
    def _show_state(self, is_open: bool) -> None:
        self._body.setVisible(is_open)
        self.setIcon(icon("chevron-down" if is_open else "chevron-right", "muted"))
