"""StyleMix: the styles something is painted in, and how much of each goes into the picture."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.recipe import StyleRecipe
from studio.core.styles.style import Style


@dataclass(frozen=True)
class StyleMix:
    """Styles with their shares, as in `StyleRecipe.style_shares`: as many as there are styles, or () for equal ones.

    Every method makes another mix, or returns this one where it changes nothing.
    """

    styles: tuple[Style, ...] = ()
    shares: tuple[float, ...] = ()

    @staticmethod
    def of(styles: tuple[Style, ...], recipe: StyleRecipe) -> StyleMix:
        """The mix that these settings make of the styles."""
        return StyleMix(styles, recipe.style_shares)

    @property
    def percents(self) -> tuple[float, ...]:
        """The share of each style in percent, summing to 100."""
        count = len(self.styles)
        shares = self.shares or (1.0,) * count
        return tuple(100 * share / sum(shares) for share in shares)

    def only(self, style: Style) -> StyleMix:
        """The style alone."""
        return StyleMix((style,), self.shares if len(self.styles) == 1 else ())

    def with_style(self, style: Style) -> StyleMix:
        """One more style, with an even share; the others keep their proportions. Itself if it is in it already."""
        if any(style.card.id == known.card.id for known in self.styles):
            return self
        count = len(self.styles)
        percents = [percent * count / (count + 1) for percent in self.percents]
        return StyleMix((*self.styles, style), (*percents, 100 / (count + 1)))

    def without(self, index: int) -> StyleMix:
        """One style less; the others keep their proportions."""
        styles = self.styles[:index] + self.styles[index + 1 :]
        percents = self.percents[:index] + self.percents[index + 1 :]
        scale = 100 / sum(percents) if sum(percents) > 0 else 0.0
        return StyleMix(styles, tuple(min(percent * scale, 100.0) for percent in percents if scale))

    def with_share(self, index: int, percent: float) -> StyleMix:
        """One style with `percent` of the mix; the others share the rest in the proportions they have here."""
        rest = [share for place, share in enumerate(self.percents) if place != index]
        if not rest:
            return self
        percent = min(max(percent, 0.0), 100.0)
        scale = (100 - percent) / sum(rest) if sum(rest) > 0 else 0.0
        others = [share * scale if scale else (100 - percent) / len(rest) for share in rest]
        return StyleMix(self.styles, (*others[:index], percent, *others[index:]))
