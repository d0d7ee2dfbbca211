"""SettledEdge: how large the picture of a photo's settings has become, so that it becomes as large after a restart."""

from __future__ import annotations

from dataclasses import replace

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.picture import Picture

SMALLEST = 128  # px; a recipe takes no less
LARGEST = 2048  # px; no canvas shows more of a whole picture, and Finish is for the rest


class SettledEdge:
    """px: of the longer edge of what has become of the photo's settings last; 0 before that.

    least: px that the picture of the present settings is to be refined to, as of `expect`; 0 where nothing is expected.
    """

    def __init__(self) -> None:
        self.px = self.least = 0
        self._expected_px = 0
        self._expected: ArtworkState | None = None

    def expect(self, px: object, state: ArtworkState) -> None:
        """Refine these settings, if they are the next that are shown, to the `px` of an earlier start.

        What is no edge that a picture may have counts for nothing.
        """
        self.px = self._expected_px = px if type(px) is int and SMALLEST <= px <= LARGEST else 0
        self._expected = state

    def begin(self, state: ArtworkState, *, is_new_photo: bool) -> None:
        """These settings are shown from now on; what was expected of others is no longer."""
        if self._expected is not None and not differ_in_size_alone(self._expected, state):
            self._expected = None
        self.least = self._expected_px if self._expected is not None else 0
        if is_new_photo:
            self.px = self.least

    def note(self, picture: Picture) -> None:
        """The picture of the present settings is there."""
        self.px = max(self.least, picture.long_edge)


def differ_in_size_alone(one: ArtworkState, other: ArtworkState) -> bool:
    """Whether both would be painted alike, or in another size of the artwork."""
    recipe = one.recipe.change(long_edge=other.recipe.long_edge)
    return replace(one, recipe=recipe).has_settings_of(other)
