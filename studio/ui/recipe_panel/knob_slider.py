"""One number of the recipe as a slider: label, changed-dot, editable value with its unit, and the track below."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from studio.core.recipe import Knob
from studio.ui.recipe_panel.knob_widget import KnobWidget
from studio.ui.recipe_panel.slider_track import SliderTrack
from studio.ui.recipe_panel.value_field import ValueField
from studio.ui.widgets.plain_text import tool_tip


class KnobSlider(KnobWidget):
    """Shows and edits a knob on the scale "linear" or "log"."""

    def __init__(self, knob: Knob, parent: QWidget | None = None, *, track: SliderTrack | None = None) -> None:
        """track: one that behaves otherwise than a plain SliderTrack."""
        track = track or SliderTrack(knob, knob.default)
        super().__init__(knob, track, parent)
        self.track = track
        self.field = ValueField(knob)
        self.field.setFixedWidth(76)
        self.field.setAccessibleName(self.tr("{}, value").format(knob.label))
        self.field.setAccessibleDescription(knob.help)
        about = self.tr("{}\nDouble click: back to {}").format(knob.help, self.field.textFromValue(knob.default))
        self.setToolTip(tool_tip(about))

        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.track, 1, 0, 1, 2)  # first: Tab comes to the track before the number
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.setColumnStretch(0, 1)

        self.track.value_edited.connect(self._edit)
        self.track.edit_finished.connect(self.edit_finished)
        self.field.value_edited.connect(self._edit_once)
        self.set_value(knob.default)

    def set_base(self, value: float) -> None:
        self.track.set_default(value)
        about = self.tr("{}\nDouble click: back to {}").format(self.knob.help, self.field.textFromValue(value))
        self.setToolTip(tool_tip(about))
        super().set_base(value)

    def set_value(self, value: float) -> None:
        self.track.set_knob_value(value)
        self.field.set_knob_value(value)
        super().set_value(value)
