"""RegionEditor: what is drawn over the canvas goes into the mask of the selected region, a step of undo each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PIL import Image
from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from studio.core.engine_api.build_requests import draw_mask
from studio.core.engine_api.contract import Seen
from studio.core.errors import StudioError
from studio.core.picture import Picture, Pixels, fit_size
from studio.core.regions.edit_mask import with_shape, with_stroke
from studio.core.regions.shapes import Mask, Operation, Shape
from studio.core.regions.similar_color import similar_color
from studio.core.resampling import reduced, resized
from studio.ui.regions.mask_overlay import MaskOverlay
from studio.ui.regions.tools import BRUSHES, ToolName
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.threads.task_pool import TaskPool

LARGEST = 2048  # px of a mask that is drawn on
_FLOODED = 1024  # px of the photo that similar colours are looked for in
_LARGER = 1.25  # the brush by one key

_Key = tuple[Mask, tuple[int, int], Seen | None]


class RegionEditor(QObject):
    """Keeps the overlay's mask that of the selected region, and knows which tool is on.

    Signals: tool_changed(), another one, or none.
    """

    tool_changed = Signal()

    def __init__(self, session: Session, overlay: MaskOverlay, canvas: QWidget) -> None:
        super().__init__(overlay)
        self._session = session
        self.overlay = overlay
        self._canvas = canvas
        self.tool: ToolName | None = None
        self._wanted: _Key | None = None  # the mask that is being drawn
        self._shown: _Key | None = None
        self._photo: Picture | None = None  # that a stroke on its way belongs to
        self._small: tuple[Picture, Picture] | None = None  # the photo, and a small copy of it
        self._masks, self._floods = TaskPool(1, self), TaskPool(1, self)
        self._masks.finished.connect(self._take_mask)
        self._masks.failed.connect(self._refuse)
        self._floods.finished.connect(self._take_flood)
        self._floods.failed.connect(self._refuse)
        overlay.stroke_drawn.connect(self._add_stroke)
        overlay.shape_drawn.connect(self._add_shape)
        overlay.color_picked.connect(self._find_similar)
        session.selection.changed.connect(self._follow)
        session.content_changed.connect(self._follow)
        canvas.installEventFilter(self)
        self._follow()

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the masks that are drawn on."""
        photo = self._session.artwork.state.photo
        if photo is None:
            return None
        return fit_size(photo.width, photo.height, min(LARGEST, photo.long_edge))

    @property
    def is_up_to_date(self) -> bool:
        """Whether the overlay shows the mask as it is, and no drawing of it is under way."""
        return self._shown == self._wanted

    def use_tool(self, tool: ToolName | None) -> None:
        """Draw with a tool; None for none."""
        if self._session.selection.selected is None:
            tool = None
        if tool != self.tool:
            self.tool = tool
            self.overlay.use_tool(tool)
            if tool is not None:
                self._canvas.setFocus()
            self.tool_changed.emit()

    def change_brush(self, **settings: Any) -> None:
        """Another size, softness or tolerance."""
        self.overlay.use_settings(replace(self.overlay.settings, **settings))
        self.tool_changed.emit()

    def choose_operation(self, operation: Operation) -> None:
        """What a stroke without Shift and Alt does."""
        self.overlay.operation = operation
        self.tool_changed.emit()

    def edit_mask(self, change: Callable[[Mask], Mask]) -> None:
        """Change the mask of the selected region, as one step."""
        choice = self._session.selection.selected
        if choice is None:
            return
        try:
            mask = change(choice.region.mask)
        except StudioError as error:  # too many shapes
            self._session.post_message(Message.about(error))
            return
        self._session.edit_region(replace(choice.region, mask=mask))
        self._session.commit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of a tool, while the canvas has the focus: they are others elsewhere."""
        if isinstance(event, QKeyEvent) and self.tool is not None and event.key() in _KEYS:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._take_key(event.key())
        return super().eventFilter(watched, event)

    def _take_key(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape:
            if not self.overlay.cancel():
                self.use_tool(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self.overlay.close_outline()
        else:
            factor = _LARGER if key == Qt.Key.Key_BracketRight else 1 / _LARGER
            if self.tool in BRUSHES:
                self.change_brush(size=self.overlay.settings.scaled(factor).size)
            elif self.tool == "similar":
                tolerance = self.overlay.settings.tolerance * factor
                self.change_brush(tolerance=min(max(tolerance, 0.01), 1.0))
        return True

    @Slot()
    def _follow(self) -> None:
        """Show the mask of the region that is selected now."""
        selection, artwork = self._session.selection, self._session.artwork
        choice, size = selection.selected, self.size
        if self._photo is not artwork.state.photo:
            self._photo = artwork.state.photo
            self.overlay.cancel()
        if choice is None or size is None:
            self.use_tool(None)
            self._wanted = None
            self.overlay.show_mask(None)
            return
        seen = self._session.sight.seen(artwork.state.photo)
        if choice.region.mask.found and seen is None:  # the selection changes again when it is there
            self._wanted = None
            self.overlay.cancel()
            self.overlay.show_mask(None)
            return
        key = choice.region.mask, size, seen
        if key != self._wanted:
            self._wanted = key
            self._masks.submit(key, partial(draw_mask, *key))

    @Slot(object, object)
    def _take_mask(self, key: _Key, values: Pixels) -> None:
        if key == self._wanted and not self.overlay.is_drawing:  # else another one follows the stroke
            self._shown = key
            self.overlay.show_mask(values)

    @Slot(object, str)
    def _add_stroke(self, values: Pixels, operation: Operation) -> None:
        self.edit_mask(lambda mask: with_stroke(mask, values, operation))

    @Slot(object, str)
    def _add_shape(self, shape: Shape, operation: Operation) -> None:
        size = self.size
        if size is not None:
            self.edit_mask(lambda mask: with_shape(mask, shape, operation, size))

    @Slot(float, float, str)
    def _find_similar(self, x: float, y: float, operation: Operation) -> None:
        photo, size = self._session.artwork.state.photo, self.size
        if photo is None or size is None or not (0 <= x < 1 and 0 <= y < 1):
            return
        small = self._small[1] if self._small is not None and self._small[0] is photo else None
        tolerance = self.overlay.settings.tolerance
        name = self._session.selection.selected
        key = (photo, operation, name.name if name else "")

        def flood() -> tuple[Picture, Pixels]:
            picture = small or reduced(photo, _FLOODED)
            place = int(x * picture.width), int(y * picture.height)
            values = similar_color(picture.pixels, *place, tolerance)
            return picture, resized(values, size, Image.Resampling.BILINEAR)

        self._floods.submit(key, flood)

    @Slot(object, object)
    def _take_flood(self, key: tuple[Picture, Operation, str], found: tuple[Picture, Pixels]) -> None:
        photo, operation, name = key
        choice = self._session.selection.selected
        if photo is not self._session.artwork.state.photo or choice is None or choice.name != name:
            return
        self._small = photo, found[0]
        self._add_stroke(found[1], operation)

    @Slot(object, object)
    def _refuse(self, key: object, error: StudioError) -> None:
        self._session.post_message(Message.about(error))


_KEYS = frozenset(
    (
        Qt.Key.Key_Escape,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_BracketLeft,
        Qt.Key.Key_BracketRight,
    )
)
