"""One choice of the recipe (method, quality, ...) as a combo box with its label."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from studio.core.recipe import Knob
from studio.ui.knob_slider import KnobLabel

_WORDS = {  # where the recipe's word says too little beside the knob's label
    "finish": QT_TRANSLATE_NOOP("KnobChoice", "Paint my picture"),
    "live": QT_TRANSLATE_NOOP("KnobChoice", "Sketch it at once"),
    "pattern": QT_TRANSLATE_NOOP("KnobChoice", "Make a pattern"),
    "soft-light": QT_TRANSLATE_NOOP("KnobChoice", "Soft light"),
}


class KnobChoice(QWidget):
    """Shows and edits a knob whose values are names."""

    value_edited = Signal(object)
    edit_finished = Signal()

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = knob
        self.label = KnobLabel(knob.label)
        self.box = _CalmComboBox()
        for choice in knob.choices:
            self.box.addItem(_shown(choice), choice)
        self.label.setBuddy(self.box)
        self.label.reset_requested.connect(self.reset)
        self.box.setAccessibleName(knob.label)
        self.box.setAccessibleDescription(knob.help)
        self.box.setFixedWidth(176)  # one width for all
        self.setToolTip(knob.help)
        self.setFocusProxy(self.box)

        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.label, 1)
        row.addWidget(self.box)

        self.box.currentIndexChanged.connect(self._emit_edit)
        self.set_value(knob.default)

    @property
    def value(self) -> str:
        """The chosen name, as in the recipe."""
        return str(self.box.currentData())

    def set_value(self, value: str) -> None:
        """Show a value; emits nothing."""
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(value))
        self.label.set_changed(value != self.knob.default)

    @Slot()
    def reset(self) -> None:
        """Back to the default, as an edit."""
        self.box.setCurrentIndex(self.box.findData(self.knob.default))

    @Slot(int)
    def _emit_edit(self, _index: int) -> None:
        self.label.set_changed(self.value != self.knob.default)
        self.value_edited.emit(self.value)
        self.edit_finished.emit()


class _CalmComboBox(QComboBox):
    """Leaves the wheel to the panel unless it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _shown(choice: str) -> str:
    """A name of the recipe as people read it: "vgg16-torchvision" -> "VGG-16 (torchvision)"."""
    if choice in _WORDS:
        return QCoreApplication.translate("KnobChoice", str(_WORDS[choice]))
    name, _, origin = choice.partition("-")
    name = f"VGG-{name[3:]}" if name.startswith("vgg") else name.capitalize()
    return f"{name} ({origin})" if origin else name
