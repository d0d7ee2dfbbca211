"""Styles under the cards they have today."""

from __future__ import annotations

from dataclasses import replace

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
