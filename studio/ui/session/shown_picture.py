"""ShownPicture: what the canvas shows, and what it was painted from; what is exported, copied and described is this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.picture import Picture
from studio.core.recipe import FINE_NETWORK

ShownKind = Literal["photo", "live", "draft", "painting", "stopped", "finished", "outdated"]
_KEPT: tuple[ShownKind, ...] = ("stopped", "finished", "outdated")


@dataclass(frozen=True)
class ShownPicture:
    """A picture on the canvas. result: the picture and what it was painted from; a photo has no styles.

    kind: "photo", as it was opened or blended; "live", of the network, perhaps partly refined; "draft", refined;
    "painting", a Finish under way; "stopped" half-way; "finished"; "outdated", painted from settings that have changed
    since. progress: of the Finish or of the refinement under way, 0 to 1.
    """

    kind: ShownKind
    result: Result
    progress: float = 1.0

    @property
    def picture(self) -> Picture:
        """What is seen."""
        return self.result.picture

    @property
    def is_painted(self) -> bool:
        """Whether it is more than a photo."""
        return self.kind != "photo"

    @property
    def is_fine(self) -> bool:
        """Whether it is Live's, painted by the larger network."""
        recipe = self.result.recipe
        return self.kind == "live" and (recipe.method, recipe.network) == ("live", FINE_NETWORK)

    @property
    def is_result(self) -> bool:
        """Whether it is one of the artwork's results, which are kept; other pictures are gone with the next change."""
        return self.kind in _KEPT


def percent(progress: float) -> str:
    """A share of work that is not done: never 100 %."""
    return f"{min(99, int(100 * progress))} %"


def shown_result(result: Result) -> ShownPicture:
    """One of the history, as it is looked at."""
    return ShownPicture("draft" if result.is_draft else "finished" if result.is_complete else "stopped", result)


def shown_photo(state: ArtworkState) -> ShownPicture | None:
    """The photo of a state, or two of them blended; None without one."""
    if state.content is None:
        return None
    return ShownPicture("photo", Result(state.content, state.content, (), state.recipe, blend=state.blend))
