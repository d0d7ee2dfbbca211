"""Whoever made the network that painted is credited, whichever it was."""

from __future__ import annotations

import pytest

from studio.core.painted_with import model_cards
from studio.core.recipe import ENCODERS, NETWORKS, StyleRecipe


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_encoder_has_somebody_to_thank(encoder: str) -> None:
    (card,) = model_cards(StyleRecipe(encoder=encoder))
    assert card.kind == "model"
    assert "Simonyan" in card.credit_line
    assert card.licence in card.credit_line


def test_the_bundled_network_is_credited_with_its_bundled_card() -> None:
    (card,) = model_cards(StyleRecipe())
    card.verify()


@pytest.mark.parametrize("network", NETWORKS)
def test_the_live_network_that_painted_is_credited_and_no_other(network: str) -> None:
    (card,) = model_cards(StyleRecipe(method="live", network=network))
    assert card.id == network
    assert "Magenta" in card.credit_line
    card.verify()
