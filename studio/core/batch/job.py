"""A batch as plain data: many photos, painted in the same styles after one recipe, each into a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from studio.core.artwork.credits import credits_of, with_regions
from studio.core.card import Card, make_card
from studio.core.engine_api.build_requests import style_request
from studio.core.engine_api.contract import Seen, StyleRequest
from studio.core.errors import PictureError, RecipeError, StudioError
from studio.core.image_io import ExportOptions, open_picture
from studio.core.image_io.xmp import Credits
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.core.regions.mask_text import mask_of_text, mask_text
from studio.core.regions.region import Region
from studio.core.regions.region_text import read_regions, region_values
from studio.core.storage.untrusted import make_checked, path_anywhere
from studio.core.styles.load_style import OpenPicture, open_style
from studio.core.styles.style import Style

ItemState = Literal["waiting", "opening", "painting", "learning", "saving", "done", "skipped", "failed"]
ENDS: tuple[ItemState, ...] = ("done", "skipped", "failed")
_MOST_STYLES = 64


@dataclass(frozen=True)
class BatchItem:
    """One artwork of a batch. number: its place, from 0. output: its file below the output folder, with "/"."""

    number: int
    photo: Path
    output: str


@dataclass(frozen=True)
class ItemReport:
    """How an item stands.

    progress: 0 to 1, while painting. reason: why it was skipped or failed, a sentence. size: bytes written. seconds:
    that painting took. notes: what the user should know about the artwork.
    """

    item: BatchItem
    state: ItemState
    progress: float = 0.0
    reason: str = ""
    size: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchJob:
    """What all artworks of a batch have in common.

    options: without a size, which is each recipe's own. title: "" for each photo's own name. artist: for the credits.
    Raises RecipeError where that cannot be painted: no style, the wrong number of shares, or a pattern.
    """

    styles: tuple[Style, ...]
    recipe: StyleRecipe
    options: ExportOptions = field(default_factory=ExportOptions)
    title: str = ""
    artist: str = ""
    regions: tuple[Region, ...] = ()

    def __post_init__(self) -> None:
        if not self.styles:
            raise RecipeError("There is no style to paint in.", "Choose one first.")
        if self.recipe.method == "pattern":
            raise RecipeError("A pattern is made of the style alone and needs no photos.", "Choose another method.")
        self.recipe.shares_of(len(self.styles))

    @property
    def needs_look(self) -> bool:
        """Whether the engine has to look at each photo before it can be painted."""
        return any(region.mask.found for region in self.regions)

    @property
    def cards(self) -> tuple[Card, ...]:
        """Of all styles that have a part in the artworks, those of regions too."""
        of_regions = (style for region in self.regions if region.is_painted for style in region.styles)
        return tuple({style.card.id: style.card for style in (*self.styles, *of_regions)}.values())

    def request(self, content: Picture, seen: Seen | None = None) -> StyleRequest:
        """What the engine is asked for. seen: what is in the photo, where the job `needs_look`."""
        return style_request(content, self.styles, self._recipe_for(content), regions=self.regions, seen=seen)

    def credits(self, content: Picture) -> Credits:
        """What goes into the file."""
        made_of = credits_of(content, self.styles, self._recipe_for(content), self.title, self.artist)
        return with_regions(made_of, self.regions)

    def _recipe_for(self, content: Picture) -> StyleRecipe:
        return self.recipe.sized_for(content.width, content.height)

    @property
    def identity(self) -> dict[str, Any]:
        """As JSON values: equal for two jobs that make the same artworks of the same photos."""
        return {
            "recipe": self.recipe.to_json(),
            "styles": [style.fingerprint for style in self.styles],
            "options": asdict(self.options),
            "title": self.title,
            "artist": self.artist,
        } | ({"regions": [self._region_values(region) for region in self.regions]} if self.regions else {})

    @staticmethod
    def _region_values(region: Region) -> dict[str, Any]:
        return region_values(region, mask_text, lambda styles: [style.fingerprint for style in styles])

    def to_values(self) -> dict[str, Any]:
        """As JSON values, complete for `from_values` as long as the styles' files are there."""
        cards = [asdict(style.card) | {"file": str(style.card.file.absolute())} for style in self.styles]
        values = {**self.identity, "cards": cards}
        of_regions = {style.fingerprint: style.card for region in self.regions for style in region.styles}
        if of_regions:
            values["region_cards"] = {
                name: asdict(card) | {"file": str(card.file.absolute())} for name, card in of_regions.items()
            }
        return values

    @classmethod
    def from_values(cls, values: Mapping[str, Any], open_one: OpenPicture = open_picture) -> BatchJob:
        """Inverse of `to_values`; opens the styles with `open_one`.

        Raises StudioError if one is gone or another picture now.
        """
        try:
            cards = [replace(make_card(card), file=path_anywhere(card["file"])) for card in values["cards"]]
            if len(cards) > _MOST_STYLES:  # each is a picture in memory
                raise ValueError(f"there are {len(cards)} styles")
            styles = tuple(
                _known_style(card, fingerprint, open_one)
                for card, fingerprint in zip(cards, values["styles"], strict=True)
            )
            recipe = StyleRecipe.from_json(values["recipe"])
            options = make_checked(ExportOptions, values["options"])
            title, artist = values["title"], values["artist"]
            if options.size is not None or not isinstance(title, str) or not isinstance(artist, str):
                raise ValueError("no batch is written so")
            known = values.get("region_cards", {})
            if len(known) > _MOST_STYLES:
                raise ValueError(f"regions have {len(known)} styles")
            others = {
                name: _known_style(replace(make_card(card), file=path_anywhere(card["file"])), name, open_one)
                for name, card in known.items()
            }
            regions = read_regions(
                values.get("regions", []), mask_of_text, lambda names: tuple(others[name] for name in names)
            )
            return cls(styles, recipe, options, title, artist, regions)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StudioError("What this batch was to paint can no longer be read.", "Begin a new one.") from error


def _known_style(card: Card, fingerprint: str, open_one: OpenPicture) -> Style:
    style = open_style(card, open_one)
    if style.fingerprint != fingerprint:
        raise PictureError(f"{card.file.name} is no longer the style this batch began with.", "Begin a new one.")
    return style
