"""What variations differ in, and the settings of each: plain data, without widgets."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.card import Card
from studio.core.recipe import KNOBS, Knob
from studio.core.styles.style import Style

AxisName = Literal["strength", "stroke_size", "keep_color", "freedom", "detail", "smoothness", "seed", "styles", "mix"]

COUNTS: dict[int, tuple[int, int]] = {4: (2, 2), 6: (3, 2), 9: (3, 3)}  # columns and rows, by how many there are
_KNOBS = {knob.field: knob for knob in KNOBS}
# From where to where a setting is varied: the ends of some are of no use as pictures.
_SPANS: dict[AxisName, tuple[float, float]] = {
    "strength": (0.3, 1.0),
    "stroke_size": (0.4, 2.5),
    "keep_color": (0.0, 1.0),
    "freedom": (0.0, 1.0),
    "detail": (0.0, 1.0),
    "smoothness": (0.0, 0.6),
}
_DRAWN: tuple[AxisName, ...] = ("seed", "styles", "mix")  # by lot: another draw brings others
_NAMES: dict[AxisName, str] = {
    "seed": str(QT_TRANSLATE_NOOP("Variations", "Seed")),
    "styles": str(QT_TRANSLATE_NOOP("Variations", "Styles")),
    "mix": str(QT_TRANSLATE_NOOP("Variations", "Mix")),
}
AXES: tuple[AxisName, ...] = (*_SPANS, *_DRAWN)


@dataclass(frozen=True)
class Change:
    """One value of one axis.

    label: what differs, such as "Strength 0.6"; short: its value alone. settings: fields of the recipe. card: of the
    one style to paint in, None for those in use. is_present: whether that is how the artwork is now.
    """

    label: str
    short: str
    settings: dict[str, Any] = field(default_factory=dict)
    card: Card | None = None
    is_present: bool = False


@dataclass(frozen=True)
class Variation:
    """One picture of the grid, and everything it is painted from.

    label: what differs; short: the same where there is little room.
    """

    label: str
    short: str
    state: ArtworkState
    is_present: bool = False


def axis_name(axis: AxisName) -> str:
    """What the axis is called in the window."""
    return QCoreApplication.translate("Variations", _NAMES[axis]) if axis in _NAMES else _KNOBS[axis].label


def is_drawn(axis: AxisName | None) -> bool:
    """Whether other values can be drawn."""
    return axis in _DRAWN


def possible_axes(state: ArtworkState) -> tuple[AxisName, ...]:
    """What can be varied with this method and these styles."""
    method = state.recipe.method
    knobs = [name for name in AXES if name in _KNOBS and method in _KNOBS[name].methods]
    return (*knobs, "styles", *(("mix",) if len(state.styles) > 1 else ()))


def shows_live(axes: Sequence[AxisName | None], state: ArtworkState) -> bool:
    """Whether Live tells the variations apart; of those in freedom and seed it would paint the same."""
    if state.recipe.method == "pattern":
        return False
    return all(axis not in _KNOBS or "live" in _KNOBS[axis].methods for axis in axes if axis is not None)


def grid_of(
    state: ArtworkState,
    across: AxisName,
    down: AxisName | None,
    count: int,
    cards: Sequence[Card] = (),
    draw: int = 0,
) -> tuple[tuple[Change, ...], ...]:
    """The changes of each picture, row by row: one or, with `down`, two.

    count: 4, 6 or 9. cards: the styles there are. draw: another number, other seeds, styles and mixes.
    """
    columns, rows = COUNTS[count]
    if down is None or down == across:
        return tuple((change,) for change in _changes(state, across, count, cards, draw))
    beside = _changes(state, across, columns, cards, draw)
    below = _changes(state, down, rows, cards, draw)
    return tuple((one, other) for other in below for one in beside)


def variation_of(state: ArtworkState, changes: Sequence[Change], opened: Callable[[Card], Style]) -> Variation:
    """The picture with these changes. opened: gives the style of a card."""
    styles, settings = state.styles, {}
    for change in changes:
        settings.update(change.settings)
        if change.card is not None:
            styles = (opened(change.card),)
            settings["style_shares"] = ()
    recipe = state.recipe.change(**settings)
    varied = ArtworkState(state.content, styles, recipe, None, state.blend, regions=state.regions)
    label, short = (
        " \N{MIDDLE DOT} ".join(texts)
        for texts in ([change.label for change in changes], [change.short for change in changes])
    )
    return Variation(label, short, varied, all(change.is_present for change in changes))


def _changes(state: ArtworkState, axis: AxisName, count: int, cards: Sequence[Card], draw: int) -> list[Change]:
    match axis:
        case "styles":
            return _styles(state, count, cards, draw)
        case "mix":
            return _mixes(state, count, draw)
        case "seed":
            seeds = [state.recipe.seed, *random.Random(f"seed {draw}").sample(range(1000), count)]
            values: list[Any] = list(dict.fromkeys(seeds))[:count]
        case _:
            values = spread(_KNOBS[axis], *_SPANS[axis], count, getattr(state.recipe, axis))
    present = getattr(state.recipe, axis)
    knob = _KNOBS[axis]
    shorts = [f"{value:g}{knob.unit}" for value in values]
    return [
        Change(f"{knob.label} {short}", short, {axis: value}, None, value == present)
        for short, value in zip(shorts, values, strict=True)
    ]


def spread(knob: Knob, low: float, high: float, count: int, present: float) -> list[float]:
    """`count` values from low to high, by the scale of the knob; the one nearest to the present value is that one."""
    shares = [number / (count - 1) for number in range(count)]
    if knob.scale == "log":
        values = [round(low * (high / low) ** share, 2) for share in shares]
        nearest = min(range(count), key=lambda place: abs(values[place] / present - 1))
    else:
        values = [round(low + (high - low) * share, 2) for share in shares]
        nearest = min(range(count), key=lambda place: abs(values[place] - present))
    values[nearest] = present
    return values


def _styles(state: ArtworkState, count: int, cards: Sequence[Card], draw: int) -> list[Change]:
    """As it is now, and others of the gallery by lot; fewer where there are no more."""
    used = {style.card.id for style in state.styles}
    others = [card for card in cards if card.id not in used]
    drawn = random.Random(f"styles {draw}").sample(others, min(count - 1, len(others)))
    titles = " + ".join(style.card.title for style in state.styles)
    now = Change(titles, titles, is_present=True)
    return [now, *(Change(card.title, card.title, {}, card) for card in drawn)]


def _mixes(state: ArtworkState, count: int, draw: int) -> list[Change]:
    """As it is now and other shares: from one end to the other of two styles, by lot of more."""
    known = len(state.styles)
    present = tuple(round(100 * share) for share in state.recipe.shares_of(known))
    if known == 2:
        firsts = spread(_KNOBS["strength"], 90, 10, count, present[0])
        mixes: list[tuple[int, ...]] = [(round(first), 100 - round(first)) for first in firsts]
    else:
        lots = random.Random(f"mix {draw}")
        mixes = [present, *(_drawn_shares(lots, known) for _ in range(count - 1))]
    return [
        Change(
            _mix_label(state.styles, mix),
            " + ".join(f"{share} %" for share in mix),
            {} if mix == present else {"style_shares": mix},
            None,
            mix == present,
        )
        for mix in mixes
    ]


def _drawn_shares(lots: random.Random, count: int) -> tuple[int, ...]:
    """Shares in percent that sum to 100, every mix as likely as any other."""
    cuts = sorted(lots.randrange(101) for _ in range(count - 1))
    return tuple(end - start for start, end in zip((0, *cuts), (*cuts, 100), strict=True))


def _mix_label(styles: Sequence[Style], shares: Sequence[int]) -> str:
    return " + ".join(f"{style.card.title} {share} %" for style, share in zip(styles, shares, strict=True))
