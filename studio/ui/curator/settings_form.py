"""ClassifierSettingsForm: how a classifier is trained: what learns, how long and how fast, in plain words."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from studio.core.classifier.settings import LIMITS, ClassifierSettings
from studio.core.classifier.tuned_block import FIRST, LAST
from studio.core.curator.examples import LEAST_WORKS
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.collapsible_header import CollapsibleHeader
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox
from studio.ui.widgets.number_field import UnitSpinBox
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_MOST_WORKS = 50


class RateBox(UnitSpinBox):
    """A small number without zeros at its end."""

    def textFromValue(self, value: float) -> str:
        text = super().textFromValue(value)
        return text.rstrip("0").rstrip(self.locale().decimalPoint()) or "0"


class ClassifierSettingsForm(QWidget):
    """`settings` is what the fields say. Signals: least_works_changed(int)."""

    least_works_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = NoWheelComboBox()
        self.layers.setAccessibleName(self.tr("What learns"))
        self.layers.setToolTip(
            tool_tip(
                self.tr("The network was trained on photos of things. Its last stages can learn your classes as well.")
            )
        )
        self.layers.addItem(self.tr("The head alone"), None)
        for first in range(LAST, FIRST - 1, -1):
            count = LAST - first + 1
            text = self.tr("Head and last stage") if count == 1 else self.tr("Head and last {} stages").format(count)
            self.layers.addItem(text, first)
        self.layers.setCurrentIndex(self.layers.findData(ClassifierSettings.first_stage))
        self.words = PlainLabel()
        self.words.setWordWrap(True)
        set_role(self.words, "caption")
        self.numbers: dict[str, UnitSpinBox] = {}
        self.least_works = UnitSpinBox(2, _MOST_WORKS)
        self._page = QWidget()
        self._form = QFormLayout(self._page)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(GRID // 2)
        self._fill_form()
        self.fold = CollapsibleHeader(self.tr("Advanced"), self._page)
        top = QFormLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addRow(self.tr("Learns"), self.layers)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(top)
        column.addWidget(self.words)
        column.addWidget(self.fold)
        column.addWidget(self._page)
        self.layers.currentIndexChanged.connect(self._show_state)
        self.least_works.valueChanged.connect(lambda value: self.least_works_changed.emit(round(value)))
        for box in self.numbers.values():
            box.valueChanged.connect(self._show_state)
        self._show_state()

    @property
    def settings(self) -> ClassifierSettings:
        """What the fields say."""
        values: dict[str, Any] = {name: box.value() for name, box in self.numbers.items()}
        for name, value in values.items():
            values[name] = type(getattr(ClassifierSettings, name))(value)
        first = self.layers.currentData()
        if first is not None:
            values["first_stage"] = int(first)
        return ClassifierSettings(is_tuned=first is not None, **values)

    def _fill_form(self) -> None:
        for name, text, tip in (
            ("epochs", self.tr("Epochs"), self.tr("At most this many passes over all pictures")),
            ("patience", self.tr("Patience"), self.tr("Ends after this many epochs without a gain on other works")),
            ("batch", self.tr("Pictures at once"), self.tr("Pictures per step (batch): more are steadier and slower")),
            (
                "head_rate",
                self.tr("Head step size"),
                self.tr("Learning rate of the head, which tells the classes apart"),
            ),
            (
                "block_rate",
                self.tr("Stage step size"),
                self.tr("Learning rate of the last stage; each earlier one has half of the next one's"),
            ),
            (
                "views",
                self.tr("Crops of each"),
                self.tr("Crops of each picture, flipped and tinted a little, besides the whole (augmentation)"),
            ),
            (
                "scratch_epochs",
                self.tr("From scratch"),
                self.tr("Epochs in which the same network is trained from scratch, to compare with; 0: not at all"),
            ),
            ("seed", self.tr("Seed"), self.tr("Which works are held out; the same number gives the same result")),
        ):
            box = self.numbers[name] = self._make_number(name)
            box.setAccessibleName(text)
            box.setToolTip(tool_tip(tip))
            self._form.addRow(text, box)
        self.least_works.setValue(LEAST_WORKS)
        self.least_works.setAccessibleName(self.tr("Fewest works"))
        self.least_works.setToolTip(tool_tip(self.tr("Classes with fewer works than this are left out")))
        self._form.addRow(self.tr("Fewest works"), self.least_works)

    @Slot()
    def _show_state(self) -> None:
        settings = self.settings
        for name in ("epochs", "patience", "batch", "head_rate", "block_rate", "views"):
            self.numbers[name].setEnabled(settings.is_tuned)
        if not settings.is_tuned:
            self.words.setText(
                self.tr("All layers of the network stay frozen: only the head learns what tells the classes apart.")
            )
            return
        text = self.tr(
            "Stages 0 to {} of the network stay frozen. The others learn for up to {} epochs, {} pictures at once, from"
            " each picture and {} crops of it. They are kept only if that is better on works held out."
        )
        views, epochs = settings.views, settings.epochs
        self.words.setText(text.format(settings.first_stage - 1, epochs, settings.batch, views))

    def _make_number(self, name: str) -> UnitSpinBox:
        default = getattr(ClassifierSettings, name)
        if not isinstance(default, float):
            box = UnitSpinBox(*LIMITS[name])
        else:
            box = RateBox(*LIMITS[name])
            box.setDecimals(7)
            box.setRange(*LIMITS[name])  # again: they were rounded before
            box.setSingleStep(default / 5)
        box.setValue(default)
        return box
