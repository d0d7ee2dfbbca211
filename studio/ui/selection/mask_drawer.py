"""MaskDrawer: the masks of regions in pixels, drawn off the GUI thread before a request takes them along."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.engine_api.build_requests import LIVE_MASK, draw_mask
from studio.core.engine_api.contract import Seen
from studio.core.errors import StudioError
from studio.core.picture import fit_size
from studio.core.regions.rasterize import mask_size
from studio.core.regions.shapes import Mask
from studio.ui.selection.sight import Sight
from studio.ui.threads.task_pool import TaskPool

_KEPT = 24  # as many as `draw_mask` remembers
_Key = tuple[Mask, tuple[int, int], Seen | None]


class MaskDrawer(QObject):
    """Signals: drawn(), a mask that was asked for is there."""

    drawn = Signal()

    def __init__(self, sight: Sight, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sight = sight
        self._ready: dict[_Key, None] = {}  # the newest last
        self._tasks = TaskPool(_KEPT, self)
        self._tasks.finished.connect(self._take)
        self._tasks.failed.connect(self._refuse)

    def seen(self, state: ArtworkState) -> Seen | None:
        """What there is in the photo of a state."""
        return self._sight.seen(state.photo)

    def is_ready(self, state: ArtworkState, *, is_live: bool) -> bool:
        """Whether a request of these settings can be made at once; if not, `drawn` or the sight's `changed` follows."""
        content = state.content
        if not state.regions or content is None or state.recipe.method == "pattern":
            return True
        seen = self.seen(state)
        if seen is None and any(region.mask.found for region in state.regions):
            self._sight.look_at(state.photo)
            return False
        if is_live:
            size = fit_size(content.width, content.height, LIVE_MASK)
        else:
            size = mask_size(*fit_size(content.width, content.height, state.recipe.long_edge))
        keys = [(region.mask, size, seen) for region in state.regions]
        missing = [key for key in keys if key not in self._ready]
        for key in missing:
            if not self._tasks.is_waiting(key):
                self._tasks.submit(key, partial(draw_mask, *key))
        return not missing

    @Slot(object, object)
    def _take(self, key: _Key, _: object) -> None:
        self._ready.pop(key, None)
        self._ready[key] = None
        while len(self._ready) > _KEPT:
            del self._ready[next(iter(self._ready))]
        self.drawn.emit()

    @Slot(object, object)
    def _refuse(self, key: _Key, error: StudioError) -> None:
        self._take(key, error)  # whoever makes the request meets the error
