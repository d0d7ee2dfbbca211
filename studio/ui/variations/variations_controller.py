"""VariationsController: plans the grid of variations, has them painted one after the other, takes and keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.card import Card
from studio.core.engine_api.contract import Event, Failed, Frame, Progress, Seen
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import Cancellation, PictureOpener
from studio.core.picture import Picture
from studio.core.resampling import reduced
from studio.core.styles.load_style import open_style
from studio.core.styles.style import Style
from studio.jobs.worker import Worker
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.variations.axes import AxisName, Change, grid_of, possible_axes, shows_live, variation_of
from studio.ui.variations.tile import Tile
from studio.ui.variations.variation_requests import EDGE, Request, Stage, draw_masks, request_for

REST = 150  # ms without a change of the artwork after which its variations are planned anew


class VariationsController(QObject):
    """While open, the grid follows the artwork: other settings, styles or photos, and its pictures are made anew.

    First Live paints all of them, where it can tell them apart; then, unless that is the method, each becomes a draft.
    They are previews to the worker: Live and Finish go first, batches wait.

    tiles: the pictures, row by row. photo: small, what they are painted over. across, down, count: see `grid_of`.
    is_running: whether pictures are still to come. Signals: planned(), other tiles; painted(int), another picture of a
    tile; changed(), anything else; closed().
    """

    planned = Signal()
    painted = Signal(int)
    changed = Signal()
    closed = Signal()

    def __init__(
        self,
        session: Session,
        worker: Worker,
        files: SerialExecutor,
        cards: Callable[[], Sequence[Card]],
        opener: PictureOpener,
        parent: QObject | None = None,
    ) -> None:
        """files: opens styles and makes the photo small. cards: gives the styles of the gallery."""
        super().__init__(parent)
        self.tiles: list[Tile] = []
        self.photo: Picture | None = None
        self.across: AxisName = "strength"
        self.down: AxisName | None = "stroke_size"
        self.count = 9
        self.is_open = self.is_running = False
        self._session = session
        self._worker = worker
        self._files = files
        self._cards = cards
        self._opener = opener
        self._draw = 0
        self._base: ArtworkState | None = None  # that the tiles vary, or will
        self._content: Picture | None = None  # that `photo` is of
        self._plan_token: object | None = None
        self._seen: Seen | None = None  # in the photo, for regions
        self._waits_for_sight = False
        self._grid_kind: object = None  # of the tiles: what is varied, and how
        self._under_way: dict[int, tuple[int, Stage]] = {}  # tile and stage, by request
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._plan)
        session.event_unclaimed.connect(self._take_event)
        changes = (session.content_changed, session.styles_changed, session.recipe_changed, session.selection.changed)
        for signal in changes:
            signal.connect(self._follow)
        session.sight.changed.connect(self._follow_sight)

    @property
    def axes(self) -> tuple[AxisName, ...]:
        """What can be varied now."""
        return possible_axes(self._session.artwork.state)

    @property
    def is_possible(self) -> bool:
        """Whether there is something to vary."""
        return self._session.artwork.missing is None

    @property
    def done(self) -> int:
        """How many tiles are as good as they get."""
        return sum(tile.stage == self._last_stage or tile.stage == "failed" for tile in self.tiles)

    def open(self) -> None:
        """Make variations of the artwork as it is now; say what is missing if that is not possible."""
        if not self.is_possible:
            self._session.post_message(Message(f"{self._session.finishing.missing}."))
        elif not self.is_open:
            self.is_open = True
            self._session.live.hold_refining(True)
            self._plan()

    @Slot()
    def close(self) -> None:
        """Leave; what was not kept is gone."""
        if not self.is_open:
            return
        self.is_open = False
        self._rest.stop()
        self._plan_token = self._base = None
        self._waits_for_sight = False
        self.stop()
        self.tiles = []
        self._session.live.hold_refining(False)
        self.closed.emit()

    def choose(self, across: AxisName, down: AxisName | None, count: int) -> None:
        """Vary something else, or make another number of pictures."""
        if (across, down, count) != (self.across, self.down, self.count):
            self.across, self.down, self.count = across, down, count
            self._plan()

    @Slot()
    def draw_others(self) -> None:
        """Other seeds, styles and mixes."""
        self._draw += 1
        self._plan()

    @Slot()
    def stop(self) -> None:
        """Paint no more of them; what there is stays."""
        self._under_way.clear()
        if self.is_running:
            self.is_running = False
            self._worker.stop_previews()
            self.changed.emit()

    @Slot()
    def go_on(self) -> None:
        """Paint what was stopped."""
        if self.is_open and not self.is_running:
            self._start()

    def take(self, number: int) -> None:
        """Make the settings of a tile the artwork's, as one step, and leave."""
        state = self.tiles[number].variation.state
        self.close()
        self._session.take_settings(state.styles, state.recipe)

    def keep(self, number: int) -> None:
        """Put the picture of a tile into the history; bringing it back from there brings its settings, too."""
        tile = self.tiles[number]
        if tile.picture is None or tile.is_stale or tile.is_kept:
            return
        tile.is_kept = True
        state = tile.variation.state
        is_live = state.recipe.method == "live" and tile.network  # of which the recipe may leave open who paints it
        self._session.belongings.keep_result(
            Result(
                tile.picture,
                state.content,
                state.styles,
                state.recipe.by_network(tile.network) if is_live else state.recipe,
                tile.uncolored,
                is_complete=False,
                seconds=tile.seconds,
                blend=state.blend,
                is_draft=True,  # too small to paint on
                regions=state.regions,
            )
        )
        self.painted.emit(number)

    @Slot()
    def _follow(self) -> None:
        state = self._session.artwork.state
        if not self.is_open or (self._base is not None and state.has_settings_of(self._base)):
            return
        if self.is_possible or self._session.artwork.missing == "blend":
            self._rest.start()
        else:
            self.close()

    @Slot()
    def _follow_sight(self) -> None:
        if self._waits_for_sight:
            self._plan()

    @Slot()
    def _plan(self) -> None:
        """Find out what to paint; styles are opened and the photo is made small off the GUI thread."""
        if not self.is_open or not self.is_possible:
            return
        self.stop()
        state = self._base = self._session.artwork.state
        seen = self._seen = self._session.sight.seen(state.photo)
        self._waits_for_sight = seen is None and any(region.mask.found for region in state.regions)
        if self._waits_for_sight:
            self._plan_token = None
            self._session.sight.look_at(state.photo)
            return
        self._keep_to_possible_axes()
        grid = grid_of(state, self.across, self.down, self.count, self._cards(), self._draw)
        photo = self.photo if state.content is self._content else None
        token = self._plan_token = object()

        def prepare() -> tuple[Picture | None, dict[str, Style]]:
            cards = {change.card.id: change.card for changes in grid for change in changes if change.card is not None}
            small = photo if photo is not None or state.content is None else reduced(state.content, EDGE)
            if small is not None:
                draw_masks(small, state, seen)
            open_one = partial(self._opener.open_picture, cancellation=Cancellation())  # somebody waits
            return small, {card.id: open_style(card, open_one) for card in cards.values()}

        take = partial(self._take_plan, token, state, grid)
        self._files.submit(prepare, lambda prepared: take(*prepared), partial(self._refuse_plan, token))

    def _take_plan(
        self,
        token: object,
        state: ArtworkState,
        grid: Sequence[Sequence[Change]],
        photo: Picture | None,
        styles: Mapping[str, Style],
    ) -> None:
        if token is not self._plan_token:  # something else is wanted by now
            return
        grid_kind = (self.across, self.down, self.count, self._draw)
        is_followed = grid_kind == self._grid_kind and state.content is self._content
        self.photo, self._content = photo, state.content
        try:
            variations = [variation_of(state, changes, lambda card: styles[card.id]) for changes in grid]
        except StudioError as error:
            self._refuse_plan(token, error)
            return
        before = self.tiles if is_followed else []
        self._grid_kind = grid_kind
        self.tiles = [Tile(variation) for variation in variations]
        for tile, old in zip(self.tiles, before, strict=False):  # while a slider moves, nothing flickers
            tile.picture, tile.is_stale = old.picture, old.picture is not None
        self.planned.emit()
        self._start()

    def _refuse_plan(self, token: object, error: StudioError) -> None:
        if token is self._plan_token:
            self._session.post_message(Message.about(error))

    @property
    def _has_live(self) -> bool:
        return self._base is not None and shows_live((self.across, self.down), self._base)

    @property
    def _last_stage(self) -> Stage:
        return "live" if self._base is not None and self._base.recipe.method == "live" else "draft"

    def _start(self) -> None:
        """Ask for all that is not there yet: Live of all first."""
        requests: list[Request] = []
        stages: tuple[Stage, ...] = ("live", "draft") if self._has_live else ("draft",)
        for stage in stages[: stages.index(self._last_stage) + 1]:
            for number, tile in enumerate(self.tiles):
                if tile.stage == "waiting" or (stage, tile.stage) == ("draft", "live"):
                    request = request_for(tile.variation.state, stage, self.photo, self._seen)
                    self._under_way[request.id] = number, stage
                    requests.append(request)
        self.is_running = bool(requests)
        if requests:
            self._worker.start_previews(requests)
        self.changed.emit()

    @Slot(object)
    def _take_event(self, event: Event) -> None:
        found = self._under_way.get(getattr(event, "request_id", 0))
        if found is None:
            return
        number, stage = found
        tile = self.tiles[number]
        tile.take(event, stage)
        if isinstance(event, Failed):
            self._session.post_message(Message.about(event.error))
        if not isinstance(event, Frame | Progress):
            del self._under_way[event.request_id]  # type: ignore[union-attr]  # Ready was not found
        self.painted.emit(number)
        if not self._under_way:
            self.is_running = False
            self.changed.emit()

    def _keep_to_possible_axes(self) -> None:
        """Another method, or one style less, may have no such axis any more."""
        axes = self.axes
        if self.across not in axes:
            self.across = next(axis for axis in axes if axis != self.down)
        if self.down is not None and self.down not in axes:
            self.down = None
