"""TuneSettingsForm: how a style is learnt, for those who want to know: folded at first, each number explained."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from studio.core.engine_api.tune_settings import LIMITS, TuneSettings
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.collapsible_header import CollapsibleHeader
from studio.ui.widgets.number_field import UnitSpinBox
from studio.ui.widgets.plain_text import PlainLabel, tool_tip


class TuneSettingsForm(QWidget):
    """Switches for what learns, and the numbers behind it. `settings` is what they say. Signals: changed()."""

    changed = Signal()

    def __init__(self, photos: QWidget, parent: QWidget | None = None) -> None:
        """photos: chooses those to learn on, below the numbers."""
        super().__init__(parent)
        self.deeper = QCheckBox(self.tr("Learn the brushwork"))
        self.deeper.setChecked(True)
        self.deeper.setToolTip(
            tool_tip(
                self.tr(
                    "Teaches the layers of the network that paint. Without it only the description of the style learns"
                    " (the style vector), which is quicker and gains little."
                )
            )
        )
        self.all_layers = QCheckBox(self.tr("All layers from the start"))
        self.all_layers.setToolTip(
            tool_tip(
                self.tr(
                    "If this is off, the last layers, which make strokes and colours, learn first, and earlier ones"
                    " join later. All at once takes longer and was no better where it was measured."
                )
            )
        )
        self.frozen = PlainLabel()
        self.frozen.setWordWrap(True)
        set_role(self.frozen, "caption")
        self.numbers: dict[str, UnitSpinBox] = {}
        self._page = QWidget()
        form = QFormLayout(self._page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(GRID // 2)
        for name, text, tip in (
            ("steps", self.tr("Vector steps"), self.tr("How long the style vector learns, without brushwork")),
            ("learning_rate", self.tr("Vector step size"), self.tr("How far each of these steps goes (learning rate)")),
            (
                "deep_steps",
                self.tr("Brush steps"),
                self.tr(
                    "How long the layers learn that paint. 1,300 steps came 2 per cent nearer to two painters than 400,"
                    " and kept as much of the photo, in three times the time."
                ),
            ),
            (
                "deep_rate",
                self.tr("Brush step size"),
                self.tr("How far each of these steps goes (learning rate); if too far, the network forgets"),
            ),
            (
                "batch",
                self.tr("Crops at once"),
                self.tr("How many crops of photos are painted in each step (batch): more are steadier and slower"),
            ),
            ("crop", self.tr("Size of a crop"), self.tr("Edge of these crops in px")),
        ):
            box = self._make_number(name)
            box.setAccessibleName(text)
            box.setToolTip(tool_tip(tip))
            box.valueChanged.connect(self.changed)
            self.numbers[name] = box
            form.addRow(text, box)
        form.addRow(self.all_layers)
        form.addRow(self.frozen)
        form.addRow(photos)
        self.fold = CollapsibleHeader(self.tr("Advanced"), self._page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.deeper)
        column.addWidget(self.fold)
        column.addWidget(self._page)
        self.deeper.toggled.connect(self._show_state)
        self.all_layers.toggled.connect(self._show_state)
        for switch in (self.deeper, self.all_layers):
            switch.toggled.connect(self.changed)
        self._show_state()

    @property
    def settings(self) -> TuneSettings:
        """What switch and numbers say."""
        values: dict[str, Any] = {name: box.value() for name, box in self.numbers.items()}
        for name, value in values.items():
            values[name] = type(getattr(TuneSettings, name))(value)
        return TuneSettings(self.deeper.isChecked(), not self.all_layers.isChecked(), **values)

    def show_settings(self, settings: TuneSettings) -> None:
        """Say this."""
        self.deeper.setChecked(settings.is_deep)
        self.all_layers.setChecked(not settings.is_gradual)
        for name, box in self.numbers.items():
            box.setValue(getattr(settings, name))

    @Slot()
    def _show_state(self) -> None:
        is_deep = self.deeper.isChecked()
        for name in ("deep_steps", "deep_rate"):
            self.numbers[name].setEnabled(is_deep)
        for name in ("steps", "learning_rate"):
            self.numbers[name].setEnabled(not is_deep)
        self.all_layers.setEnabled(is_deep)
        if not is_deep:
            text = self.tr("Only the description of the style learns (the style vector); all layers are frozen.")
        elif self.all_layers.isChecked():
            text = self.tr("All layers that paint learn from the first step; the part that describes styles is frozen.")
        else:
            text = self.tr(
                "The last layers learn first; those before them join at a quarter and at half of the steps. The"
                " part that describes styles is frozen."
            )
        self.frozen.setText(text)

    def _make_number(self, name: str) -> UnitSpinBox:
        default = getattr(TuneSettings, name)
        box = UnitSpinBox(*LIMITS[name], suffix=" px" if name == "crop" else "")
        if isinstance(default, float):
            box.setDecimals(5)
            box.setRange(*LIMITS[name])  # again: they were rounded before
            box.setSingleStep(default / 5)
        box.setValue(default)
        return box
