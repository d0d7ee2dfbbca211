"""RegionPanel: on top of the panel while a region is selected: its name, the way back, what only regions have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.core.recipe import Knob
from studio.ui.recipe_panel.knob_slider import KnobSlider
from studio.ui.session.session import Session
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.tool_buttons import action_button

_PERCENT = 100
_GROW = Knob(
    "grow",
    str(QT_TRANSLATE_NOOP("RegionPanel", "Grow")),
    str(QT_TRANSLATE_NOOP("RegionPanel", "To the right the region grows, to the left it shrinks.")),
    low=-10.0,
    high=10.0,
    step=0.1,
    unit="%",
    initial=0.0,
)
_FEATHER = Knob(
    "feather",
    str(QT_TRANSLATE_NOOP("RegionPanel", "Feather")),
    str(QT_TRANSLATE_NOOP("RegionPanel", "How far its border fades into what is around it.")),
    low=0.0,
    high=20.0,
    step=0.1,
    unit="%",
    initial=0.0,
)


class RegionPanel(QWidget):
    """Shows the selected region and hands every change on to the session; hidden for the whole picture."""

    def __init__(self, session: Session, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        """actions: those called "region_whole", "region_protect" and "region_off"."""
        super().__init__(parent)
        self._session = session
        self.name = ElidedLabel()
        set_role(self.name, "title")
        self.whole = _button(actions["region_whole"])
        self.protect, self.off = _button(actions["region_protect"]), _button(actions["region_off"])
        translate = QCoreApplication.translate
        self.knobs = {
            knob.field: KnobSlider(
                replace(knob, label=translate("RegionPanel", knob.label), help=translate("RegionPanel", knob.help))
            )
            for knob in (_GROW, _FEATHER)
        }
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(6)
        heading = QHBoxLayout()
        heading.addWidget(self.name, 1)
        heading.addWidget(self.whole)
        box.addLayout(heading)
        switches = QHBoxLayout()
        switches.setSpacing(2)
        switches.addWidget(self.protect)
        switches.addWidget(self.off)
        switches.addStretch(1)
        box.addLayout(switches)
        for field, widget in self.knobs.items():
            box.addWidget(widget)
            widget.value_edited.connect(partial(self._change, field))
            widget.edit_finished.connect(session.commit)
        session.selection.changed.connect(self._show_region)
        self._show_region()

    @Slot()
    def _show_region(self) -> None:
        choice = self._session.selection.selected
        self.setVisible(choice is not None)
        if choice is None:
            return
        self.name.setText(choice.name)
        for field, widget in self.knobs.items():
            mask = choice.region.mask
            widget.set_value((mask.growth if field == "grow" else mask.feather) * _PERCENT)

    def _change(self, field: str, value: float) -> None:
        choice = self._session.selection.selected
        if choice is not None:
            share, mask = value / _PERCENT, choice.region.mask
            mask = mask.with_growth(share) if field == "grow" else replace(mask, feather=share)
            self._session.edit_region(replace(choice.region, mask=mask))


def _button(action: QAction) -> QToolButton:
    button = action_button(action)
    button.setAccessibleName(action.text())
    return button
