"""CardCorrections: what is known today of styles that were put into an artwork under older cards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from studio.core.card import Card, licence_is_unknown
from studio.core.regions.region import Region
from studio.core.styles.style import Style


class CardCorrections:
    """Cards that say something else now; nothing is painted differently for it, but captions and credits follow.

    Those of the gallery count for a style in an artwork, but one without a licence says nothing against one with it:
    an artwork from somebody else may know more. What the artist has entered counts in any case.
    """

    def __init__(self) -> None:
        self._entered: dict[str, Card] = {}  # by id
        self._gallery: dict[str, Card] = {}

    def note(self, card: Card) -> None:
        """The artist has entered this in a style's card."""
        self._entered[card.id] = card

    def note_gallery(self, cards: Iterable[Card]) -> None:
        """The cards of the gallery say this now; what was said of others stays."""
        self._gallery |= {card.id: card for card in cards}

    def copy(self) -> CardCorrections:
        """The same, whatever is noted in this one later."""
        copy = CardCorrections()
        copy._entered, copy._gallery = dict(self._entered), dict(self._gallery)
        return copy

    def card_of(self, style: Style) -> Card:
        """What is known of a style today."""
        entered, kept = self._entered.get(style.card.id), self._gallery.get(style.card.id)
        if entered is not None:
            return entered
        if kept is None or (licence_is_unknown(kept) and not licence_is_unknown(style.card)):
            return style.card
        return kept

    def styles(self, styles: Iterable[Style]) -> tuple[Style, ...]:
        """Styles under the cards they have today."""
        return tuple(replace(style, card=self.card_of(style)) for style in styles)

    def regions(self, regions: Iterable[Region]) -> tuple[Region, ...]:
        """Regions, their styles under the cards they have today."""
        return tuple(replace(region, styles=self.styles(region.styles)) for region in regions)
