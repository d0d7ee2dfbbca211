"""Whoever made the network that painted is credited, whichever it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.core.artwork.credits import model_cards
from studio.core.recipe import ENCODERS, NETWORKS, StyleRecipe
from studio.core.styles.style import Style
from tests.support.fakes import make_card, make_learned, make_picture

PLAIN = Style(make_picture(), make_card())


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_encoder_has_somebody_to_thank(encoder: str) -> None:
    (card,) = model_cards(StyleRecipe(encoder=encoder, freedom=1.0), ())
    assert card.kind == "model"
    assert "Simonyan" in card.credit_line
    assert card.licence in card.credit_line


def test_the_bundled_network_is_credited_with_its_bundled_card() -> None:
    (card,) = model_cards(StyleRecipe(freedom=1.0), ())
    card.verify()


def test_a_picture_with_the_colours_of_live_credits_its_network_too() -> None:
    cards = model_cards(StyleRecipe(freedom=0.9), ())
    assert [card.id for card in cards][1:] == [NETWORKS[0]]


@pytest.mark.parametrize("network", NETWORKS)
def test_the_live_network_that_painted_is_credited_and_no_other(network: str) -> None:
    (card,) = model_cards(StyleRecipe(method="live", network=network), [PLAIN])
    assert card.id == network
    assert "Magenta" in card.credit_line
    card.verify()


@pytest.mark.parametrize("network", NETWORKS)
def test_a_learned_style_credits_the_network_it_was_learnt_with(network: str) -> None:
    learned = replace(PLAIN, learned=replace(make_learned(), network=network))
    other = next(each for each in NETWORKS if each != network)
    recipe = StyleRecipe(method="live", network=other, style_shares=(1.0, 3.0))
    assert [card.id for card in model_cards(recipe, [learned, PLAIN])] == [network]
    assert [card.id for card in model_cards(recipe.change(style_shares=(0.0, 1.0)), [learned, PLAIN])] == [other]


def test_the_learned_style_with_the_largest_share_decides() -> None:
    mine, googles = (replace(PLAIN, learned=replace(make_learned(), network=network)) for network in NETWORKS[:2])
    recipe = StyleRecipe(method="live", style_shares=(1.0, 2.0))
    assert [card.id for card in model_cards(recipe, [mine, googles])] == [NETWORKS[1]]
