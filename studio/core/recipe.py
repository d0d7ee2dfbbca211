"""StyleRecipe, the one thing sliders change, and KNOBS, the table behind sliders, options, tooltips and checks."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from studio.core.errors import RecipeError
from studio.core.print_size import parse_print_size
from studio.core.storage.untrusted import parse_json

Method = Literal["finish", "live", "pattern"]
Quality = Literal["draft", "standard", "high"]
Scale = Literal["linear", "log", "integer", "choice"]

METHODS: tuple[Method, ...] = ("finish", "live", "pattern")
_WITH_PHOTO: tuple[Method, ...] = ("finish", "live")
_BY_STEPS: tuple[Method, ...] = ("finish", "pattern")  # those that optimise the picture
QUALITIES: tuple[Quality, ...] = ("draft", "standard", "high")
ENCODERS = ("vgg16", "vgg16-torchvision", "vgg19-torchvision")
POOLINGS = ("max", "average")
SEAMLESS = ("off", "on")
SEAMLESS_GRID = 16  # px; the edges of a picture without seams are multiples of it
# Cards of the Live networks; the first one is the small one of the studio, the last one is larger and slower.
NETWORKS = ("live_studio", "arbitrary_style_magenta", "live_fine")
QUICK_NETWORK, FINE_NETWORK = NETWORKS[0], NETWORKS[2]
AUTO_NETWORK = "auto"  # the small one while settings change, the larger one once they rest and for whole artworks
RECIPE_VERSION = 5
# Versions of recipes that older studios read: whose size is pixels and nothing else, and whose network is a named one.
_LAST_IN_PIXELS, _LAST_NAMED = 3, 4
SIZE_RULES = ("pixels", "auto", "photo")  # besides sizes of prints
_FIRST_FREEDOM = 1.0  # how Finish painted before there was a choice
_FIRST_NETWORK = "arbitrary_style_magenta"  # the only one there was when recipes had version 1
LONGEST_EDGE = 8192  # px of an artwork


@dataclass(frozen=True)
class Knob:
    """One parameter as people meet it: a slider or a list in the window, an option in the command line.

    field: name in StyleRecipe. low, high, step: in `unit`s; for a choice they are 0. choices: allowed values
    of a choice, else empty. scale: how a slider spreads its travel; "log": equal travel, equal ratio; "integer": linear
    over whole numbers. methods: where it has an effect.
    group: the panel section it belongs to. initial: its value at first, for a knob that is no field of StyleRecipe.
    """

    field: str
    label: str
    help: str
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    unit: str = ""
    scale: Scale = "linear"
    choices: tuple[str, ...] = ()
    methods: tuple[Method, ...] = METHODS
    group: Literal["paint", "picture", "advanced"] = "paint"
    initial: Any = None

    def check(self, value: object) -> Any:
        """The value as its own type, or RecipeError with the allowed range."""
        if self.scale == "choice":
            if value not in self.choices:
                raise RecipeError(f"{self.label} is {value!r}; it must be one of {', '.join(self.choices)}.")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RecipeError(f"{self.label} is {value!r}; it must be a number.")
        if isinstance(value, float) and not math.isfinite(value):
            raise RecipeError(f"{self.label} is {value!r}; it must be a number.")
        if not self.low <= value <= self.high:  # a whole number may be too long for any float
            shown = f"{value:g}" if abs(value) < 1e15 else "far out of range"
            raise RecipeError(f"{self.label} is {shown}; it must be between {self.low:g} and {self.high:g}.")
        if self.is_whole:
            if value != int(value):
                raise RecipeError(f"{self.label} is {value:g}; it must be a whole number.")
            return int(value)
        return float(value)

    @property
    def is_whole(self) -> bool:
        """Whether values are whole numbers (pixels, a seed)."""
        return self.scale == "integer" or (self.scale == "log" and self.step >= 1)

    @property
    def decimals(self) -> int:
        """Digits after the point worth showing."""
        return 0 if self.scale == "choice" or self.step >= 1 else 2

    @property
    def default(self) -> Any:
        """Its value in a fresh StyleRecipe, or `initial`."""
        return getattr(StyleRecipe, self.field) if self.initial is None else self.initial  # not made: all are checked


KNOBS: tuple[Knob, ...] = (
    Knob("method", "Method", "Paint with care, sketch it at once, or make a pattern of the style alone.",
         scale="choice", choices=METHODS, group="picture"),
    Knob("strength", "Strength", "How far the picture leaves the photo: a light glaze, or paint that takes over.",
         methods=_WITH_PHOTO),
    Knob("stroke_size", "Stroke size", "Size of the strokes: fine brush to the left, house painter's to the right.",
         low=0.25, high=4.0, unit="\N{MULTIPLICATION SIGN}", scale="log"),
    Knob("keep_color", "Keep colours", "Keeps the photo's own colours and takes only the brushwork from the style.",
         methods=_WITH_PHOTO),
    Knob("freedom", "Freedom",
         "To the left the photo's shapes stay and only the brushwork changes; to the right the painting's come in.",
         methods=_BY_STEPS),
    Knob("seamless", "Seamless", "A pattern that repeats without a seam, for cloth, wallpaper and games.",
         scale="choice", choices=SEAMLESS, methods=("pattern",), group="picture"),
    Knob("detail", "Detail", "What stays recognisable: the large shapes only, or eyes and twigs too.",
         methods=_WITH_PHOTO),
    Knob("smoothness", "Smoothness", "Calms grain and speckle; a lot of it turns paint into washes."),
    Knob("long_edge", "Size", "Longer edge of the artwork. Larger takes longer: twice the edge, four times the time.",
         low=128, high=LONGEST_EDGE, step=1, unit="px", scale="log", group="picture"),
    Knob("quality", "Quality", "Draft shows the idea, standard is ready to share, high is for print.",
         scale="choice", choices=QUALITIES, methods=_BY_STEPS, group="picture"),
    Knob("seed", "Seed", "Another number, another variation. On one computer, the same number paints the same again.",
         low=0, high=999_999, step=1, scale="integer", methods=_BY_STEPS, group="picture"),
    Knob("encoder", "Encoder", "The network that compares pictures. VGG-16 is built in; others are downloaded once.",
         scale="choice", choices=ENCODERS, methods=_BY_STEPS, group="advanced"),
    Knob("pooling", "Pooling", "How the network steps back from the picture: max is bolder, average is softer.",
         scale="choice", choices=POOLINGS, methods=_BY_STEPS, group="advanced"),
    Knob("network", "Live network",
         "What paints Live: a small network as you move and a larger one as you pause, or the one you choose.",
         scale="choice", choices=(AUTO_NETWORK, *NETWORKS), methods=_WITH_PHOTO, group="advanced"),
)  # fmt: skip
SHARE_KNOB = Knob(
    "style_shares", "Share", "How much of this style goes into the mix, next to the others.", high=100, step=1, unit="%"
)


@dataclass(frozen=True)
class StyleRecipe:
    """Everything that decides how an artwork is painted, apart from the pictures themselves.

    style_shares: one weight >= 0 per style in any unit, () for equal shares. The other fields are described,
    with their ranges, in KNOBS. Raises RecipeError if a value is out of its range.

    size_rule: where `long_edge` comes from: "pixels", as it is given; "photo", as large as the photo; a PrintSize such
    as "20x30cm@300"; "auto", the photo's size as far as the machine is quick, which the window works out. `sized_for`
    follows it. It is no part of equality: with the same pixels the same is painted.
    """

    method: Method = "finish"
    strength: float = 0.6
    stroke_size: float = 1.0
    keep_color: float = 0.0
    freedom: float = 0.25
    detail: float = 0.5
    smoothness: float = 0.1
    style_shares: tuple[float, ...] = ()
    long_edge: int = 768
    quality: Quality = "standard"
    seed: int = 0
    seamless: str = SEAMLESS[0]
    encoder: str = "vgg16"
    pooling: str = "max"
    network: str = AUTO_NETWORK
    size_rule: str = field(default="pixels", compare=False)

    def __post_init__(self) -> None:
        for knob in KNOBS:
            object.__setattr__(self, knob.field, knob.check(getattr(self, knob.field)))
        shares = tuple(SHARE_KNOB.check(share) for share in self.style_shares)
        if shares and sum(shares) <= 0:
            raise RecipeError("All style shares are 0; at least one style must have a share.")
        object.__setattr__(self, "style_shares", shares)
        if not isinstance(self.size_rule, str):
            raise RecipeError("The size of the recipe is not text.")
        if self.size_rule not in SIZE_RULES:
            object.__setattr__(self, "size_rule", str(parse_print_size(self.size_rule)))

    @property
    def is_seamless(self) -> bool:
        """Whether copies of the artwork are to fit together without a seam."""
        return self.method == "pattern" and self.seamless == "on"

    @property
    def live_network(self) -> str:
        """Id of the card of the Live network behind an artwork after this recipe.

        Where that is left open, it is the larger one if Live paints the artwork itself, and else the small one.
        """
        if self.network != AUTO_NETWORK:
            return self.network
        return FINE_NETWORK if self.method == "live" else QUICK_NETWORK

    def by_network(self, network: str) -> StyleRecipe:
        """The recipe with this Live network, where it leaves that open."""
        return replace(self, network=network) if self.network == AUTO_NETWORK else self

    def shares_of(self, count: int) -> tuple[float, ...]:
        """The shares of `count` styles, summing to 1. Raises RecipeError if another number was given."""
        if self.style_shares and len(self.style_shares) != count:
            raise RecipeError(
                f"There are {count} styles but {len(self.style_shares)} shares; give one share per style."
            )
        shares = self.style_shares or (1.0,) * count
        return tuple(share / sum(shares) for share in shares)

    def change(self, /, **values: Any) -> StyleRecipe:  # a file may name anything, `self` too
        """A copy with other values; RecipeError if one of them is unknown or out of range.

        A `long_edge` without a `size_rule` is one of "pixels".
        """
        if "long_edge" in values:
            values.setdefault("size_rule", "pixels")
        unknown = values.keys() - _FIELDS
        if unknown:
            raise RecipeError(f"A recipe has no setting called {', '.join(sorted(unknown))}.")
        return replace(self, **values)

    def sized_for(self, width: int, height: int) -> StyleRecipe:
        """The recipe with the longer edge that its rule gives a photo of this size, as far as a knob goes."""
        if self.size_rule in ("pixels", "auto"):
            return self
        is_print = self.size_rule != "photo"
        edge = parse_print_size(self.size_rule).long_edge(width, height) if is_print else max(width, height)
        knob = next(knob for knob in KNOBS if knob.field == "long_edge")
        return replace(self, long_edge=int(min(max(edge, knob.low), knob.high)))

    @property
    def dpi(self) -> int | None:
        """Pixels per inch of the print it is painted for, or None."""
        return None if self.size_rule in SIZE_RULES else parse_print_size(self.size_rule).dpi

    def to_json(self) -> str:
        """One line of JSON, complete and readable by `from_json`."""
        values = {name: getattr(self, name) for name in RECIPE_FIELDS}
        version = RECIPE_VERSION if self.network == AUTO_NETWORK else _LAST_NAMED
        if self.size_rule == "pixels":
            del values["size_rule"]
            version = version if version == RECIPE_VERSION else _LAST_IN_PIXELS
        return json.dumps({"version": version, **values})

    @classmethod
    def from_json(cls, text: str) -> StyleRecipe:
        """Inverse of `to_json`. Raises RecipeError if it is no recipe or comes from a newer studio."""
        try:
            values = parse_json(text)
        except ValueError as error:
            raise RecipeError("This is not a recipe: it is not valid JSON.") from error
        if not isinstance(values, Mapping):
            raise RecipeError("This is not a recipe: it holds no settings.")
        values = dict(values)
        version = values.pop("version", RECIPE_VERSION)
        if type(version) is not int or not 1 <= version <= RECIPE_VERSION:
            raise RecipeError(f"The recipe has version {version}; this studio reads up to {RECIPE_VERSION}.")
        if version <= _LAST_NAMED:
            values.setdefault("network", _FIRST_NETWORK if version < 2 else QUICK_NETWORK)
        if version < 3:
            values.setdefault("freedom", _FIRST_FREEDOM)
        shares = values.get("style_shares", ())
        if not isinstance(shares, list | tuple):
            raise RecipeError("The style shares of the recipe are not a list.")
        return cls().change(**values | {"style_shares": tuple(shares)})


def whole_percents(shares: Sequence[float]) -> tuple[int, ...]:
    """Percents to show, which sum to 100 as those of `shares` do: the largest remainders are rounded up."""
    down = [math.floor(share) for share in shares]
    missing = round(sum(shares)) - sum(down)
    by_remainder = sorted(range(len(shares)), key=lambda place: down[place] - shares[place])
    return tuple(percent + (place in by_remainder[:missing]) for place, percent in enumerate(down))


RECIPE_FIELDS = tuple(field.name for field in fields(StyleRecipe))
_FIELDS = frozenset(RECIPE_FIELDS)
