"""RegionControls: chips below the canvas, tools and mask over it, and the region's part of the panel, put together."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from studio.ui.actions.actions import Actions
from studio.ui.canvas.canvas import Canvas
from studio.ui.recipe_panel.recipe_panel import RecipePanel
from studio.ui.recipe_panel.region_panel import RegionPanel
from studio.ui.regions.mask_overlay import MaskOverlay
from studio.ui.regions.region_bar import RegionBar
from studio.ui.regions.region_editor import RegionEditor
from studio.ui.regions.tool_strip import ToolStrip
from studio.ui.session.session import Session


class RegionControls(QObject):
    """The parts, by name: bar, overlay, editor, tools, panel."""

    def __init__(self, session: Session, actions: Actions, canvas: Canvas, panel: RecipePanel) -> None:
        super().__init__(canvas)
        self._session = session
        self._canvas = canvas
        self._hidden_for: set[str] = set()
        self.bar = RegionBar(session, actions)
        self.overlay = MaskOverlay(canvas, lambda: canvas.picture_place, lambda: canvas.is_moved_by_hand)
        canvas.view_changed.connect(self.overlay.follow_view)
        self.editor = RegionEditor(session, self.overlay, canvas)
        self.tools = ToolStrip(self.editor, actions)
        self.panel = RegionPanel(session, actions)
        panel.add_on_top(self.panel)
        canvas.dropped.connect(self.bar.take_drop)
        session.selection.changed.connect(self._show_region)
        session.frame_arrived.connect(self.overlay.follow_view)
        actions["variations"].toggled.connect(self._hide_for_variations)
        self._show_region()

    def hide_bar(self, is_hidden: bool) -> None:
        """Show nothing but the picture, or all again."""
        self._hide("picture", is_hidden)

    @Slot(bool)
    def _hide_for_variations(self, are_shown: bool) -> None:
        """Their grid covers the picture, and needs the height."""
        self._hide("variations", are_shown)

    def _hide(self, reason: str, is_hidden: bool) -> None:
        self._hidden_for = self._hidden_for | {reason} if is_hidden else self._hidden_for - {reason}
        self.bar.put_away(bool(self._hidden_for))
        self._show_region()

    @Slot()
    def _show_region(self) -> None:
        selection = self._session.selection
        self._canvas.zones.set_regions(self.bar.zones)
        self.tools.setVisible(selection.selected is not None and not self._hidden_for)
