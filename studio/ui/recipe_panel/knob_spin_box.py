"""One whole number of the recipe that is no amount (the seed): a field, and a button that takes another number."""

from __future__ import annotations

from PySide6.QtCore import QRandomGenerator, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from studio.core.recipe import Knob
from studio.ui.recipe_panel.knob_widget import KnobWidget
from studio.ui.recipe_panel.value_field import ValueField
from studio.ui.theme.theme import icon
from studio.ui.widgets.plain_text import tool_tip


class KnobSpinBox(KnobWidget):
    """Shows and edits a knob on the scale "integer"."""

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        field = ValueField(knob)
        super().__init__(knob, field, parent)
        self.field = field
        self.field.setFixedWidth(76)
        self.another = QToolButton()
        self.another.setIcon(icon("reset"))
        self.another.setToolTip(tool_tip(self.tr("Another {}").format(knob.label.lower())))
        self.another.setAccessibleName(self.another.toolTip())

        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.label, 1)
        row.addWidget(self.another)
        row.addWidget(self.field)
        QWidget.setTabOrder(self.field, self.another)

        self.field.value_edited.connect(self._edit_once)
        self.another.clicked.connect(self._take_another)
        self.set_value(knob.default)

    def set_value(self, value: int) -> None:
        self.field.set_knob_value(value)
        super().set_value(value)

    @Slot()
    def _take_another(self) -> None:
        self._edit_once(QRandomGenerator.global_().bounded(int(self.knob.low), int(self.knob.high) + 1))
