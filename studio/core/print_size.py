"""PrintSize: how large a picture is on paper, and how many pixels that takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from studio.core.errors import RecipeError

CM_PER_INCH: Final = 2.54
PAPERS: Final[dict[str, tuple[float, float]]] = {  # cm
    "A5": (14.8, 21.0),
    "A4": (21.0, 29.7),
    "A3": (29.7, 42.0),
    "A2": (42.0, 59.4),
    "10 x 15": (10.0, 15.0),
    "13 x 18": (13.0, 18.0),
}
DPI: Final = (30, 2400)
_EDGE: Final = (1.0, 1000.0)  # cm
_NUMBER: Final = r"(\d{1,4}(?:\.\d{1,3})?)"
_LENGTHS: Final = rf"{_NUMBER}\s*[x\N{{MULTIPLICATION SIGN}}]\s*{_NUMBER}\s*(cm|in)"
_WORDS: Final = re.compile(rf"(?:{_LENGTHS}|(A\d))\s*@\s*(\d{{2,4}})")


@dataclass(frozen=True)
class PrintSize:
    """A paper, or the place for a picture on it. width, height: cm. dpi: pixels per inch.

    Raises RecipeError for sizes that nobody prints.
    """

    width: float
    height: float
    dpi: int

    def __post_init__(self) -> None:
        if not all(_EDGE[0] <= edge <= _EDGE[1] for edge in (self.width, self.height)):
            raise RecipeError(
                f"The print is {self.width:g} x {self.height:g} cm; each edge must be {_EDGE[0]:g} to {_EDGE[1]:g} cm."
            )
        if not DPI[0] <= self.dpi <= DPI[1]:
            raise RecipeError(f"The resolution is {self.dpi} dpi; it must be between {DPI[0]} and {DPI[1]:,}.")

    def __str__(self) -> str:
        return f"{self.width:g}x{self.height:g}cm@{self.dpi}"

    def long_edge(self, width: int, height: int) -> int:
        """The longer edge, in px, of a picture of this shape that fills as much as it can, the paper turned to suit."""
        paper = sorted((self.width, self.height))
        shape = sorted((width, height))
        scale = min(paper[0] / shape[0], paper[1] / shape[1])  # cm per px
        return round(shape[1] * scale * self.dpi / CM_PER_INCH)


def parse_print_size(text: str) -> PrintSize:
    """Such as "20x30cm@300", "8x10in@300" or "A4@300". Raises RecipeError for anything else."""
    found = _WORDS.fullmatch(text.strip())
    paper = None if found is None or found[4] is None else PAPERS.get(found[4])
    if found is None or (found[4] is not None and paper is None):
        raise RecipeError(
            f"{text!r} is not a print size.", "Give centimetres and pixels per inch, such as 20x30cm@300, or A4@300."
        )
    dpi = int(found[5])
    if paper is not None:
        return PrintSize(*paper, dpi)
    unit = CM_PER_INCH if found[3] == "in" else 1.0
    return PrintSize(round(float(found[1]) * unit, 3), round(float(found[2]) * unit, 3), dpi)
