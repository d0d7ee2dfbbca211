"""TuneSettingsForm: how a style is learnt, for those who want to know: folded at first, each number explained."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Slot
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
    """A switch for learning deeper, and the numbers behind it. `settings` is what they say."""

    def __init__(self, photos: QWidget, parent: QWidget | None = None) -> None:
        """photos: chooses those to learn on, below the numbers."""
        super().__init__(parent)
        self.deeper = QCheckBox(self.tr("Learn the brushwork, too (deeper)"))
        self.deeper.setToolTip(
            self.tr(
                "Learns the last layers of the network, too. Closer to the artist's strokes, but takes twice as long."
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
            ("steps", self.tr("Steps"), self.tr("How long the style vector learns")),
            ("learning_rate", self.tr("Step size"), self.tr("How far each of these steps goes (learning rate)")),
            (
                "deep_steps",
                self.tr("Brush steps"),
                self.tr("How long the last layers learn, which paint (deeper)"),
            ),
            (
                "deep_rate",
                self.tr("Brush step size"),
                self.tr("How far each of these steps goes (learning rate); too far, and the network forgets"),
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
            self.numbers[name] = box
            form.addRow(text, box)
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
        self._show_state()

    @property
    def settings(self) -> TuneSettings:
        """What switch and numbers say."""
        values: dict[str, Any] = {name: box.value() for name, box in self.numbers.items()}
        for name, value in values.items():
            values[name] = type(getattr(TuneSettings, name))(value)
        return TuneSettings(is_deep=self.deeper.isChecked(), **values)

    def show_settings(self, settings: TuneSettings) -> None:
        """Say this."""
        self.deeper.setChecked(settings.is_deep)
        for name, box in self.numbers.items():
            box.setValue(getattr(settings, name))

    @Slot()
    def _show_state(self) -> None:
        is_deep = self.deeper.isChecked()
        for name in ("deep_steps", "deep_rate"):
            self.numbers[name].setEnabled(is_deep)
        if is_deep:
            text = self.tr(
                "The last two blocks and the layers that paint learn after the vector; the encoder is frozen."
            )
        else:
            text = self.tr(
                "Only the description of the style learns, 100 numbers (the style vector); all layers are frozen."
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
