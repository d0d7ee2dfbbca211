"""LivePreview: the picture of the present settings: at once, and then refined while nothing is changed."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.battery import is_on_battery
from studio.core.engine_api.build_requests import live_request, style_request
from studio.core.engine_api.contract import (
    Done,
    Event,
    Failed,
    Frame,
    LiveRequest,
    Progress,
    Seen,
    StyleRequest,
)
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.jobs.worker import Worker
from studio.ui.session.preferences import Preferences
from studio.ui.threads.task_pool import TaskPool

LARGEST = 2048  # px; no canvas shows more of a whole picture, and Finish is for the rest
SMALLEST = 128  # px; a recipe takes no less
REST = 400  # ms without a change after which the picture is refined
SHARP_ENOUGH = 0.5  # of the size it is refined to; smaller frames would look worse than what is there


class LivePreview(QObject):
    """The Live picture of some settings, and its refinement: a draft of Finish, painted while nothing is changed.

    Any change brings a new Live picture first. is_waiting: whether that is still to come. Signals: asked(), the engine
    has a new one to make; changed(), another picture or none, or it is further refined; failed(StudioError): the
    settings cannot be shown; refined(Result, float), the draft is done, and what seconds it took.
    """

    asked = Signal()
    changed = Signal()
    failed = Signal(object)
    refined = Signal(object, float)

    def __init__(self, worker: Worker, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._preferences = preferences
        self._state: ArtworkState | None = None
        self._live: LiveRequest | None = None
        self.is_waiting = False
        self._refinement: StyleRequest | None = None
        self.shown: Result | None = None  # `picture`, and what it was painted from
        self.is_settled = False  # whether `picture` is the network's last one for these settings
        self.progress: float | None = None  # of the refinement; None before it begins, 1.0 when it is done
        self._is_held = self._is_refining_held = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self.refine)
        self._power = TaskPool(1, self)
        self._power.finished.connect(self._take_power)

    @property
    def picture(self) -> Picture | None:
        """The picture of the settings; while a new one is on its way, that of the settings before."""
        return self.shown.picture if self.shown else None

    def is_of(self, content: Picture | None) -> bool:
        """Whether what is shown is of this photo."""
        return self._state is not None and self._state.content is content

    def show(self, state: ArtworkState, seen: Seen | None = None) -> None:
        """Show these settings, with a content and styles, from now on. seen: in the photo, for regions."""
        before, self._state = self._state, state
        self._is_held = False
        if before is not None and state.has_settings_of(before):
            return
        self.rest()
        assert state.content is not None
        if before is not None and state.content is not before.content:
            self.shown = None
        self.progress, self.is_settled = None, False
        self._live = live_request(state.content, state.styles, state.recipe, LARGEST, state.regions, seen)
        self.is_waiting = True
        self._worker.submit(self._live)
        self.asked.emit()

    def hide(self) -> None:
        """Show nothing."""
        self.rest()
        self._state = self._live = None
        self.is_waiting = False
        if self.shown is not None:
            self.shown = None
            self.changed.emit()

    def hold(self) -> None:
        """Refine nothing until settings are shown again: the engine has other work."""
        self.rest()
        self._is_held = True

    def hold_refining(self, is_held: bool) -> None:
        """Refine nothing, whatever is shown, until it is allowed again."""
        self._is_refining_held = is_held
        if is_held:
            self.rest()
        elif self.is_settled:
            self._rest.start()

    def rest(self) -> None:
        """Refine no further; the present picture stays."""
        self._rest.stop()
        self._power.forget()
        if self._refinement is not None:
            self._refinement = None
            self._worker.stop_job()

    @Slot()
    def refine(self) -> None:
        """Refine the picture now, if that is wanted; on mains power only, once that is known."""
        wish = self._preferences.auto_refine
        if wish == "always":
            self._begin_refining()
        elif wish == "mains" and self._can_refine:
            self._power.submit("power", is_on_battery)

    @Slot(object, object)
    def _take_power(self, key: str, is_on_battery: bool) -> None:
        if not is_on_battery:
            self._begin_refining()

    @property
    def _can_refine(self) -> bool:
        state = self._state
        is_idle = self._refinement is None and not (self._is_held or self._is_refining_held)
        return is_idle and self.shown is not None and state is not None and state.recipe.method == "finish"

    def _begin_refining(self) -> None:
        state, shown = self._state, self.shown
        if state is None or shown is None or not self._can_refine:
            return
        draft = state.recipe.change(quality="draft", long_edge=max(SMALLEST, shown.picture.long_edge))
        request = style_request(state.content, state.styles, draft)
        if self._live is not None:  # with the masks there are: they may be of any size
            regions = tuple(
                replace(region, recipe=region.recipe.change(quality=draft.quality, long_edge=draft.long_edge))
                for region in self._live.regions
            )
            request = replace(request, regions=regions)
        self._refinement = request
        self.progress = 0.0
        self._worker.start_job(self._refinement)
        self.changed.emit()

    def take_event(self, event: Event) -> bool:
        """Take an event if it belongs to what is shown; False if it does not."""
        request_id = getattr(event, "request_id", 0)
        if self._live is not None and request_id == self._live.id:
            self._take_live(event)
        elif self._refinement is not None and request_id == self._refinement.id:
            self._take_refined(event, self._refinement)
        else:
            return False
        return True

    def _take_live(self, event: Event) -> None:
        self.is_waiting = self.is_waiting and isinstance(event, Frame | Progress)
        match event:
            case Frame(picture=picture):
                assert self._state is not None
                recipe = self._state.recipe.change(method="live", long_edge=max(SMALLEST, picture.long_edge))
                self._take_picture(picture, event.uncolored, event.seconds, recipe)
                self.changed.emit()
            case Done():
                self.is_settled = True
                self._rest.start()
            case Failed(error=error):
                self._fail(error)

    def _fail(self, error: StudioError) -> None:
        self._live = self.shown = None
        self.changed.emit()
        self.failed.emit(error)

    def _take_refined(self, event: Event, request: StyleRequest) -> None:
        match event:
            case Frame():
                self.progress = event.progress
                if event.picture.long_edge >= SHARP_ENOUGH * request.recipe.long_edge:
                    recipe, is_final = request.recipe, event.is_final
                    self._take_picture(event.picture, event.uncolored, event.seconds, recipe, is_final)
            case Progress():
                self.progress = event.progress
            case Done():
                self.progress, self._refinement = 1.0, None
                if self.shown is None or self.shown.recipe != request.recipe or not self.shown.is_complete:
                    self._take_picture(event.result, event.uncolored, event.seconds, request.recipe)
                assert self.shown is not None
                self.refined.emit(self.shown, event.seconds)
            case _:  # stopped, or it failed: the Live picture is as good as it gets
                self.progress = self._refinement = None
        self.changed.emit()

    def _take_picture(
        self, picture: Picture, uncolored: Picture | None, seconds: float, recipe: StyleRecipe, is_complete: bool = True
    ) -> None:
        """Show a picture that was painted of the present settings, with `recipe` in place of theirs."""
        state = self._state
        assert state is not None
        self.shown = Result(
            picture,
            state.content,
            state.styles,
            recipe,
            uncolored,
            is_complete,
            seconds,
            blend=state.blend,
            regions=state.regions,
        )
