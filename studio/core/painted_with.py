"""Which models painted after a recipe, for its credits: those in resources/, or torchvision's own weights."""

from __future__ import annotations

from pathlib import Path

from studio.core.card import Card, bundled_cards
from studio.core.recipe import StyleRecipe

_BUNDLED = {"vgg16": "vgg16_features_relu4_3"}
_TITLES = {"vgg16-torchvision": "VGG-16 of torchvision", "vgg19-torchvision": "VGG-19 of torchvision"}


def model_cards(recipe: StyleRecipe) -> tuple[Card, ...]:
    """The cards of the networks that a picture painted after this recipe owes something to."""
    bundled_id = _BUNDLED.get(recipe.encoder)
    if bundled_id is not None:
        return tuple(card for card in bundled_cards("models") if card.id == bundled_id)
    title = _TITLES[recipe.encoder]
    return (
        Card(
            id=recipe.encoder,
            kind="model",
            title=title,
            author="PyTorch contributors, after K. Simonyan and A. Zisserman",
            year="2014",
            licence="BSD-3-Clause",
            source="torchvision, trained on ImageNet",
            file=Path(recipe.encoder),  # in torch's cache; nobody opens it by this name
            credit=f"{title} (PyTorch contributors, after K. Simonyan and A. Zisserman), BSD-3-Clause",
        ),
    )
