"""SettingsOffer: a picture that the studio has painted can give its settings, and its styles, to the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from studio.core.artwork.recipe_regions import RecipeRegion, regions_from_text
from studio.core.card import Card
from studio.core.errors import StudioError
from studio.core.image_io.opening.places import reachable
from studio.core.image_io.xmp import CreditedStyle, read_settings
from studio.core.project.recipe_file import is_recipe_file, load_recipe_with_regions
from studio.core.recipe import StyleRecipe
from studio.core.styles.load_style import open_style
from studio.core.styles.style import Style
from studio.ui.importing.opening import Opening
from studio.ui.session.message import Message
from studio.ui.session.session import Session


@dataclass(frozen=True)
class FoundSettings:
    """What a file gives. name: of the file. styles: those it credits, in the order of the recipe's shares."""

    name: str
    recipe: StyleRecipe
    styles: tuple[CreditedStyle, ...] = ()
    regions: tuple[RecipeRegion, ...] = ()


class SettingsOffer(QObject):
    """Looks into pictures that were opened, and offers what is found in a message; nothing is asked.

    All files are read off the GUI thread.
    """

    def __init__(
        self,
        session: Session,
        opening: Opening,
        cards: Callable[[], Sequence[Card]],
        parent: QObject | None = None,
    ) -> None:
        """cards: gives the styles of the gallery, among which those of a picture are looked for."""
        super().__init__(parent)
        self._session = session
        self._opening = opening
        self._files = opening.files
        self._cards = cards
        self._offered: FoundSettings | None = None

    def look_into(self, path: Path, remark: str = "") -> None:
        """Offer the settings of a picture in use, if it has any. remark: what was said about it, and stays said."""
        self._offered = None
        self._files.submit(lambda: _found_in(path), partial(self._offer, remark), _pass_over)

    def use_file(self, path: Path) -> None:
        """Take the settings of a recipe's file or of an exported picture at once."""
        self._files.submit(lambda: _found_in(path), self._use, self._refuse)

    def use_settings(self, found: FoundSettings) -> None:
        """Take settings as soon as the styles they name are open."""
        self._use(found)

    @Slot()
    def use(self) -> None:
        """Take what was offered last."""
        offered, self._offered = self._offered, None
        if offered is not None:
            self._use(offered)

    def _offer(self, remark: str, found: FoundSettings) -> None:
        self._offered = found
        text = self.tr("{} was painted by the studio.").format(found.name)
        titles = _listed([style.title for style in found.styles])
        more = self.tr("It carries its settings, and names its style: {}.").format(titles)
        if len(found.styles) != 1:
            more = self.tr("It carries its settings, and names its styles: {}.").format(titles)
        if not found.styles:
            more = self.tr("It carries its settings.")
        if found.regions:
            names = _listed([region.region.name for region in found.regions])
            more += " " + self.tr("Its regions come with them: {}.").format(names)
        self._session.post_message(
            Message(" ".join(filter(None, [remark, text])), more, action="use_settings", stays=True)
        )

    def _use(self, found: FoundSettings) -> None:
        cards = [_card_of(style, self._cards()) for style in found.styles]
        known = [card for card in cards if card is not None]
        wanted = {name for region in found.regions for name in region.style_ids}
        of_regions = {card.id: card for card in self._cards() if card.id in wanted}
        of_regions |= {  # one whose card has another id here is known by its title
            style.id: card for style, card in zip(found.styles, cards, strict=True) if card and style.id in wanted
        }
        names = list(of_regions)
        self._opening.submit(
            lambda opener: [open_style(card, opener.open_picture) for card in (*known, *of_regions.values())],
            partial(self._take, found, cards, names),
            self._refuse,
        )

    def _take(
        self, found: FoundSettings, cards: Sequence[Card | None], names: Sequence[str], all_opened: Sequence[Style]
    ) -> None:
        """The settings as one step, with as many of the styles as there are. names: ids of the last, of regions."""
        recipe, count = found.recipe, len(all_opened) - len(names)
        by_id = dict(zip(names, all_opened[count:], strict=True))
        regions = [region.with_styles(by_id) for region in found.regions]
        shares = recipe.style_shares if len(recipe.style_shares) == len(cards) else (1.0,) * len(cards)
        wanted = {name for region in found.regions for name in region.style_ids}
        parts = [
            (style, share)
            for style, (credited, card, share) in zip(
                all_opened[:count],
                [part for part in zip(found.styles, cards, shares, strict=True) if part[1] is not None],
                strict=True,
            )
            if share > 0 or credited.id not in wanted  # else it is a style of a region alone
        ]
        styles = tuple(style for style, _ in parts) or self._session.artwork.styles
        if len(recipe.style_shares) == len(cards):
            kept = tuple(share for _, share in parts)
            recipe = recipe.change(style_shares=kept if sum(kept) > 0 else ())
        self._session.post_message(None)
        self._session.take_settings(styles, recipe, regions or None)
        missing = [style.title for style, card in zip(found.styles, cards, strict=True) if card is None]
        text = self.tr("The settings of {} are used.").format(found.name)
        if regions:
            text = self.tr("The settings of {} are used, and its regions: {}.").format(
                found.name, _listed([region.name for region in regions])
            )
        if not missing:
            self._session.post_message(Message(text))
            return
        lack = self.tr("{} is not in your gallery.") if len(missing) == 1 else self.tr("{} are not in your gallery.")
        remedy = self.tr("Pick another style, or add that one.") if not parts else self.tr("It is painted without.")
        self._session.post_message(Message(f"{text} {lack.format(_listed(missing))}", remedy, is_problem=True))

    def _refuse(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error))


def _found_in(path: Path) -> FoundSettings:
    path = reachable(path)
    if is_recipe_file(path):
        recipe, regions = load_recipe_with_regions(path)
        return FoundSettings(path.name, recipe, regions=regions)
    written = read_settings(path)
    return FoundSettings(path.name, written.recipe, written.styles, regions_from_text(written.regions))


def _card_of(style: CreditedStyle, cards: Sequence[Card]) -> Card | None:
    """The card with the id that was written down, else one of the same title and author."""
    for card in cards:
        if style.id and card.id == style.id:
            return card
    wanted = style.title.casefold(), style.author.casefold()
    return next((card for card in cards if (card.title.casefold(), card.author.casefold()) == wanted), None)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _pass_over(error: StudioError) -> None:
    """Most pictures were not painted here."""
