"""CardDetails: the whole card of a style: who made it, when, under which licence, and where it comes from."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.core.card import Card
from studio.ui.theme import set_role
from studio.ui.thumbnails import make_thumbnail

_EDGE = 160


class CardDetails(QDialog):
    """Stays beside the window, without blocking it; every line can be copied."""

    def __init__(self, card: Card, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(card.title)
        picture = QLabel()
        picture.setAccessibleName(self.tr("Picture of {}").format(card.title))
        image = make_thumbnail(card.file, QSize(_EDGE, _EDGE) * self.devicePixelRatioF())
        image.setDevicePixelRatio(self.devicePixelRatioF())
        picture.setPixmap(QPixmap.fromImage(image))
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        lines = (
            (self.tr("Title"), card.title),
            (self.tr("Artist"), card.author),
            (self.tr("Year"), card.year),
            (self.tr("Licence"), card.licence or self.tr("unknown")),
            (self.tr("Source"), card.source),
            (self.tr("Credit"), card.credit_line),
        )
        for name, value in lines:
            if value:
                label = QLabel(name)
                set_role(label, "muted")
                label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
                label.setAlignment(Qt.AlignmentFlag.AlignTop)
                form.addRow(label, self._line(name, value))
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(form, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(16)
        box.addLayout(top)
        box.addWidget(buttons)
        self.resize(520, self.sizeHint().height())

    @staticmethod
    def _line(name: str, value: str) -> QLabel:
        line = QLabel(value)
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.setWordWrap(True)
        line.setAlignment(Qt.AlignmentFlag.AlignTop)
        line.setAccessibleName(name)
        line.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return line
