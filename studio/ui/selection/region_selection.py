"""RegionSelection: the regions of the photo on the table, and which of them the sliders and styles act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.style_mix import StyleMix
from studio.core.recipe import StyleRecipe
from studio.core.regions.region import REGION_FIELDS, Region, free_name
from studio.core.regions.shapes import Found, FoundName, Mask
from studio.core.styles.style import Style
from studio.ui.selection.sight import Sight

_RANKS: dict[str, int] = {"subject": 0, "background": 1, "faces": 2}


@dataclass(frozen=True)
class Choice:
    """A region that can be selected. index: its place in the artwork; None: it is proposed, and nothing differs yet."""

    region: Region
    index: int | None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.region.name

    @property
    def found(self) -> FoundName | None:
        """What of the photo it begins with, if that was found by itself."""
        return _found(self.region)


class RegionSelection(QObject):
    """The studio proposes what it has seen in the photo; a proposal becomes a region with its first change.

    Changes here are changes of the artwork that nobody was told of: `Session` makes them and announces them.
    Signals: changed(), another one is selected, or what can be selected has changed.
    """

    changed = Signal()

    def __init__(self, artwork: Artwork, sight: Sight, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._artwork = artwork
        self._sight = sight
        self._name = ""  # of the one selected: it stays selected while undo takes its settings away
        self._committed_mix: StyleMix | None = None  # the selected region's during a drag, as it was before
        sight.changed.connect(self.refresh)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All that can be selected: what was found first, then the artist's own from the lowest to the topmost."""
        regions = self._artwork.regions
        found = [Choice(region, index) for index, region in enumerate(regions)]
        known = {_found(region) for region in regions}
        found += [Choice(region, None) for region in self._proposals() if _found(region) not in known]
        return tuple(sorted(found, key=lambda choice: _RANKS.get(choice.found or "", len(_RANKS))))

    @property
    def selected(self) -> Choice | None:
        """The region that is selected; None for the whole picture."""
        if not self._name:
            return None
        return next((choice for choice in self.choices if choice.name == self._name), None)

    @property
    def recipe(self) -> StyleRecipe:
        """The settings that hold in the selected region, or in the whole picture."""
        choice = self.selected
        return choice.region.recipe_of(self._artwork.recipe) if choice else self._artwork.recipe

    @property
    def styles(self) -> tuple[Style, ...]:
        """The styles that hold there, under the cards they have today."""
        choice = self.selected
        styles = choice.region.styles_of(self._artwork.styles) if choice else self._artwork.styles
        return self._artwork.cards.styles(styles)

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each in percent, summing to 100."""
        return StyleMix.of(self.styles, self.recipe).percents

    def select(self, name: str) -> None:
        """Select a region; "" for the whole picture."""
        if name != self._name:
            self._name = name
            self.end_edit()
            self.changed.emit()

    @Slot()
    def refresh(self) -> None:
        """There are other regions, or another photo."""
        if self._name and self.selected is None:
            self._name = ""
        self.changed.emit()

    def end_edit(self) -> None:
        """An edit is complete."""
        self._committed_mix = None

    def free_name(self, name: str) -> str:
        """The name, with a number behind it if a region is called so already."""
        return free_name(name, [choice.name for choice in self.choices])

    def change(self, **fields: Any) -> bool:
        """Change settings of the selected region, or of the artwork where none is; whether anything differs now.

        A setting that is as in the whole picture is none of the region's own.
        """
        choice = self.selected
        if choice is None or not fields.keys() <= set(REGION_FIELDS):
            return self._artwork.change(**fields)
        whole = self._artwork.recipe
        own = {name: None if value == getattr(whole, name) else value for name, value in fields.items()}
        return self.edit(choice.region.change(**own))

    def change_mix(self, change: Callable[[StyleMix], StyleMix], *, of_commit: bool = False) -> bool:
        """Have another mix in the selected region, or in the artwork where none is; whether anything differs now.

        change: makes it of the present one; of_commit: of the one before the changes since the last commit. A region
        that was left as the photo is painted in it.
        """
        artwork, choice = self._artwork, self.selected
        if choice is None:
            return artwork.change_mix(change(artwork.committed_mix if of_commit else artwork.mix))
        present = StyleMix.of(choice.region.styles_of(artwork.styles), choice.region.recipe_of(artwork.recipe))
        if self._committed_mix is None:
            self._committed_mix = present
        mix = change(self._committed_mix if of_commit else present)
        if mix == present and choice.region.is_painted:
            return False
        own = replace(choice.region.change(style_shares=None), is_painted=True)
        if mix != artwork.mix:
            own = replace(own, styles=mix.styles).change(style_shares=mix.shares or None)
        else:
            own = replace(own, styles=())
        return self.edit(own)

    def edit(self, region: Region) -> bool:
        """Have another region in the place of the selected one; whether anything differs now."""
        choice = self.selected
        if choice is None:
            return False
        self._name = region.name
        if choice.index is not None:
            return self._artwork.change_region(choice.index, region)
        # What was found lies below what the artist has drawn; faces above the subject.
        rank = _RANKS[choice.found or "faces"]
        below = [one for one in self._artwork.regions if _RANKS.get(_found(one) or "", 9) <= rank]
        return self._artwork.add_region(region, len(below))

    def _proposals(self) -> list[Region]:
        seen = self._sight.seen(self._artwork.state.photo)
        if seen is None or self._artwork.recipe.method == "pattern":
            return []
        names: list[tuple[str, FoundName]] = []
        if seen.subject is not None:
            names += [(self.tr("Subject"), "subject"), (self.tr("Background"), "background")]
        if seen.faces:
            names.append((self.tr("Faces"), "faces"))
        taken = [region.name for region in self._artwork.regions]
        return [Region(free_name(name, taken), Mask.of(Found(what))) for name, what in names]


def _found(region: Region) -> FoundName | None:
    steps = region.mask.steps
    return steps[0].shape.what if steps and isinstance(steps[0].shape, Found) else None
