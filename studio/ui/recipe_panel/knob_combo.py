"""One choice of the recipe (method, quality, ...) as a combo box with its label."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QSignalBlocker, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.core.recipe import Knob
from studio.ui.recipe_panel.knob_widget import KnobWidget
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox

_WORDS = {  # where the recipe's word says too little beside the knob's label
    "finish": QT_TRANSLATE_NOOP("KnobCombo", "Paint my picture"),
    "live": QT_TRANSLATE_NOOP("KnobCombo", "Sketch it at once"),
    "pattern": QT_TRANSLATE_NOOP("KnobCombo", "Make a pattern"),
    "auto": QT_TRANSLATE_NOOP("KnobCombo", "Automatic"),
    "live_studio": QT_TRANSLATE_NOOP("KnobCombo", "The small one"),
    "live_fine": QT_TRANSLATE_NOOP("KnobCombo", "The larger one"),
    "arbitrary_style_magenta": QT_TRANSLATE_NOOP("KnobCombo", "Google's original"),
    "max": QT_TRANSLATE_NOOP("KnobCombo", "Bolder (max)"),
    "average": QT_TRANSLATE_NOOP("KnobCombo", "Softer (average)"),
    "soft-light": QT_TRANSLATE_NOOP("KnobCombo", "Soft light"),
}


class KnobCombo(KnobWidget):
    """Shows and edits a knob whose values are names."""

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        box = NoWheelComboBox()
        super().__init__(knob, box, parent)
        self.box = box
        for choice in knob.choices:
            self.box.addItem(_shown(choice), choice)
        self.box.setFixedWidth(176)  # one width for all

        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.label, 1)
        row.addWidget(self.box)

        self.box.currentIndexChanged.connect(self._take_index)
        self.set_value(knob.default)

    def set_value(self, value: str) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(value))
        super().set_value(value)

    @Slot(int)
    def _take_index(self, index: int) -> None:
        self._edit_once(self.box.itemData(index))


def _shown(choice: str) -> str:
    """A name of the recipe as people read it: "vgg16-torchvision" -> "VGG-16 (torchvision)"."""
    if choice in _WORDS:
        return QCoreApplication.translate("KnobCombo", str(_WORDS[choice]))
    name, _, origin = choice.partition("-")
    name = f"VGG-{name[3:]}" if name.startswith("vgg") else name.capitalize()
    return f"{name} ({origin})" if origin else name
