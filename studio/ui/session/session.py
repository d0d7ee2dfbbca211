"""Session: the only thing widgets talk to. It owns the artwork, asks the worker for pictures and tells what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState, Result, styles_with
from studio.core.artwork.blend import Blend
from studio.core.card import Card
from studio.core.engine_api.contract import EngineInfo
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
from studio.ui.session.belongings import Belongings
from studio.ui.session.blend_renderer import BlendRenderer
from studio.ui.session.engine_link import EngineLink
from studio.ui.session.finish.finish_controller import FinishController
from studio.ui.session.finish.painting_size import change_sized, sized
from studio.ui.session.finish.time_estimate import TimeEstimate
from studio.ui.session.message import Message
from studio.ui.session.on_canvas import OnCanvas
from studio.ui.session.preferences import Preferences, ToldOnce
from studio.ui.session.preview_controller import PreviewController
from studio.ui.session.recall import Recall
from studio.ui.threads.event_bridge import EventBridge


class Session(QObject):
    """The artwork being edited, and the engine at work on it.

    Widgets call its methods and listen to its signals; nothing but these signals tells them that something changed.
    selection: the region that styles and settings act on, if it is not the whole picture.
    activities: what else is running; `state_changed` is emitted for these as well. finishing: the Finish under way, and
    what is known of the next. live: what the network makes of the present settings. on_canvas: the picture shown.
    belongings: results, styles and presets that come and go. recall: brings pictures from the disk before a step.
    engine: whether it runs.
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
        self.artworks_taken = 0  # by `take_artwork`
        self.is_kept = False  # whether all there is will be there at the next start, without being exported
        self._is_closed = False
        self._told = ToldOnce(preferences.settings)
        self.sight = Sight(worker, self)
        self.sight.failed.connect(self._tell_error)
        self.selection = RegionSelection(artwork, self.sight, self)
        masks = MaskDrawer(self.sight, self)
        for signal in (self.sight.changed, masks.drawn):
            signal.connect(self._follow_masks)
        preferences.changed.connect(self.state_changed)
        self.activities = Activities(self)
        self.activities.changed.connect(self.state_changed)
        self.finishing = FinishController(artwork, worker, estimate, masks, self.activities, self)
        self.finishing.changed.connect(self.state_changed)
        self.finishing.frame_arrived.connect(self.frame_arrived)
        self.finishing.message_posted.connect(self.post_message)
        self.finishing.measured.connect(self.measured)
        self.measured.connect(self._follow_pace, Qt.ConnectionType.QueuedConnection)
        self._preview_controller = PreviewController(artwork, self.finishing, worker, preferences, masks, self)
        self._preview_controller.asked.connect(self.quick_work_asked)
        self._preview_controller.changed.connect(self.frame_arrived)
        self._preview_controller.changed.connect(self.state_changed)
        self._preview_controller.message_posted.connect(self.post_message)
        self.live = self._preview_controller.live
        self.live.refined.connect(self.finishing.learn_draft)
        self.activities.changed.connect(self._hold_drafts)
        self._blend_renderer = BlendRenderer(self)
        self._blend_renderer.made.connect(self._take_blended)
        self._blend_renderer.failed.connect(self._refuse_blend)
        self.recall = Recall(self)
        self.recall.failed.connect(self._tell_error)
        self.on_canvas = OnCanvas(artwork, self._preview_controller, self.recall, self)
        self.on_canvas.changed.connect(self.frame_arrived)
        self.on_canvas.changed.connect(self.state_changed)
        self.belongings = Belongings(artwork, self.live, self.commit, self._step, self)
        self.belongings.changed.connect(self.state_changed)
        self.engine = EngineLink(worker, bridge, self)
        self.engine.takers = (self.finishing, self._preview_controller, self.sight)
        self.engine.ready.connect(self._use_engine)
        self.engine.failed.connect(self._miss_engine)
        self.engine.unclaimed.connect(self.event_unclaimed)
        self.engine.message_posted.connect(self.post_message)
        bridge.event_waiting.connect(self._take_events, Qt.ConnectionType.QueuedConnection)

    def close(self) -> None:
        """End the worker and the engine; nothing is announced any more. Idempotent."""
        self._is_closed = True
        self._blend_renderer.close()
        self.recall.close()
        self.engine.close()

    def change(self, **fields: Any) -> None:
        """Change content, blend, styles or settings; call `commit` when the edit is complete."""
        self._apply(lambda: self._change_sized(**fields))

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
        self._step(lambda: self.selection.change_mix(lambda mix: mix.only(style)))

    def mix_in(self, style: Style) -> None:
        """Add a style to the mix, of the selected region or of all, as one step."""
        if not self._step(lambda: self.selection.change_mix(lambda mix: mix.with_style(style))):
            title = self.artwork.cards.card_of(style).title
            self.post_message(Message(self.tr("{} is in the mix already.").format(title)))

    def remove_style(self, index: int) -> None:
        """Take a style out of the mix, as one step."""
        self._step(lambda: self.selection.change_mix(lambda mix: mix.without(index)))

    def change_share(self, index: int, percent: float) -> None:
        """Change how much of a style goes into the mix; the others make room, in the proportions last committed.

        From the committed proportions, because at 100 % the present ones are lost and a drag could not come back.
        """
        self._apply(lambda: self.selection.change_mix(lambda mix: mix.with_share(index, percent), of_commit=True))

    @Slot()
    def reset_settings(self) -> None:
        """Bring every knob and the shares back to the defaults, a selected region's to the picture's, as one step."""
        choice = self.selection.selected
        if choice is not None:
            own = choice.region.change(**dict.fromkeys(REGION_FIELDS))
            self._step(lambda: self.selection.edit(own))
            return
        defaults = {knob.field: knob.default for knob in KNOBS}
        self._step(lambda: self._change_sized(**defaults, size_rule="auto", style_shares=()))

    @Slot()
    def commit(self) -> None:
        """Make one undo step of the changes since the last; a running Finish continues with them."""
        self.artwork.commit()
        self.selection.end_edit()
        self.finishing.follow_settings()
        self.state_changed.emit()

    @Slot()
    def undo(self) -> None:
        """Take the last step back, settings and picture."""
        self.recall.run(lambda: (self.artwork.undo_states or ())[:1], lambda: self._step(self.artwork.undo))

    @Slot()
    def redo(self) -> None:
        """Redo the step that was taken back last."""
        self.recall.run(lambda: (self.artwork.redo_states or ())[1:], lambda: self._step(self.artwork.redo))

    @Slot(object)
    def correct_card(self, card: Card) -> None:
        """Use what a style's card says now, for captions and credits."""
        self.artwork.cards.note(card)
        self.styles_changed.emit()
        self.state_changed.emit()

    def follow_gallery(self, cards: Sequence[Card]) -> None:
        """The same for all cards of the gallery, which may know more of styles than an artwork that was put aside."""
        state = self.artwork.state
        styles = [*styles_with(state.styles, state.regions)]
        styles += [style for result in self.artwork.history for style in result.all_styles]
        before = [self.artwork.cards.card_of(style) for style in styles]
        self.artwork.cards.note_gallery(cards)
        if before != [self.artwork.cards.card_of(style) for style in styles]:
            self.styles_changed.emit()
            self.state_changed.emit()

    def show_result(self, result: Result) -> None:
        """Bring an earlier result back, with the settings it was painted from, as one step."""
        self.recall.run(lambda: (result,), lambda: self._step(lambda: self.artwork.restore(result)))

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

    def take_artwork(self, artwork: Artwork) -> None:
        """Put another artwork on the table, with its undo and its history; what is under way on this one ends."""
        self.finishing.leave()
        self.artworks_taken += 1
        self.live.forget()
        self._apply(lambda: self.artwork.become(artwork))

    @Slot(object)
    def post_message(self, message: Message | None) -> None:
        """Tell the artist something; None clears a problem."""
        if message is None or not message.once or self._told.is_news(message.once):
            self.message_posted.emit(message)

    @property
    def has_quick_work(self) -> bool:
        """Whether the engine has yet to show something that was asked for with `quick_work_asked`."""
        return self._preview_controller.is_waiting

    @Slot()
    def finish(self) -> None:
        """Paint the artwork with the present settings, or continue where that was stopped; frames arrive meanwhile."""
        self.on_canvas.look_at(None, self.on_canvas.beside)
        self.finishing.begin()

    def continue_with(self, **fields: Any) -> None:
        """Change settings as one undo step, and continue painting from the present result."""
        if self.finishing.run is None and self.artwork.is_finished:
            self.post_message(None)
            self._step(lambda: self._change_sized(**fields))
            self.finishing.start(is_resumed=True)

    def _change_sized(self, **fields: Any) -> bool:
        return change_sized(self.artwork, self.estimate, fields)

    @Slot()
    def _follow_pace(self) -> None:
        """The device, or the first run ever, has told how quick it is: the size that waited for that is chosen anew.

        It is no step of undo, and what is on the canvas stays as it is.
        """
        artwork, before = self.artwork, self.artwork.state
        is_waiting = artwork.recipe.size_rule == "auto" and self.finishing.run is None and artwork.result is None
        is_news = len(self.estimate.runs) <= 1 and is_waiting and not self._is_closed
        if is_news and artwork.resize(sized(before, self.estimate).long_edge):
            self._preview_controller.follow_size()
            self._announce(before)

    @Slot()
    def _hold_drafts(self) -> None:
        """What the artist had learnt goes before a draft that nobody asked for."""
        self.live.hold_drafts("learning" in self.activities)

    @Slot()
    def _follow_masks(self) -> None:
        """What regions waited for is there."""
        if not self._is_closed and self.artwork.regions:
            self.finishing.follow_settings()
            self._preview_controller.follow_masks()
            self.state_changed.emit()

    @Slot(object)
    def _tell_error(self, error: StudioError) -> None:
        self.post_message(Message.about(error))

    def _step(self, change: Callable[[], bool]) -> bool:
        """Make a change that is an undo step of its own."""
        is_changed = self._apply(change)
        self.commit()
        return is_changed

    def _apply(self, change: Callable[[], bool]) -> bool:
        """Make a change and announce what differs; a refused value is shown as a problem. False: nothing changed."""
        before, is_changed = self.artwork.state, False
        was_looking = self.on_canvas.looked_at is not None
        self.on_canvas.looked_at = None
        try:
            is_changed = change()
        except StudioError as error:
            self.post_message(Message.about(error))
        if not self.artwork.state.has_content_of(before):
            self.on_canvas.beside = None
            self.finishing.leave()
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
        if not self._is_closed:
            before = self.artwork.state
            self.engine.take_events()
            self._announce(before)

    @Slot(object)
    def _use_engine(self, info: EngineInfo) -> None:
        self.estimate.use_device(info)
        self.sight.look_at(self.artwork.state.photo)  # again, if the engine died over it
        if not self.estimate.runs:  # sizes were chosen before anybody could guess how quick it is
            self.measured.emit()

    @Slot(object)
    def _miss_engine(self, error: StudioError) -> None:
        self.finishing.end()
        self.post_message(Message.about(error, action="finish"))
