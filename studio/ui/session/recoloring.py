"""Recoloring: "keep colours" acts on a finished picture at once, without the network."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.core.artwork.artwork import Artwork
from studio.core.engine_api.contract import ColorRequest, Done, Event, Failed, Frame, Progress
from studio.jobs.worker import Worker
from studio.ui.session.message import Message


class Recoloring(QObject):
    """Has the artwork's result recoloured when it keeps another share of colours than the recipe.

    Signals: asked(), a request went to the engine. ended(), there is none any more. message_posted(Message).
    """

    asked = Signal()
    ended = Signal()
    message_posted = Signal(object)

    def __init__(self, artwork: Artwork, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._artwork = artwork
        self._worker = worker
        self._request: ColorRequest | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the engine has been asked and has not answered."""
        return self._request is not None

    def drop(self) -> None:
        """Forget the request; its answer will be ignored."""
        self._request = None

    def follow(self, *, also_outdated: bool) -> None:
        """Bring the result up to date. also_outdated: even if it was painted from other settings, as it is shown."""
        self._request = None
        result, recipe, content = self._artwork.result, self._artwork.recipe, self._artwork.content
        if result is None or content is None or result.recipe.method == "pattern":
            return
        if result.regions or self._artwork.regions:  # each may keep another share: it has to be painted
            return
        recolored = result.recipe.change(keep_color=recipe.keep_color)
        is_up_to_date = recolored == recipe and result.styles == self._artwork.styles
        if recolored != result.recipe and (is_up_to_date or also_outdated):
            self._request = ColorRequest(content, result.painted, recipe.keep_color)
            self._worker.submit(self._request)
            self.asked.emit()

    def take_event(self, event: Event) -> bool:
        """Take an event if it belongs to the request; False if it does not."""
        request = self._request
        if request is None or getattr(event, "request_id", 0) != request.id:
            return False
        match event:
            case Frame(picture=picture) | Done(result=picture):
                self._artwork.recolor_result(picture, request.keep_color)
            case Failed(error=error):
                self.message_posted.emit(Message.about(error))
        if not isinstance(event, Frame | Progress):
            self._request = None
            self.ended.emit()
        return True
