"""CreditsPreview: whose work an artwork is made of, and a warning where nobody knows whether it may be shown."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.core.card import licence_is_unknown
from studio.core.image_io.xmp import Credits
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.form_row import form_row
from studio.ui.widgets.plain_text import PlainLabel


class CreditsPreview(QWidget):
    """The credit lines that go into the file. `warning` is shown while a style's licence is unknown."""

    def __init__(self, made_of: Credits, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lines = PlainLabel("\n".join(made_of.lines))
        lines.setWordWrap(True)
        set_role(lines, "caption")
        unknown = [card.title for card in made_of.styles if licence_is_unknown(card)]
        self.warning = PlainLabel(
            self.tr("The licence of {} is unknown: find out whether you may show it.").format(", ".join(unknown))
        )
        self.warning.setWordWrap(True)
        set_role(self.warning, "error")
        sign = PlainLabel()
        sign.setPixmap(icon("warning", "error").pixmap(QSize(16, 16), self.devicePixelRatioF()))
        warned = form_row(sign, self.warning, spacing=GRID)
        warned.setVisible(bool(unknown))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 3, 0, 0)
        box.setSpacing(4)
        box.addWidget(lines)
        box.addWidget(warned)
