"""Whoever made the network that painted is credited, whichever it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.core.artwork.blend import Blend, blend_pictures
from studio.core.artwork.credits import credits_of, credits_of_photo, model_cards
from studio.core.artwork.demo_photos import FINGERPRINTS
from studio.core.artwork.layers import layers_of
from studio.core.card import Card, bundled_cards
from studio.core.image_io import open_picture
from studio.core.image_io.xmp import to_xmp
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


@pytest.mark.parametrize("card", bundled_cards("demo"), ids=lambda card: card.id)
def test_a_bundled_photo_is_credited_wherever_it_was_opened_from(card: Card) -> None:
    photo = open_picture(card.file)
    assert FINGERPRINTS[photo.fingerprint] == card.id
    for content in (photo, replace(photo, name="copy.jpg", source=None)):
        made_of = credits_of(content, [PLAIN], StyleRecipe())
        assert made_of.photos == (card,) and made_of.lines[0] == card.credit_line
        text = to_xmp(made_of, label_ai=True).decode()
        assert f"Photo: {card.title} by {card.author}: {card.licence}. Styles used: " in text
    assert credits_of_photo(photo).photos == (card,)
    assert credits_of(photo, [PLAIN], StyleRecipe(method="pattern")).photos == ()


def test_both_photos_of_a_double_exposure_are_credited() -> None:
    cards = bundled_cards("demo")[:2]
    blend = Blend(*(replace(open_picture(card.file), source=None) for card in cards))
    assert credits_of(blend_pictures(blend), [PLAIN], StyleRecipe(), blend=blend).photos == cards


def test_of_a_photo_of_ones_own_no_author_is_told() -> None:
    made_of = credits_of(make_picture(), [PLAIN], StyleRecipe())
    assert made_of.photos == () and b"Photo:" not in to_xmp(made_of, label_ai=True)


def test_the_layer_below_an_artwork_says_that_it_is_the_photo() -> None:
    (layer,) = layers_of(make_picture(name="harbour.png"))
    assert layer.name == "Photo: harbour.png"
    blend = Blend(make_picture(name="harbour.png"), make_picture(name="gull.png"))
    (layer,) = layers_of(blend_pictures(blend), blend=blend)
    assert layer.name == "Photo: harbour.png and gull.png"
