"""Checks of reference pictures before fine-tuning: what will be hard to learn, in sentences.

The measures are simple: they warn of none of the 35 bundled styles, and of two of the five demo photos as too smooth
for paint. The user may go on all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io.picture_reader import PART_IS_MISSING
from studio.core.picture import Picture
from studio.core.resampling import reduced
from studio.core.training.taught_pictures import Kind, kinds_of, on_paper, pixel_times

ENOUGH = 3  # pictures
SMALL = 256  # px of the longer edge; below, strokes are hardly visible
ALIKE = 6  # of the 64 bits of a perceptual hash in which two pictures at most differ that show the same
MOSTLY_ONE_COLOR = 0.5  # share of one colour in 512; the bundled styles have 0.41 at most, a diagram 0.9
MOSTLY_SMOOTH = 0.55  # share of places without any texture; the bundled styles have 0.48 at most
SMOOTH = 2.5  # levels from pixel to pixel, at WORK_EDGE
WORK_EDGE = 512  # px


@dataclass(frozen=True)
class Remark:
    """A remark. pictures: indices of those it is about; () for all together. is_doubt: whether it is a warning."""

    text: str
    pictures: tuple[int, ...] = ()
    is_doubt: bool = True


def whole(picture: Picture) -> Picture:
    """The picture, unless a part of it is missing, whose grey would be learnt. Raises PictureError."""
    if PART_IS_MISSING in picture.notes:
        raise PictureError(f"{picture.name} is damaged: a part of it is missing.", "Copy or download it again.")
    return picture


def check_references(pictures: Sequence[Picture]) -> tuple[Remark, ...]:
    """Remarks on these pictures before fine-tuning; () if there are none."""
    measured = [_measure(picture) for picture in pictures]
    kinds = kinds_of(pictures)
    remarks = _notes_on(kinds, pixel_times(pictures))
    if len(pictures) == 1:
        remarks.append(
            Remark("One picture teaches its own colours and strokes, not a style: add others by the same artist.")
        )
    elif 0 < len(pictures) < ENOUGH:
        remarks.append(
            Remark("Two pictures say little of what an artist's works have in common: three to thirty are better.")
        )
    for number, picture in enumerate(pictures):
        if picture.long_edge < SMALL and kinds[number] != "pixel art":
            size = f"{picture.width} x {picture.height} px"
            remarks.append(Remark(f"{picture.name} is {size}: its strokes can hardly be seen.", (number,)))
    for first, second in _doubles([measures.hash for measures in measured]):
        if kinds[first] == kinds[second] == "pixel art":  # the same outlines, or steps of a walk
            continue
        names = f"{pictures[first].name} and {pictures[second].name}"
        remarks.append(Remark(f"{names} show the same: the style will lean towards it.", (first, second)))
    plain: list[int] = []
    smooth: list[int] = []
    for number, measures in enumerate(measured):
        if kinds[number] in ("pixel art", "cut-out"):  # nothing but what is visible in them is learnt
            continue
        if measures.one_color > MOSTLY_ONE_COLOR:
            plain.append(number)
        elif measures.smooth > MOSTLY_SMOOTH:
            smooth.append(number)
    if smooth:
        text = f"{_are(pictures, smooth)} mostly smooth, as many photos are: there may be no strokes to learn."
        remarks.append(Remark(text, tuple(smooth)))
    if plain:
        are = _are(pictures, plain)
        text = f"{are} mostly one colour, as drawings and diagrams are: much of your photo will have it, too."
        remarks.append(Remark(text, tuple(plain), is_doubt=False))
    return tuple(remarks)


def _are(pictures: Sequence[Picture], numbers: Sequence[int]) -> str:
    """Which ones, and the verb to go with that."""
    return f"{pictures[numbers[0]].name} is" if len(numbers) == 1 else f"{len(numbers)} of the pictures are"


@dataclass(frozen=True)
class _Measures:
    """What is measured of a picture. hash: 64 bits of what is brighter than its neighbour. Shares are 0 to 1."""

    hash: int
    one_color: float
    smooth: float


def _notes_on(kinds: Sequence[Kind], times: int) -> list[Remark]:
    """How small and transparent pictures are taught, so that nobody wonders."""
    numbers = {kind: tuple(number for number, each in enumerate(kinds) if each == kind) for kind in get_args(Kind)}
    notes = []
    if numbers["pixel art"]:
        text = f"Small pictures are taught as pixel art: each pixel {times} times as large, side by side on sheets."
        notes.append(Remark(text, numbers["pixel art"], is_doubt=False))
    if numbers["cut-out"]:
        text = "Cut-outs are taught side by side on sheets: transparent parts are not learnt."
        notes.append(Remark(text, numbers["cut-out"], is_doubt=False))
    if numbers["line work"]:
        text = "Lines on a transparent background are taught on paper: white below dark lines, black below light ones."
        notes.append(Remark(text, numbers["line work"], is_doubt=False))
    return notes


def _measure(picture: Picture) -> _Measures:
    pixels = reduced(on_paper(picture), WORK_EDGE).pixels
    image = Image.fromarray(pixels)
    levels = pixels.astype(np.float32).mean(2)
    across, down = np.diff(levels, axis=1)[:-1], np.diff(levels, axis=0)[:, :-1]
    boxes = (pixels // 32).astype(np.int64) @ np.array([64, 8, 1])
    tiny = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.BOX)).astype(np.int64)
    bits = (tiny[:, 1:] > tiny[:, :-1]).flatten()
    return _Measures(
        hash=int("".join("1" if bit else "0" for bit in bits), 2),
        one_color=float(np.bincount(boxes.flatten()).max() / boxes.size),
        smooth=float((np.hypot(across, down) < SMOOTH).mean()),
    )


def _doubles(hashes: Sequence[int]) -> list[tuple[int, int]]:
    return [
        (first, second)
        for second in range(len(hashes))
        for first in range(second)
        if (hashes[first] ^ hashes[second]).bit_count() <= ALIKE
    ]
