"""ToolStrip: the tools above the picture while a region is selected, with what they do to the mask and how large."""

from __future__ import annotations

from functools import partial
from typing import Final, get_args

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from studio.core.regions.shapes import Operation
from studio.ui.actions.actions import Actions
from studio.ui.regions.region_editor import RegionEditor
from studio.ui.regions.tools import BRUSHES, TOOLS, ToolName
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.folding_row import FoldingRow
from studio.ui.widgets.number_field import NumberField
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_ROOMY: Final = 560  # px; below, the buttons need the room of the words


class ToolStrip(QFrame):
    """Lies above the canvas and not over it: a sky is drawn from the very top of the picture."""

    def __init__(self, editor: RegionEditor, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._actions = actions
        set_role(self, "bar")
        self.setAccessibleName(self.tr("Tools"))
        self.row = FoldingRow()
        for tool in TOOLS:
            self.row.add_button(self._button(actions[f"tool_{tool}"]))
            actions[f"tool_{tool}"].triggered.connect(partial(self._choose, tool))
        self.row.add_line()
        words: dict[Operation, tuple[str, str]] = {
            "add": (self.tr("Add"), self.tr("What is drawn is added to the region (Shift)")),
            "subtract": (self.tr("Take away"), self.tr("What is drawn is taken out of the region (Alt)")),
            "intersect": (self.tr("Intersect"), self.tr("Only what is drawn stays in the region (Shift and Alt)")),
        }
        group = QActionGroup(self)
        self.operations: dict[Operation, QAction] = {}
        for operation in get_args(Operation):
            text, tip = words[operation]
            action = QAction(icon(f"mask-{operation}"), text, self)
            action.setCheckable(True)
            action.setToolTip(tool_tip(tip))
            action.triggered.connect(partial(self._choose_operation, operation))
            group.addAction(action)
            self.operations[operation] = action
            self.row.add_button(self._button(action))
        self.row.add_line()
        self.row.add_button(self._button(actions["mask_overlay"]))
        self.caption = PlainLabel()
        set_role(self.caption, "caption")
        self.brush_size = self._number(
            self.tr("Size of the brush, relative to the photo's longer edge ([ and ])"), 0.2, 100.0
        )
        self.softness = self._number(self.tr("How far the brush fades"), 0.0, 100.0)
        self.tolerance = self._number(self.tr("How far a colour may differ ([ and ])"), 1.0, 100.0)
        self.brush_size.valueChanged.connect(lambda value: editor.change_brush(size=value / 100))
        self.softness.valueChanged.connect(lambda value: editor.change_brush(softness=value / 100))
        self.tolerance.valueChanged.connect(lambda value: editor.change_brush(tolerance=value / 100))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 2, GRID, 2)
        row.setSpacing(4)
        row.addWidget(self.row, 1)
        for widget in (self.caption, self.brush_size, self.softness, self.tolerance):
            row.addWidget(widget)
        editor.tool_changed.connect(self._show_tool)
        self._show_tool()
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_caption()

    def _choose(self, tool: ToolName) -> None:
        self._editor.use_tool(tool if self._actions[f"tool_{tool}"].isChecked() else None)
        self._show_tool()  # also where it was refused

    def _choose_operation(self, operation: Operation) -> None:
        self._editor.choose_operation(operation)

    @Slot()
    def _show_tool(self) -> None:
        editor, settings = self._editor, self._editor.overlay.settings
        for tool in TOOLS:
            self._actions[f"tool_{tool}"].setChecked(tool == editor.tool)
        self.operations[editor.overlay.operation].setChecked(True)
        is_brush, is_similar = editor.tool in BRUSHES, editor.tool == "similar"
        fields = (
            (self.brush_size, settings.size, is_brush),
            (self.softness, settings.softness, is_brush),
            (self.tolerance, settings.tolerance, is_similar),
        )
        for field, value, is_shown in fields:
            with QSignalBlocker(field):
                field.setValue(100 * value)
            field.setVisible(is_shown)
        self.caption.setText(self.tr("Size, softness") if is_brush else self.tr("Tolerance"))
        self._show_caption()

    def _show_caption(self) -> None:
        has_number = self._editor.tool in BRUSHES or self._editor.tool == "similar"
        self.caption.setVisible(has_number and self.width() >= _ROOMY)

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        has_icon = not action.icon().isNull()
        button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonIconOnly if has_icon else Qt.ToolButtonStyle.ToolButtonTextOnly
        )
        button.setAccessibleName(action.text())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _number(self, tip: str, low: float, high: float) -> NumberField:
        field = NumberField()
        field.setRange(low, high)
        field.setDecimals(1)
        field.setSuffix("\N{NO-BREAK SPACE}%")
        field.setToolTip(tool_tip(tip))
        field.setAccessibleName(tip)
        field.setFixedWidth(76)
        return field
