"""Session: the only thing widgets talk to. It owns the artwork, asks the worker for pictures and tells what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.artwork.blend import Blend
from studio.core.card import Card
from studio.core.engine_api.contract import EngineInfo, Event, Failed, Ready
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.recipe import KNOBS, RECIPE_FIELDS, StyleRecipe
from studio.core.regions.region import REGION_FIELDS, Region
from studio.core.styles.style import Style
from studio.jobs.worker import Worker
from studio.ui.selection.mask_drawer import MaskDrawer
from studio.ui.selection.region_selection import RegionSelection
from studio.ui.selection.sight import Sight
from studio.ui.session.activities import Activities
from studio.ui.session.blend_renderer import BlendRenderer
from studio.ui.session.finish_controller import FinishController
from studio.ui.session.finish_run import FinishRun
from studio.ui.session.live_preview import LivePreview
from studio.ui.session.message import Message
from studio.ui.session.painting_size import size_in_words, sized
from studio.ui.session.preferences import Preferences, ToldOnce
from studio.ui.session.preview_controller import PreviewController
from studio.ui.session.recall import Recall
from studio.ui.session.shown_picture import ShownPicture, shown_photo, shown_result
from studio.ui.session.time_estimate import TimeEstimate
from studio.ui.threads.event_bridge import EventBridge
from studio.ui.threads.task_error import task_error

WORKER_PATIENCE = 5.0  # s that closing waits for the worker; it ends the engine's process itself by then


class Session(QObject):
    """The artwork being edited, and the engine at work on it.

    Widgets call its methods and listen to its signals; nothing but these signals tells them that something changed.
    selection: the region that styles and settings act on, if it is not the whole picture.
    activities: what else is running; `state_changed` is emitted for these as well.
    `content_changed`: another photo, or two in another blend. `styles_changed`: other styles or shares.
    `recipe_changed`: any other setting. `frame_arrived`: another picture to show, from the engine, by undo, or none.
    `state_changed`: everything else (running, progress, undo, device). `message_posted`: a Message, None to clear
    a problem. `event_unclaimed`: an Event of a request that is not the session's. `quick_work_asked`: the engine
    has something to show at once; it takes the place of other quick work. `measured`: `estimate` knows more.
    """

    content_changed = Signal()
    styles_changed = Signal()
    recipe_changed = Signal()
    frame_arrived = Signal()
    state_changed = Signal()
    message_posted = Signal(object)
    event_unclaimed = Signal(object)
    quick_work_asked = Signal()
    measured = Signal()

    def __init__(
        self,
        artwork: Artwork,
        worker: Worker,
        bridge: EventBridge,
        estimate: TimeEstimate,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.artwork = artwork
        self.estimate = estimate
        self.engine_info: EngineInfo | None = None
        self.has_engine_failed = False
        self.looked_at: Result | None = None  # a picture of the history on the canvas, whatever the settings are
        self.beside: Result | None = None  # what the canvas compares with in place of the photo
        self.artworks_taken = 0  # by `take_artwork`
        self.is_showing_photo = False  # whether the artist holds up the photo in place of the artwork
        self.is_kept = False  # whether all there is will be there at the next start, without being exported
        self.sight = Sight(worker, self)
        self.sight.failed.connect(lambda error: self.post_message(Message.about(error)))
        self.selection = RegionSelection(artwork, self.sight, self)
        masks = MaskDrawer(self.sight, self)
        self.activities = Activities(self)
        self._finish_controller = FinishController(artwork, worker, estimate, masks, self.activities, self)
        self._finish_controller.changed.connect(self.state_changed)
        self._finish_controller.frame_arrived.connect(self.frame_arrived)
        self._finish_controller.message_posted.connect(self.post_message)
        self._finish_controller.measured.connect(self.measured)
        self.measured.connect(self._follow_pace, Qt.ConnectionType.QueuedConnection)
        self._preview_controller = PreviewController(artwork, self._finish_controller, worker, preferences, masks, self)
        self._preview_controller.asked.connect(self.quick_work_asked)
        self._preview_controller.changed.connect(self.frame_arrived)
        self._preview_controller.changed.connect(self.state_changed)
        self._preview_controller.message_posted.connect(self.post_message)
        self._preview_controller.live.refined.connect(self._finish_controller.learn_draft)
        for signal in (self.sight.changed, masks.drawn):
            signal.connect(self._follow_masks)
        preferences.changed.connect(self.state_changed)
        self.activities.changed.connect(self.state_changed)
        self._is_closed = False
        self._told = ToldOnce(preferences.settings)
        self._worker = worker
        self._blend_renderer = BlendRenderer(self)
        self._blend_renderer.made.connect(self._take_blended)
        self._blend_renderer.failed.connect(self._refuse_blend)
        self._recall = Recall(self)
        self._recall.failed.connect(lambda error: self.post_message(Message.about(error)))
        self._bridge = bridge
        self._bridge.event_waiting.connect(self._take_events, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def start_engine(self) -> None:
        """Start the worker and through it the engine; Ready comes as a changed state."""
        self._worker.start()

    def close(self) -> None:
        """End the worker and the engine; nothing is announced any more. Idempotent."""
        self._is_closed = True
        self._blend_renderer.close()
        self._recall.close()
        self._worker.close(WORKER_PATIENCE)

    def change(self, **fields: Any) -> None:
        """Change content, blend, styles or settings; call `commit` when the edit is complete."""
        self._apply(lambda: self._change(**fields))

    def change_here(self, **fields: Any) -> None:
        """Change settings of the selected region, or of the whole picture; call `commit` when the edit is complete."""
        self._apply(lambda: self.selection.change(**fields))

    def edit_region(self, region: Region) -> None:
        """Have another region in the place of the selected one; call `commit` when the edit is complete."""
        self._apply(lambda: self.selection.edit(region))

    def change_regions(self, regions: Sequence[Region]) -> None:
        """Have these regions, as one step."""
        self._step(lambda: self.artwork.change(regions=tuple(regions)))

    def use_style(self, style: Style) -> None:
        """Paint in this style alone, in the selected region or everywhere, as one step."""
        self._step(lambda: self.selection.change_mix(lambda artwork: artwork.use_style(style)))

    def mix_in(self, style: Style) -> None:
        """Add a style to the mix, of the selected region or of all, as one step."""
        if not self._step(lambda: self.selection.change_mix(lambda artwork: artwork.mix_in(style))):
            title = self.artwork.card_of(style).title
            self.post_message(Message(self.tr("{} is in the mix already.").format(title)))

    def remove_style(self, index: int) -> None:
        """Take a style out of the mix, as one step."""
        self._step(lambda: self.selection.change_mix(lambda artwork: artwork.remove_style(index)))

    def change_share(self, index: int, percent: float) -> None:
        """Change how much of a style goes into the mix; the others make room."""
        self._apply(lambda: self.selection.change_mix(lambda artwork: artwork.change_share(index, percent)))

    @Slot()
    def reset_settings(self) -> None:
        """Bring every knob and the shares back to the defaults, a selected region's to the picture's, as one step."""
        choice = self.selection.selected
        if choice is not None:
            own = choice.region.change(**dict.fromkeys(REGION_FIELDS))
            self._step(lambda: self.selection.edit(own))
            return
        defaults = {knob.field: knob.default for knob in KNOBS}
        self._step(lambda: self._change(**defaults, size_rule="auto", style_shares=()))

    @Slot()
    def commit(self) -> None:
        """Make one undo step of the changes since the last; a running Finish continues with them."""
        self.artwork.commit()
        self.selection.end_edit()
        self._finish_controller.follow_settings()
        self.state_changed.emit()

    @Slot()
    def undo(self) -> None:
        """Take the last step back, settings and picture."""
        states = self.artwork.undo_states
        self._recall.run(lambda: states[:1] if states else (), lambda: self._step(self.artwork.undo))

    @Slot()
    def redo(self) -> None:
        """Redo the step that was taken back last."""
        states = self.artwork.redo_states
        self._recall.run(lambda: states[1:] if states else (), lambda: self._step(self.artwork.redo))

    @Slot(object)
    def correct_card(self, card: Card) -> None:
        """Use what a style's card says now, for captions and credits."""
        self.artwork.correct_card(card)
        self.styles_changed.emit()
        self.state_changed.emit()

    def show_result(self, result: Result) -> None:
        """Bring an earlier result back, with the settings it was painted from, as one step."""
        self.recall((result,), lambda: self._step(lambda: self.artwork.restore(result)))

    def recall(self, parts: Sequence[ArtworkState | Result], step: Callable[[], object]) -> None:
        """Do something with pictures of the history when they are in memory, after what was recalled before."""
        self._recall.run(lambda: parts, step)

    def look_at(self, result: Result | None, beside: Result | None = None) -> None:
        """Put a picture of the history on the canvas and leave the settings alone; None: what is painted, again.

        beside: another one to compare with, None for the photo. Any change of settings or Finish ends looking.
        """

        def show() -> None:
            if self.looked_at is not result or self.beside is not beside:
                self.looked_at, self.beside = result, beside
                self.frame_arrived.emit()
                self.state_changed.emit()

        self.recall([part for part in (result, beside) if part is not None], show)

    @Slot()
    def keep_draft(self) -> None:
        """Put what Live shows into the history; what is on the canvas stays."""
        shown = self._preview_controller.live.shown
        if shown is not None and not self._preview_controller.live.is_waiting:
            self.keep_result(replace(shown, is_complete=False, is_draft=True))

    def keep_result(self, result: Result) -> None:
        """Put a picture into the history; what is on the canvas stays."""
        self.artwork.keep_result(result)
        self.state_changed.emit()

    def remove(self, *keys: str) -> None:
        """Throw things of the artist's away, as one step; see `core.artwork.artwork_state.removal_key`."""
        self._step(lambda: self.artwork.remove(*keys))

    def bring_back(self, *keys: str) -> None:
        """Have things again that were thrown away, as one step."""
        self._step(lambda: self.artwork.bring_back(*keys))

    def note_added(self, *keys: str, gone: Sequence[str] = ()) -> None:
        """Make one step of things of the artist's that are there now; see `Artwork.note_added`."""
        self.commit()
        self.artwork.note_added(*keys, gone=gone)
        self.state_changed.emit()

    def exchange(self, keys: Sequence[str], back: Sequence[str]) -> None:
        """Throw things away and have others again, as one step."""
        self._step(lambda: self.artwork.remove(*keys) | self.artwork.bring_back(*back))

    def take_settings(
        self, styles: Sequence[Style], recipe: StyleRecipe, regions: Sequence[Region] | None = None
    ) -> None:
        """Paint in these styles with these settings, as one step; shares of another number of styles are left out.

        regions: in place of those there are; None leaves them.
        """
        if len(recipe.style_shares) != len(styles):
            recipe = recipe.change(style_shares=())
        settings = {name: getattr(recipe, name) for name in RECIPE_FIELDS}
        if regions is not None:
            settings["regions"] = tuple(regions)
        self._step(lambda: self.artwork.change(styles=styles, **settings))

    def hold_refining(self, is_held: bool) -> None:
        """Leave the Live picture as it is for now: the engine has other things to show."""
        self._preview_controller.live.hold_refining(is_held)

    def take_artwork(self, artwork: Artwork) -> None:
        """Put another artwork on the table, with its undo and its history; what is under way on this one ends."""
        self.keep_run()
        self.artworks_taken += 1
        self._apply(lambda: self.artwork.become(artwork))

    def keep_run(self) -> None:
        """End a Finish under way; what it has painted so far goes to the history."""
        self._finish_controller.leave()

    @Slot(object)
    def post_message(self, message: Message | None) -> None:
        """Tell the artist something; None clears a problem."""
        if message is None or not message.once or self._told.is_news(message.once):
            self.message_posted.emit(message)

    def mark_exported(self, result: Result) -> None:
        """Remember that a result has been saved to a file."""
        self.artwork.mark_exported(result)
        self.state_changed.emit()

    @property
    def name(self) -> str:
        """What the artwork is made of: the photo's name, or those of both that are blended; "" without a photo."""
        artwork = self.artwork
        if artwork.blend is not None:
            return self.tr("{} and {}").format(artwork.blend.base.name, artwork.blend.over.name)
        return artwork.content.name if artwork.content else ""

    @property
    def file_stem(self) -> str:
        """The name without the endings of the photos, for a file that is made of them."""
        artwork = self.artwork
        if artwork.blend is not None:
            return self.tr("{} and {}").format(*(Path(picture.name).stem for picture in artwork.blend.pictures))
        return Path(self.name).stem

    @property
    def has_quick_work(self) -> bool:
        """Whether the engine has yet to show something that was asked for with `quick_work_asked`."""
        return self._preview_controller.is_waiting

    @property
    def live(self) -> LivePreview:
        """What the network makes of the present settings."""
        return self._preview_controller.live

    @property
    def run(self) -> FinishRun | None:
        """The Finish under way."""
        return self._finish_controller.run

    @property
    def picture(self) -> Picture | None:
        """What the canvas shows beside the photo: the newest frame, or the result."""
        return self.looked_at.picture if self.looked_at is not None else self._preview_controller.picture

    @property
    def shown(self) -> ShownPicture | None:
        """The picture on the canvas, and what it was painted from; the photo while the artist holds it up."""
        if self.is_showing_photo:
            return shown_photo(self.artwork.state)
        return shown_result(self.looked_at) if self.looked_at is not None else self._preview_controller.shown

    @property
    def shown_size(self) -> tuple[int, int] | None:
        """(width, height) in px of what is on the canvas: of the artwork as it will be, where that is a preview."""
        looked_at = self.looked_at
        if looked_at is not None:
            return looked_at.picture.width, looked_at.picture.height
        return self._preview_controller.size

    @property
    def photo(self) -> Picture | None:
        """What `picture` is compared with: the photo, unless `beside` was chosen; None for a pattern."""
        if self.beside is not None:
            return self.beside.picture
        if self.looked_at is not None:
            return None if self.looked_at.recipe.method == "pattern" else self.looked_at.content
        return None if self._preview_controller.is_pattern else self.artwork.content

    @property
    def missing(self) -> str:
        """What is still missing for a Finish, in a few words, or ""."""
        return self._finish_controller.missing

    @property
    def seconds_expected(self) -> float | None:
        """How long a Finish of the present settings would take, or None."""
        return self._finish_controller.seconds_expected

    @property
    def size_in_words(self) -> str:
        """How large the artwork will be, why, and what that takes."""
        return size_in_words(self.artwork.state, self.estimate)

    @property
    def bytes_expected(self) -> int | None:
        """What memory it would take, or None."""
        return self._finish_controller.bytes_expected

    @Slot()
    def finish(self) -> None:
        """Paint the artwork with the present settings, or continue where that was stopped; frames arrive meanwhile."""
        self.look_at(None, self.beside)
        self._finish_controller.begin()

    def continue_with(self, **fields: Any) -> None:
        """Change settings as one undo step, and continue painting from the present result."""
        if self.run is None and self.artwork.is_finished:
            self.post_message(None)
            self._step(lambda: self._change(**fields))
            self._finish_controller.start(is_resumed=True)

    @Slot()
    def stop(self) -> None:
        """Stop painting and keep the picture so far."""
        self._finish_controller.stop()

    def _change(self, **fields: Any) -> bool:
        """Change the artwork; its size follows another photo, method or rule."""
        before = self.artwork.state
        is_changed = self.artwork.change(**fields)
        now = self.artwork.state
        if not now.has_content_of(before) or fields.keys() & {"method", "size_rule"}:
            recipe = sized(now, self.estimate)
            is_changed |= self.artwork.change(long_edge=recipe.long_edge, size_rule=recipe.size_rule)
        return is_changed

    @Slot()
    def _follow_pace(self) -> None:
        """The device, or the first run ever, has told how quick it is: the size that waited for that is chosen anew."""
        artwork = self.artwork
        is_waiting = artwork.recipe.size_rule == "auto" and self.run is None and artwork.result is None
        if len(self.estimate.runs) <= 1 and is_waiting and not self._is_closed:
            self._step(lambda: self._change(size_rule="auto"))

    @Slot()
    def _follow_masks(self) -> None:
        """What regions waited for is there."""
        if not self._is_closed and self.artwork.regions:
            self._finish_controller.follow_settings()
            self._preview_controller.follow_masks()
            self.state_changed.emit()

    def _step(self, change: Callable[[], bool]) -> bool:
        """Make a change that is an undo step of its own."""
        is_changed = self._apply(change)
        self.commit()
        return is_changed

    def _apply(self, change: Callable[[], bool]) -> bool:
        """Make a change and announce what differs; a refused value is shown as a problem. False: nothing changed."""
        before, is_changed = self.artwork.state, False
        was_looking, self.looked_at = self.looked_at is not None, None
        try:
            is_changed = change()
        except StudioError as error:
            self.post_message(Message.about(error))
        if not self.artwork.state.has_content_of(before):
            self.beside = None
            self._finish_controller.leave()
            self._blend_renderer.follow(self.artwork.awaited_blend)
        self._preview_controller.follow()
        self._announce(before)
        if was_looking and self.artwork.state.result is before.result:
            self.frame_arrived.emit()
        return is_changed

    def _announce(self, before: ArtworkState) -> None:
        now = self.artwork.state
        if now.photo is not before.photo:
            self.sight.look_at(now.photo)
        if now.content is not before.content or now.blend != before.blend:
            self.content_changed.emit()
        if now.regions is not before.regions or now.photo is not before.photo:
            self.selection.refresh()
        if now.styles != before.styles or now.recipe.style_shares != before.recipe.style_shares:
            self.styles_changed.emit()
        if now.recipe != before.recipe or now.recipe.size_rule != before.recipe.size_rule:
            self.recipe_changed.emit()
        if now.result is not before.result:
            self.frame_arrived.emit()
        self.state_changed.emit()

    @Slot(object, object)
    def _take_blended(self, blend: Blend, picture: Picture) -> None:
        before = self.artwork.state
        self.artwork.take_blended(blend, picture)
        self._preview_controller.follow_live()
        self._announce(before)

    @Slot(object, object)
    def _refuse_blend(self, blend: Blend, error: StudioError) -> None:
        if self.artwork.awaited_blend == blend:
            self.change(blend=None)
            self.commit()
        self.post_message(Message.about(error))

    @Slot()
    def _take_events(self) -> None:
        if self._is_closed:
            return
        before = self.artwork.state
        for event in self._bridge.take_events():
            try:
                self._take(event)
            except Exception as error:  # noqa: BLE001 - the events after it must not be lost, least of all an end
                self.post_message(Message.about(task_error(error)))
        self._announce(before)

    def _take(self, event: Event) -> None:
        """Take one event; hand on those of requests that are not the session's."""
        match event:
            case Ready(info):
                self.engine_info, self.has_engine_failed = info, False
                self.estimate.use_device(info)
                self.sight.look_at(self.artwork.state.photo)  # again, if the engine died over it
                if not self.estimate.runs:  # sizes were chosen before anybody could guess how quick it is
                    self.measured.emit()
                return
            case Failed(0, error):
                self.engine_info, self.has_engine_failed = None, True
                self._finish_controller.end()
                self.post_message(Message.about(error, action="finish"))
                return
        takers = (self._finish_controller, self._preview_controller, self.sight)
        if not any(taker.take_event(event) for taker in takers):
            self.event_unclaimed.emit(event)
