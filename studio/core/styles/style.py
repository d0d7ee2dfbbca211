"""Style: a picture to paint after, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.card import Card
from studio.core.picture import Picture
from studio.core.styles.learned_style import LearnedStyle


@dataclass(frozen=True)
class Style:
    """A style in use: the picture the engine looks at, and the card that says whose it is.

    learned: what the studio has learnt from several pictures, the first of which is `picture`; None for a style that is
    a picture and no more.
    """

    picture: Picture
    card: Card
    learned: LearnedStyle | None = None

    @property
    def fingerprint(self) -> str:
        """Equal for styles that paint alike, whatever their cards say."""
        return self.picture.fingerprint if self.learned is None else self.learned.fingerprint
