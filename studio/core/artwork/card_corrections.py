"""CardCorrections: what is known today of styles that were put into an artwork under older cards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from studio.core.card import Card
from studio.core.regions.region import Region
from studio.core.styles.style import Style


class CardCorrections:
    """Cards that say something else now; nothing is painted differently for it, but captions and credits follow."""

    def __init__(self) -> None:
        self._cards: dict[str, Card] = {}  # by id

    def note(self, card: Card) -> None:
        """A style's card says this now."""
        self._cards[card.id] = card

    def card_of(self, style: Style) -> Card:
        """What is known of a style today."""
        return self._cards.get(style.card.id, style.card)

    def styles(self, styles: Iterable[Style]) -> tuple[Style, ...]:
        """Styles under the cards they have today."""
        return tuple(replace(style, card=self.card_of(style)) for style in styles)

    def regions(self, regions: Iterable[Region]) -> tuple[Region, ...]:
        """Regions, their styles under the cards they have today."""
        return tuple(replace(region, styles=self.styles(region.styles)) for region in regions)
