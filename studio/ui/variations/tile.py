"""Tile: one picture of the grid of variations, and how far it is painted."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.engine_api.contract import Done, Event, Failed, Frame, Progress
from studio.core.picture import Picture
from studio.ui.variations.axes import Variation
from studio.ui.variations.variation_requests import Stage


@dataclass
class Tile:
    """One picture of the grid.

    picture: None until there is one. stage: what has painted it; progress: of its draft. network: of Live that painted
    it, "" for a draft. is_stale: the picture is still that of the settings before.
    """

    variation: Variation
    picture: Picture | None = None
    uncolored: Picture | None = None
    stage: Stage = "waiting"
    network: str = ""
    progress: float = 0.0
    seconds: float = 0.0
    is_stale: bool = False
    is_kept: bool = False

    def show(self, picture: Picture, uncolored: Picture | None) -> None:
        """Show another picture of its own."""
        self.picture, self.uncolored, self.is_stale = picture, uncolored, False

    def take(self, event: Event, stage: Stage) -> None:
        """Follow what the engine says of the request for this stage."""
        match event:
            case Frame(picture=picture, uncolored=uncolored, progress=progress, network=network):
                self.progress, self.network = progress if stage == "draft" else 0.0, network
                if self.stage == "waiting" or stage == "live":  # what Live shows stays until the draft is done
                    self.show(picture, uncolored)
            case Progress(progress=progress):
                self.progress = progress if stage == "draft" else 0.0
            case Done(result=picture, uncolored=uncolored, seconds=seconds):
                self.show(picture, uncolored)
                self.stage, self.progress, self.seconds = stage, 0.0, seconds
            case Failed():
                self.stage, self.progress = "failed", 0.0
