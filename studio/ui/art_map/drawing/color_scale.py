"""Colours of works by what is known of them: an order of colours for years, one each for names, grey for unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from studio.ui.theme.theme import ThemeName

UNKNOWN = -1  # as the number of an entry
_MOST_NAMES = 9  # more colours than these cannot be told apart
_STEPS = 24  # of a scale of numbers
_NUMBER = re.compile(r"\s*(\d{1,9})")  # "1880s", "19th century"; of longer ones, Python makes no number

# Hue, saturation, lightness in the dark theme and in the light one: apart from each other, and 3:1 on the canvas.
_NAMED = (
    (205, 75, 66, 36),
    (32, 92, 62, 37),
    (140, 48, 58, 29),
    (345, 75, 72, 43),
    (268, 60, 76, 47),
    (55, 80, 60, 27),
    (178, 60, 55, 28),
    (300, 45, 72, 41),
    (14, 55, 66, 34),
)
_OTHERS = {"dark": "#c4c4c4", "light": "#585858"}
_UNKNOWN = {"dark": "#8c8c8c", "light": "#808080"}
# From blue to yellow, as "viridis" (van der Walt & Smith 2015), light enough for the dark canvas, dark enough for the
# light one.
_RAMP = {
    "dark": ("#5a78b8", "#3f9ab0", "#35b794", "#7ad151", "#c9dd2f", "#fde725"),
    "light": ("#5b2a86", "#3a4fa0", "#1d6f8f", "#14774a", "#5c7400", "#8a6600"),
}


@dataclass(frozen=True, eq=False)
class ColorScale:
    """Which colour each work has. entry: (N,), the number of its entry, UNKNOWN without one.

    labels: of the entries. others: whether the last entry stands for all that are rare. is_ordered: entries have an
    order, such as years; then `ends` say where it begins, what its middle is, and where it ends, and labels of numbers
    are "". As many works have the first half of the colours of an order as the second: most collections are crowded.
    """

    title: str
    entry: NDArray[np.int64]
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    others: bool = False
    is_ordered: bool = False
    ends: tuple[str, str, str] = ("", "", "")

    @property
    def unknown(self) -> int:
        """How many works nothing is known of."""
        return int((self.entry == UNKNOWN).sum())

    def colors(self, theme: ThemeName) -> list[QColor]:
        """Of the entries, and at the end that of what is unknown (so that UNKNOWN is its index)."""
        if self.is_ordered:
            found = [_ramp(share, theme) for share in self.shares]
        else:
            found = [named_color(number, theme) for number in range(len(self.labels))]
            if self.others:
                found[-1] = QColor(_OTHERS[theme])
        return [*found, QColor(_UNKNOWN[theme])]

    @property
    def shares(self) -> list[float]:
        """Where entries of an order lie between its ends, by the works before them."""
        counts = np.array(self.counts, np.float64)
        middles = counts.cumsum() - counts / 2
        low, high = middles[0], max(middles[-1], middles[0] + 1e-9)
        return [float(share) for share in (middles - low) / (high - low)]


def named_color(number: int, theme: ThemeName) -> QColor:
    """The colour of the group or name with this number; they repeat after a while."""
    hue, saturation, dark, light = _NAMED[number % len(_NAMED)]
    lightness = dark if theme == "dark" else light
    shift = 1 + number // len(_NAMED) % 3 * 0.17 * (1 if theme == "dark" else -0.8)
    return QColor.fromHslF(hue / 360, saturation / 100, min(lightness / 100 * shift, 0.92))


def group_scale(groups: NDArray[np.int64], names: Sequence[str]) -> ColorScale:
    """A colour for each group."""
    counts = np.bincount(groups, minlength=len(names)) if len(groups) else np.zeros(len(names), np.int64)
    return ColorScale("", groups.astype(np.int64), tuple(names), tuple(counts.tolist()))


def scale_of(values: Sequence[str | float | None], title: str, others: str) -> ColorScale:
    """Colours by values: numbers on a scale, texts that begin with one in their order, others by how many there are.

    None and "" are unknown. others: what all rare ones together are called.
    """
    known = [value for value in values if not _is_unknown(value)]
    if known and all(not isinstance(value, str) for value in known):
        return _of_numbers(values, title)
    texts = ["" if _is_unknown(value) else str(value) for value in values]
    counts = Counter(text for text in texts if text)
    if counts and all(_NUMBER.match(text) for text in counts):
        order = sorted(counts, key=lambda text: (_first_number(text), text))
        number = {text: place for place, text in enumerate(order)}
        entry = np.array([number.get(text, UNKNOWN) for text in texts], np.int64)
        sizes = tuple(counts[text] for text in order)
        middle = order[int(np.searchsorted(np.cumsum(sizes), sum(sizes) / 2))]
        return ColorScale(title, entry, tuple(order), sizes, False, True, (order[0], middle, order[-1]))
    often = [text for text, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    has_others = len(often) > _MOST_NAMES
    named = often[: _MOST_NAMES - 1] if has_others else often
    number = {text: min(place, len(named)) for place, text in enumerate(often)}
    labels = (*named, others) if has_others else tuple(named)
    entry = np.array([number.get(text, UNKNOWN) for text in texts], np.int64)
    return ColorScale(title, entry, labels, _sizes(entry, len(labels)), has_others)


def _of_numbers(values: Sequence[str | float | None], title: str) -> ColorScale:
    numbers = np.array([np.nan if _is_unknown(value) else float(value) for value in values])  # type: ignore[arg-type]
    is_known = np.isfinite(numbers)
    known = numbers[is_known]
    bounds = np.unique(np.quantile(known, np.linspace(0, 1, _STEPS + 1)[1:-1]))
    entry = np.full(len(numbers), UNKNOWN, np.int64)
    entry[is_known] = np.searchsorted(bounds, known, side="right")
    _, entry[is_known] = np.unique(entry[is_known], return_inverse=True)  # no step without works
    steps = int(entry.max()) + 1
    middle = float(np.sort(known)[len(known) // 2])
    ends = (f"{known.min():.10g}", f"{middle:.10g}", f"{known.max():.10g}")
    return ColorScale(title, entry, ("",) * steps, _sizes(entry, steps), False, True, ends)


def _is_unknown(value: str | float | None) -> bool:
    return value is None or value == "" or value != value  # nan


def _first_number(text: str) -> int:
    found = _NUMBER.match(text)
    return int(found[1]) if found else 0


def _sizes(entry: NDArray[np.int64], count: int) -> tuple[int, ...]:
    return tuple(np.bincount(entry[entry >= 0], minlength=count).tolist())


def _ramp(share: float, theme: ThemeName) -> QColor:
    stops = [QColor(name) for name in _RAMP[theme]]
    place = share * (len(stops) - 1)
    first = min(int(place), len(stops) - 2)
    rest = place - first
    before, after = stops[first], stops[first + 1]
    return QColor.fromRgbF(
        before.redF() + (after.redF() - before.redF()) * rest,
        before.greenF() + (after.greenF() - before.greenF()) * rest,
        before.blueF() + (after.blueF() - before.blueF()) * rest,
    )
