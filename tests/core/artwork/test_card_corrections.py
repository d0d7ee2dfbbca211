"""Styles under the cards they have today."""

from __future__ import annotations

from dataclasses import replace

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState
from studio.core.artwork.card_corrections import CardCorrections
from studio.core.regions.region import Region
from studio.core.regions.shapes import Found, Mask
from tests.core.artwork.test_artwork import make_style


def test_a_corrected_card_counts_wherever_its_style_is() -> None:
    wave, terrace, cards = make_style("wave"), make_style("terrace"), CardCorrections()
    region = Region("Subject", Mask.of(Found("subject")), styles=(wave,))
    cards.note(replace(wave.card, licence="CC BY 4.0"))
    assert [style.card.licence for style in cards.styles([wave, terrace])] == ["CC BY 4.0", "CC0"]
    assert [style.card.licence for style in cards.regions([region])[0].styles] == ["CC BY 4.0"]
    assert cards.card_of(terrace) is terrace.card and cards.styles([wave])[0].picture is wave.picture


def test_a_card_of_the_gallery_counts_unless_the_artwork_knows_more_or_something_else_was_entered() -> None:
    style, cards = make_style("wave"), CardCorrections()
    unknown = replace(style.card, licence="unknown", title="Wall")
    cards.note_gallery([unknown])
    assert cards.card_of(style) is style.card  # CC0, by whoever gave the artwork away
    assert cards.card_of(replace(style, card=replace(unknown, title="IMG_1"))) is unknown
    mine = replace(unknown, licence="My own work")
    cards.note_gallery([mine])
    assert cards.card_of(style) is mine
    cards.note(unknown)
    before = cards.copy()
    cards.note(replace(mine, title="Sea"))
    assert before.card_of(style) is unknown and cards.card_of(style).title == "Sea"


def test_an_artwork_that_becomes_another_still_knows_what_cards_say_today() -> None:
    style, artwork = make_style("wave"), Artwork()
    today = replace(style.card, licence="CC BY 4.0")
    artwork.cards.note(today)
    artwork.become(Artwork(ArtworkState(styles=(style,))))
    assert artwork.cards.card_of(artwork.styles[0]) is today
