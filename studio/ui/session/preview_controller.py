"""PreviewController: what the canvas shows: Finish at work, the result in other colours, or Live's preview."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork.artwork import Artwork
from studio.core.engine_api.contract import Event
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.jobs.worker import Worker
from studio.ui.selection.mask_drawer import MaskDrawer
from studio.ui.session.finish.finish_controller import FinishController
from studio.ui.session.live_preview import LivePreview
from studio.ui.session.message import Message
from studio.ui.session.preferences import Preferences
from studio.ui.session.recoloring import Recoloring
from studio.ui.session.shown_picture import ShownKind, ShownPicture, shown_photo


class PreviewController(QObject):
    """Brings what is shown in line with the artwork's settings, in the quickest way; a Finish has precedence.

    live: what the network makes of them. Signals: asked(), the engine has something to show at once; changed(), Live
    has another picture or none, or it is further refined; message_posted(Message).
    """

    asked = Signal()
    changed = Signal()
    message_posted = Signal(object)

    def __init__(
        self,
        artwork: Artwork,
        finish_controller: FinishController,
        worker: Worker,
        preferences: Preferences,
        masks: MaskDrawer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._artwork = artwork
        self._finish_controller = finish_controller
        self._preferences = preferences
        self._masks = masks
        self.live = LivePreview(worker, preferences, self)
        self.live.asked.connect(self.asked)
        self.live.changed.connect(self.changed)
        self.live.failed.connect(self._refuse)
        self._recoloring = Recoloring(artwork, worker, masks, self)
        self._recoloring.asked.connect(self.asked)
        self._recoloring.message_posted.connect(self.message_posted)
        self._recoloring.ended.connect(self.follow_live)
        preferences.changed.connect(self._follow_preference)
        finish_controller.starting.connect(self._give_way)
        finish_controller.ended.connect(self.follow)
        finish_controller.standing_edge = self.live.edge_of

    @property
    def shown(self) -> ShownPicture | None:
        """The newest frame of the run that is not coarser than what Live has; or that; or the result, or the photo."""
        run, artwork = self._finish_controller.run, self._artwork
        painted = run.result() if run is not None and run.is_shown else None
        if run is not None and painted is not None:
            return ShownPicture("painting", painted, run.progress)
        if self.live.shown is not None:
            is_draft = self.live.progress == 1.0
            return ShownPicture("draft" if is_draft else "live", self.live.shown, self.live.progress or 0.0)
        if artwork.result is None:
            return shown_photo(artwork.state)
        kind: ShownKind = "finished" if artwork.is_finished else "stopped" if artwork.is_half_painted else "outdated"
        return ShownPicture(kind, artwork.result)

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) in px of what is shown; a preview of a Finish stands for the size that will have."""
        shown, run = self.shown, self._finish_controller.run
        if shown is None:
            return None
        if shown.kind == "painting":
            return run.state.size if run is not None else None
        if shown.kind in ("live", "draft"):
            return self._artwork.state.size
        return shown.picture.width, shown.picture.height

    @property
    def picture(self) -> Picture | None:
        """What is shown, unless that is the photo."""
        shown = self.shown
        return shown.picture if shown is not None and shown.is_painted else None

    @property
    def is_pattern(self) -> bool:
        """Whether `picture` is a pattern, which no photo is like."""
        shown = self.shown
        return shown is not None and shown.is_painted and shown.result.recipe.method == "pattern"

    @property
    def is_waiting(self) -> bool:
        """Whether the engine has yet to show something that was asked for."""
        return self.live.is_waiting or self.live.is_taking_over or self._recoloring.is_waiting

    @Slot()
    def follow(self) -> None:
        """Bring what is shown up to date with result and settings."""
        if self._finish_controller.run is None:
            self._recoloring.follow(also_outdated=not self._preferences.is_live)
        else:
            self._recoloring.drop()
        self.follow_live()

    def follow_size(self) -> None:
        """The artwork has another size by its rule: what is shown, or refined, stays; the next change is painted so."""
        if self.live.is_waiting:  # nothing of it is painted yet
            self.follow_live()
        elif self.live.shown is not None:
            self.live.resize(self._artwork.state)

    def follow_masks(self) -> None:
        """Go on with what has waited for masks of regions."""
        if self._recoloring.waits_for_masks:
            self.follow()
        else:
            self.follow_live()

    @Slot()
    def follow_live(self) -> None:
        """Show settings that were not painted yet as Live sees them."""
        artwork = self._artwork
        if self._finish_controller.run is not None:
            return
        is_painted = artwork.is_finished or artwork.is_half_painted or self._recoloring.is_waiting
        is_possible = artwork.missing is None and artwork.recipe.method != "pattern"
        if self._preferences.is_live and is_possible and not is_painted:
            if self._masks.is_ready(artwork.state, is_live=True):
                self.live.show(artwork.state, self._masks.seen(artwork.state))
            elif not self.live.is_of(artwork.content):
                self.live.hide()  # else what is shown stays until the masks are there
        else:
            self.live.hide()

    def take_event(self, event: Event) -> bool:
        """Take an event if it belongs to what is shown; False if it does not."""
        return self._recoloring.take_event(event) or self.live.take_event(event)

    @Slot()
    def _give_way(self) -> None:
        """Ask for nothing until settings are followed again; the present picture stays."""
        self._recoloring.drop()
        self.live.hold()

    @Slot(str)
    def _follow_preference(self, name: str) -> None:
        if name == "is_live":
            self.follow_live()
        elif name == "auto_refine":
            self.live.stop_refining() if self._preferences.auto_refine == "never" else self.live.refine()

    @Slot(object)
    def _refuse(self, error: StudioError) -> None:
        self.message_posted.emit(Message.about(error))
