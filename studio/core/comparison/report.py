"""What a comparison of two works says in words, and as JSON values: measures, how usual they are, and a summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.engine_api.comparison import COMPARED_LAYERS, DIRECTIONS, SCALES, Comparison, PictureTraits

NO_INFLUENCE = "Similar does not mean by the same artist, nor influenced: who saw what only documents can tell."
LAYER_WORDS: Mapping[str, str] = dict(
    zip(COMPARED_LAYERS, ("colour and grain", "strokes", "shapes", "things"), strict=True)
)
DEGREES = 180 / DIRECTIONS  # of a bin

# The 10th, 25th, 50th, 75th and 90th percentile of the 300 pairs of the 25 bundled paintings and prints. Measured with
# VGG-16 at 256 px of the shorter edge; of distances, which are more the less two works are alike.
USUAL: Mapping[str, tuple[float, ...]] = {
    "relu1_2": (0.264, 0.321, 0.376, 0.441, 0.489),
    "relu2_2": (0.230, 0.262, 0.302, 0.350, 0.408),
    "relu3_3": (0.307, 0.342, 0.376, 0.417, 0.456),
    "relu4_3": (0.429, 0.455, 0.480, 0.515, 0.539),
    "palette": (19.9, 23.7, 29.1, 34.8, 39.5),
    "directions": (6.7, 9.4, 16.0, 26.5, 33.8),
    "style": (0.470, 0.674, 0.832, 0.977, 1.062),  # 1 - similarity, as of the next two
    "subject": (0.653, 0.754, 0.874, 0.975, 1.041),
    "composition": (0.646, 0.768, 0.901, 1.020, 1.157),
}
_VERDICTS = ("very alike", "alike", "as unlike as most", "unlike", "very unlike")
_LIMITS = (0, 1, 3, 4)  # of the percentiles: below the first is the first verdict
_SAME = 1e-3
_WIDER = 1.08  # times as wide: less is no difference
_CALM = 0.11  # of all strokes in one bin and its neighbours; in a picture without direction it is an eighth
_DIGITS = 4


@dataclass(frozen=True)
class Measure:
    """One thing that was measured. distance: 0 where both are the same. share: how many of pairs are as far apart, 0-1.

    words: what it is about. verdict: such as "alike".
    """

    name: str
    words: str
    distance: float
    share: float
    verdict: str


def measures_of(comparison: Comparison) -> tuple[Measure, ...]:
    """All that was measured: four layers, then colours, directions, composition, style and subject."""
    layers = zip(COMPARED_LAYERS, comparison.layers.tolist(), strict=True)
    found = [_measure(name, LAYER_WORDS[name], value) for name, value in layers]
    found.append(_measure("palette", "colours", comparison.palette))
    found.append(_measure("directions", "directions", turn_between(comparison)))
    found.append(_measure("composition", "composition", 1 - comparison.composition))
    found.append(_measure("style", "style as a whole", 1 - comparison.style))
    found.append(_measure("subject", "subject", 1 - comparison.subject))
    return tuple(found)


def turn_between(comparison: Comparison) -> float:
    """How far strokes have to turn, in degrees on average, to run as those of the other: 0 to 90.

    The earth mover's distance on a circle (Werman et al. 1986).
    """
    first, second = comparison.first.direction, comparison.second.direction
    if not (first.any() and second.any()):
        return 0.0
    moved = np.cumsum(first.astype(np.float64) - second)
    return float(np.abs(moved - np.median(moved)).sum() * DEGREES)


def main_direction(traits: PictureTraits) -> float | None:
    """Where most strokes run, in degrees counter-clockwise from level, 0 to 180; None where they run everywhere."""
    direction = traits.direction
    near = direction + np.roll(direction, 1) + np.roll(direction, -1)
    if near.max() < 3 / DIRECTIONS + _CALM:
        return None
    middle = int(near.argmax())
    offset = float(direction[(middle + 1) % DIRECTIONS] - direction[middle - 1]) / float(near[middle])
    return (middle + offset) * DEGREES % 180


def wider(comparison: Comparison) -> float:
    """How many times as wide strokes of the second are; 1 where one of them has none."""
    first, second = comparison.first.stroke, comparison.second.stroke
    return second / first if first > 0 and second > 0 else 1.0


def summary_of(comparison: Comparison, first: str, second: str) -> str:
    """A paragraph in plain words. first, second: what both works are called."""
    return " ".join(sentences_of(comparison, first, second))


def sentences_of(comparison: Comparison, first: str, second: str) -> list[str]:
    """The sentences of the summary."""
    by_name = {measure.name: measure for measure in measures_of(comparison)}
    style, layers = by_name["style"], [by_name[name] for name in COMPARED_LAYERS]
    if all(measure.distance <= _SAME for measure in (*layers, by_name["palette"])):
        return [f"To the network, {_both(first, second)} are one picture."]
    nearest, farthest = (choose(layers, key=lambda measure: measure.share) for choose in (min, max))
    sentences = [
        _opening(first, second, style.verdict, comparison.style),
        f"They come nearest in {nearest.words} and are farthest apart in {farthest.words}."
        if nearest is not farthest
        else "",
        f"Their colours are {by_name['palette'].verdict}: to turn one palette into the other, colours move by"
        f" {comparison.palette:.0f} units of CIELAB on average.",
        _strokes_in_words(comparison, by_name["directions"]),
        f"Where the eye is drawn, they are {by_name['composition'].verdict}; {_place_in_words(comparison)}",
        _patches_in_words(comparison),
    ]
    return list(filter(None, sentences))


def comparison_values(comparison: Comparison, first: str, second: str) -> dict[str, Any]:
    """The comparison as JSON values. first, second: names or paths."""
    places = zip(_rounded(comparison.places), _rounded(comparison.similarities), strict=True)
    return {
        "event": "compared",
        "first": {"path": first} | _trait_values(comparison.first),
        "second": {"path": second} | _trait_values(comparison.second),
        "similarity": {
            "style": _round(comparison.style),
            "subject": _round(comparison.subject),
            "composition": _round(comparison.composition),
        },
        "layers": [
            {"layer": name, "about": LAYER_WORDS[name], "distance": _round(value)}
            for name, value in zip(COMPARED_LAYERS, comparison.layers.tolist(), strict=True)
        ],
        "palette_distance": _round(comparison.palette),
        "direction_distance": _round(turn_between(comparison)),
        "stroke_ratio": _round(wider(comparison)),
        "verdicts": {measure.name: measure.verdict for measure in measures_of(comparison)},
        "patches": [{"first": place[:2], "second": place[2:], "similarity": alike} for place, alike in places],
        "summary": summary_of(comparison, first, second),
        "note": NO_INFLUENCE,
    }


def _measure(name: str, words: str, distance: float) -> Measure:
    usual = USUAL[name]
    share = float(np.interp(distance, (0, *usual, 2 * usual[-1]), (0, 0.1, 0.25, 0.5, 0.75, 0.9, 1)))
    if distance <= _SAME:
        return Measure(name, words, 0.0, 0.0, "the same")
    place = sum(distance > usual[limit] for limit in _LIMITS)
    return Measure(name, words, distance, share, _VERDICTS[place])


def _opening(first: str, second: str, verdict: str, similarity: float) -> str:
    return f"As a whole, {_both(first, second)} are {verdict} in style (similarity {similarity:.2f} of 1)."


def _both(first: str, second: str) -> str:
    left, right = "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"
    return f"{left}{first}{right} and {left}{second}{right}"


def _strokes_in_words(comparison: Comparison, directions: Measure) -> str:
    ratio = wider(comparison)
    if not (comparison.first.stroke and comparison.second.stroke):
        return "At least one of them is of one colour and has no strokes."
    if ratio > _WIDER:
        width = f"Strokes of the second are {ratio:.2f} times as wide for its size"
    elif ratio < 1 / _WIDER:
        width = f"Strokes of the first are {1 / ratio:.2f} times as wide for its size"
    else:
        width = "Their strokes are about as wide for their size"
    runs = [direction_in_words(main_direction(traits)) for traits in (comparison.first, comparison.second)]
    where = f"they run {runs[0]} in the first, {runs[1]} in the second"
    if runs[0] == runs[1]:
        where = f"in both they run {runs[0]}"
    return f"{width}; {where}, and in direction they are {directions.verdict}."


def direction_in_words(degrees: float | None) -> str:
    """Such as "mostly level"; degrees as `main_direction` gives them."""
    if degrees is None:
        return "in all directions"
    names = ("mostly level", "mostly rising to the right", "mostly upright", "mostly falling to the right")
    return names[round(degrees / 45) % 4]


def _place_in_words(comparison: Comparison) -> str:
    words = []
    for traits in (comparison.first, comparison.second):
        x, y = traits.center
        across = "left of" if x < 0.47 else "right of" if x > 0.53 else ""
        down = "above" if y < 0.47 else "below" if y > 0.53 else ""
        words.append(f"{' and '.join(filter(None, (across, down))) or 'in'} the middle")
    if words[0] == words[1]:
        return f"the weight of both lies {words[0]}."
    return f"the weight of the first lies {words[0]}, of the second {words[1]}."


def _patches_in_words(comparison: Comparison) -> str:
    count = len(comparison.places)
    if not count:
        return "None of their patches match."
    return f"{count} patch{'es' if count > 1 else ''} of one match{'' if count > 1 else 'es'} one of the other."


def _trait_values(traits: PictureTraits) -> dict[str, Any]:
    colors = zip(traits.rgb.tolist(), _rounded(traits.lab), _rounded(traits.shares), strict=True)
    direction = main_direction(traits)
    return {
        "palette": [
            {"rgb": "#{:02x}{:02x}{:02x}".format(*rgb), "lab": lab, "share": share} for rgb, lab, share in colors
        ],
        "strokes": {
            "width": _round(traits.stroke),
            "direction": None if direction is None else _round(direction),
            "scales": [
                {"px_of_768": scale, "share": energy, "coherence": coherence, "directions": histogram}
                for scale, energy, coherence, histogram in zip(
                    SCALES,
                    _rounded(traits.energy),
                    _rounded(traits.coherence),
                    _rounded(traits.directions),
                    strict=True,
                )
            ],
        },
        "composition": {"center": [_round(share) for share in traits.center], "mirror": _round(traits.mirror)},
    }


def _round(number: float) -> float:
    return round(float(number), _DIGITS)


def _rounded(array: NDArray[np.float32]) -> Sequence[Any]:
    rounded: list[Any] = np.round(array.astype(np.float64), _DIGITS).tolist()
    return rounded
