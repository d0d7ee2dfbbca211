"""LivePreview: the picture of the present settings: at once, and then better and better while nothing is changed."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.artwork.known_drafts import KnownDrafts
from studio.core.artwork.settled_edge import LARGEST, SMALLEST, SettledEdge, differ_in_size_alone
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
from studio.core.engine_api.request_id import new_request_id
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.recipe import AUTO_NETWORK, FINE_NETWORK, QUICK_NETWORK, StyleRecipe
from studio.jobs.worker import Worker
from studio.ui.session.preferences import Preferences
from studio.ui.threads.task_pool import TaskPool

FINE_REST = 300  # ms without a change after which the larger network takes over
REST = 400  # ms without a change after which the picture is refined


class LivePreview(QObject):
    """The Live picture of some settings, and what becomes of it while nothing is changed.

    Where the recipe leaves the network open, the small one paints at once and the larger one takes over, if the engine
    finds it quick enough; then the picture is refined to a draft of Finish. Any change brings a new Live picture first,
    except back to settings whose draft is still known. Of the refinement, frames are shown that are as large as what
    is there: smaller ones would look worse.
    is_waiting: whether the Live picture is still to come. settled: how large it has become. Signals: asked(), the
    engine has a new one to make; changed(), another picture or none, or it is further refined; failed(StudioError): the
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
        self._fine: LiveRequest | None = None  # to the larger network, under way
        self._was_fine_asked = False  # for these settings
        self._refinement: StyleRequest | None = None
        self._are_drafts_held = False
        self.shown: Result | None = None  # `picture`, and what it was painted from
        self.is_settled = False  # whether `picture` is the network's last one for these settings
        self.progress: float | None = None  # of the refinement; None before it begins, 1.0 when it is done
        self._is_held = self._is_refining_held = False
        self._drafts = KnownDrafts()
        self.settled = SettledEdge()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._go_on)
        self._power = TaskPool(1, self)
        self._power.finished.connect(self._take_power)

    @property
    def picture(self) -> Picture | None:
        """The picture of the settings; while a new one is on its way, that of the settings before."""
        return self.shown.picture if self.shown else None

    @property
    def is_fine(self) -> bool:
        """Whether the larger network has painted what is shown."""
        recipe = self.shown.recipe if self.shown else None
        return recipe is not None and (recipe.method, recipe.network) == ("live", FINE_NETWORK)

    @property
    def is_refining(self) -> bool:
        """Whether what is shown is being refined to a draft."""
        return self._refinement is not None

    @property
    def is_taking_over(self) -> bool:
        """Whether the larger network is at work on what is shown."""
        return self._fine is not None

    def is_of(self, content: Picture | None) -> bool:
        """Whether what is shown is of this photo."""
        return self._state is not None and self._state.content is content

    def show(self, state: ArtworkState, seen: Seen | None = None) -> None:
        """Show these settings, with a content and styles, from now on. seen: in the photo, for regions."""
        before, self._state = self._state, state
        was_held, self._is_held = self._is_held, False
        if before is not None and state.has_settings_of(before):
            if was_held and self.is_settled:  # such as by a Finish of which nothing was seen
                self._start_resting()
            return
        self.rest()
        assert state.content is not None
        is_new_photo = before is None or state.content is not before.content
        self.settled.begin(state, is_new_photo=is_new_photo)
        if is_new_photo:
            self.shown = None
        self.progress, self.is_settled, self._was_fine_asked = None, False, False
        draft = self._drafts.of(state)
        if draft is not None:
            self._live, self.is_waiting, self.is_settled = None, False, True
            self.shown, self.progress = draft, 1.0
            self.settled.note(draft.picture)
            self.changed.emit()
            return
        edge = self.settled.least or LARGEST
        self._live = live_request(state.content, state.styles, state.recipe, edge, state.regions, seen)
        self.is_waiting = True
        self._worker.submit(self._live)
        self.asked.emit()

    def resize(self, state: ArtworkState) -> None:
        """Go on with what is shown, and its refinement, if of these settings the artwork's size alone is another."""
        if self._state is not None and differ_in_size_alone(self._state, state):
            self._state = state
            if self.shown is not None and self.progress == 1.0:
                self._drafts.note(state, self.shown)

    def edge_of(self, state: ArtworkState) -> int:
        """The longer edge in px of what is shown, if it is of these settings; 0 if it is not, or nothing is."""
        is_shown = self._state is not None and self.shown is not None and self._state.has_settings_of(state)
        return self.shown.picture.long_edge if is_shown and self.shown is not None else 0

    def forget(self) -> None:
        """Know no drafts any more."""
        self._drafts.clear()

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
            self._start_resting()

    def hold_drafts(self, is_held: bool) -> None:
        """Refine to no draft while the engine has longer work that was asked for; the larger network takes over."""
        was_held, self._are_drafts_held = self._are_drafts_held, is_held
        if is_held:
            self.stop_refining()
        elif was_held and self.is_settled and self.progress is None:
            self._start_resting()

    def rest(self) -> None:
        """Leave the present picture as it is."""
        self._rest.stop()
        if self._fine is not None:  # what comes of it is not taken any more
            self._fine, self._was_fine_asked = None, False
        self.stop_refining()

    def stop_refining(self) -> None:
        """Refine no further to a draft."""
        self._power.forget()
        if self._refinement is not None:
            self.progress = self._refinement = None
            self._worker.stop_job()
            self.changed.emit()

    def _start_resting(self) -> None:
        self._rest.start(FINE_REST if self._can_take_over else REST)

    @Slot()
    def _go_on(self) -> None:
        if self._can_take_over:
            self._take_over()
        else:
            self.refine()

    @property
    def _can_take_over(self) -> bool:
        state = self._state
        is_open = state is not None and state.recipe.network == AUTO_NETWORK and not self._was_fine_asked
        is_live = self.shown is not None and self.shown.recipe.method == "live" and not self.is_fine
        return is_open and is_live and self.is_settled and self._is_idle

    def _take_over(self) -> None:
        assert self._live is not None and self.shown is not None
        edge, number = self.shown.picture.long_edge, new_request_id()
        self._fine = replace(self._live, long_edge=edge, is_at_rest=True, id=number)
        self._was_fine_asked = True
        self._worker.submit(self._fine)
        self.asked.emit()

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
        is_draft = self.progress == 1.0
        is_open = self.shown is not None and not is_draft and state is not None and state.recipe.method == "finish"
        return self._is_idle and is_open

    @property
    def _is_idle(self) -> bool:
        is_held = self._is_held or self._is_refining_held
        return self._fine is None and self._refinement is None and not is_held

    def _begin_refining(self) -> None:
        if self._are_drafts_held:
            return
        state, shown = self._state, self.shown
        if state is None or shown is None or not self._can_refine:
            return
        edge = max(SMALLEST, self.settled.least, shown.picture.long_edge)
        draft = state.recipe.change(quality="draft", long_edge=edge)
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
        elif self._fine is not None and request_id == self._fine.id:
            self._take_fine(event)
        elif self._refinement is not None and request_id == self._refinement.id:
            self._take_refined(event, self._refinement)
        else:
            return False
        return True

    def _take_live(self, event: Event) -> None:
        self.is_waiting = self.is_waiting and isinstance(event, Frame | Progress)
        match event:
            case Frame():
                self._take_frame(event)
            case Done():
                self.is_settled = True
                if self.shown is not None:
                    self.settled.note(self.shown.picture)
                self._start_resting()
            case Failed(error=error):
                self._fail(error)

    def _take_fine(self, event: Event) -> None:
        match event:
            case Frame(network=network):
                if network == FINE_NETWORK:  # else it is too slow here, and what is shown stays
                    self._take_frame(event)
            case Progress():
                pass
            case _:  # or it failed: the small network's picture is as good as it gets
                self._fine = None
                self._rest.start(max(0, REST - FINE_REST))

    def _take_frame(self, frame: Frame) -> None:
        assert self._state is not None
        network = frame.network or self._state.recipe.by_network(QUICK_NETWORK).network
        edge = max(SMALLEST, frame.picture.long_edge)
        recipe = self._state.recipe.change(method="live", network=network, long_edge=edge)
        self._take_picture(frame.picture, frame.uncolored, frame.seconds, recipe)
        self.changed.emit()

    def _fail(self, error: StudioError) -> None:
        self._live = self.shown = None
        self.changed.emit()
        self.failed.emit(error)

    def _take_refined(self, event: Event, request: StyleRequest) -> None:
        match event:
            case Frame():
                self.progress = event.progress
                if self.shown is None or event.picture.long_edge >= self.shown.picture.long_edge:
                    recipe, is_final = request.recipe, event.is_final
                    self._take_picture(event.picture, event.uncolored, event.seconds, recipe, is_final)
            case Progress():
                self.progress = event.progress
            case Done():
                self.progress, self._refinement = 1.0, None
                if self.shown is None or self.shown.recipe != request.recipe or not self.shown.is_complete:
                    self._take_picture(event.result, event.uncolored, event.seconds, request.recipe)
                assert self._state is not None and self.shown is not None
                self._drafts.note(self._state, self.shown)
                self.settled.note(self.shown.picture)
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
