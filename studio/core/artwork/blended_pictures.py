"""BlendedPictures: the pictures that blends have become, as long as something needs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from weakref import WeakValueDictionary

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.artwork.blend import Blend
from studio.core.picture import Picture


class BlendedPictures:
    """Knows the picture of a blend while anything else holds it.

    Blended pictures are large, so undo steps do without them; one that is still there is not made again.
    """

    def __init__(self, parts: Iterable[ArtworkState | Result]) -> None:
        """parts: of an artwork, whose blended pictures are known from the beginning."""
        self._pictures: WeakValueDictionary[Blend, Picture] = WeakValueDictionary()
        for part in parts:
            if part.blend is not None and part.content is not None and part.content is not part.blend.base:
                self._pictures[part.blend] = part.content

    def note(self, blend: Blend, picture: Picture) -> None:
        """A blend has become this picture."""
        self._pictures[blend] = picture

    def is_made(self, state: ArtworkState) -> bool:
        """Whether the content of a state is what its blend has become; a stand-in is not."""
        return state.blend is None or self._pictures.get(state.blend) is state.content

    def content_of(self, blend: Blend, present: ArtworkState) -> Picture:
        """The blended picture, or what stands in for it: the same two blended otherwise, or the first alone."""
        known = self._pictures.get(blend)
        if known is None and present.blend is not None and present.blend.pictures == blend.pictures:
            known = present.content
        return known or blend.base

    def completed(self, state: ArtworkState, present: ArtworkState) -> ArtworkState:
        """A state of undo, which keeps no blended picture, with its content."""
        return state if state.blend is None else replace(state, content=self.content_of(state.blend, present))
