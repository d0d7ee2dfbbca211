"""What an artwork owes to whom, for its credits: photo, styles, and the models that painted after the recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from studio.core.artwork.blend import Blend
from studio.core.artwork.demo_photos import demo_cards
from studio.core.artwork.recipe_regions import regions_to_text
from studio.core.card import Card, bundled_cards
from studio.core.image_io.xmp import Credits
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.core.regions.region import Region
from studio.core.styles.learned_style import painting_network
from studio.core.styles.style import Style

_BUNDLED = {"vgg16": "vgg16_features_relu4_3"}
_TITLES = {"vgg16-torchvision": "VGG-16 of torchvision", "vgg19-torchvision": "VGG-19 of torchvision"}


def credits_of(
    content: Picture | None,
    styles: Sequence[Style],
    recipe: StyleRecipe,
    title: str = "",
    artist: str = "",
    blend: Blend | None = None,
) -> Credits:
    """The credits of an artwork. title: "" for the name of the photo, or of the style where there is none.

    blend: of which `content` is the double exposure, or None.
    """
    is_pattern = recipe.method == "pattern"
    network = painting_network(recipe, [style.learned for style in styles])
    name = "" if is_pattern or content is None else content.name
    return Credits(
        title=title or Path(name).stem or styles[0].card.title,
        styles=tuple(style.card for style in styles),
        models=model_cards(recipe, styles),
        recipe=recipe.by_network(network) if recipe.method == "live" else recipe,  # Finish begins with the same anyway
        content_name=name,
        artist=artist,
        is_pattern=is_pattern,
        blended_name="" if is_pattern or blend is None else blend.over.name,
        photos=() if is_pattern else demo_cards(_photos(content, blend)),
    )


def with_regions(made_of: Credits, regions: Sequence[Region]) -> Credits:
    """The credits with the regions, as far as they mean something in any photo, and the styles of all of them.

    Those that the whole is not painted in have no share in its mix.
    """
    if made_of.recipe is None:
        return made_of
    made_of = replace(made_of, regions=regions_to_text(regions))
    known = {card.id for card in made_of.styles}
    cards = {style.card.id: style.card for region in regions if region.is_painted for style in region.styles}
    more = tuple(card for name, card in cards.items() if name not in known)
    if not more:
        return made_of
    assert made_of.recipe is not None
    shares = (*made_of.recipe.shares_of(len(made_of.styles)), *(0.0 for _ in more))
    recipe = made_of.recipe.change(style_shares=shares)
    return replace(made_of, styles=(*made_of.styles, *more), recipe=recipe)


def credits_of_photo(content: Picture, title: str = "", artist: str = "", blend: Blend | None = None) -> Credits:
    """The credits of a photo, or a double exposure, that is written as it is."""
    return Credits(
        title or Path(content.name).stem,
        (),
        (),
        None,
        content.name,
        artist,
        blended_name=blend.over.name if blend else "",
        photos=demo_cards(_photos(content, blend)),
    )


def _photos(content: Picture | None, blend: Blend | None) -> Sequence[Picture]:
    if blend is not None:
        return blend.pictures
    return () if content is None else (content,)


def model_cards(recipe: StyleRecipe, styles: Sequence[Style]) -> tuple[Card, ...]:
    """The cards of the networks that a picture painted in these styles after this recipe owes something to."""
    network = painting_network(recipe, [style.learned for style in styles])
    live = tuple(card for card in bundled_cards("models") if card.id == network)
    if recipe.method == "live":
        return live
    # It starts from a picture of Live, or has its coarse colours.
    is_after_live = recipe.method == "finish" and (recipe.quality == "draft" or recipe.freedom < 1)
    return _encoder_cards(recipe) + (live if is_after_live else ())


def _encoder_cards(recipe: StyleRecipe) -> tuple[Card, ...]:
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
