"""Recoloring: "keep colours" acts on a finished picture at once, without the network."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from studio.core.artwork.artwork import Artwork
from studio.core.engine_api.build_requests import region_requests
from studio.core.engine_api.contract import ColorRequest, Done, Event, Failed, Frame, Progress
from studio.core.errors import StudioError
from studio.core.picture import fit_size
from studio.core.regions.rasterize import mask_size
from studio.core.regions.region import Region
from studio.jobs.worker import Worker
from studio.ui.selection.mask_drawer import MaskDrawer
from studio.ui.session.message import Message


class Recoloring(QObject):
    """Has the artwork's result recoloured when it, or a region of it, keeps another share of colours than the recipe.

    Signals: asked(), a request went to the engine. ended(), there is none any more. message_posted(Message).
    """

    asked = Signal()
    ended = Signal()
    message_posted = Signal(object)

    def __init__(self, artwork: Artwork, worker: Worker, masks: MaskDrawer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._artwork = artwork
        self._masks = masks
        self._regions: tuple[Region, ...] = ()  # of the request
        self.waits_for_masks = False
        self._worker = worker
        self._request: ColorRequest | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the engine has been asked and has not answered, or will be as soon as there are masks."""
        return self._request is not None or self.waits_for_masks

    def drop(self) -> None:
        """Forget the request; its answer will be ignored."""
        self._request, self.waits_for_masks = None, False

    def follow(self, *, also_outdated: bool) -> None:
        """Bring the result up to date. also_outdated: even if it was painted from other settings, as it is shown."""
        self.drop()
        artwork = self._artwork
        result, recipe, content, regions = artwork.result, artwork.recipe, artwork.content, artwork.regions
        if result is None or content is None or result.recipe.method == "pattern":
            return
        if _uncolored(result.regions) != _uncolored(regions) or (regions and result.content is not content):
            return
        recolored = result.recipe.change(keep_color=recipe.keep_color)
        is_up_to_date = recolored == recipe and result.styles == artwork.styles
        if (recolored, regions) == (result.recipe, result.regions) or not (is_up_to_date or also_outdated):
            return
        state = replace(artwork.state, recipe=recolored)
        if not self._masks.is_ready(state, is_live=False):
            self.waits_for_masks = True
            return
        size = mask_size(*fit_size(content.width, content.height, recolored.long_edge))
        try:
            asked = region_requests(regions, result.styles, recolored, size, self._masks.seen(state))
        except StudioError as error:
            self.message_posted.emit(Message.about(error))
            return
        self._request, self._regions = ColorRequest(content, result.painted, recipe.keep_color, asked), regions
        self._worker.submit(self._request)
        self.asked.emit()

    def take_event(self, event: Event) -> bool:
        """Take an event if it belongs to the request; False if it does not."""
        request = self._request
        if request is None or getattr(event, "request_id", 0) != request.id:
            return False
        match event:
            case Frame(picture=picture) | Done(result=picture):
                self._artwork.recolor_result(picture, request.keep_color, self._regions)
            case Failed(error=error):
                self.message_posted.emit(Message.about(error))
        if not isinstance(event, Frame | Progress):
            self._request = None
            self.ended.emit()
        return True


def _uncolored(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The regions but for the colours they keep."""
    return tuple(region.change(keep_color=None) for region in regions)
