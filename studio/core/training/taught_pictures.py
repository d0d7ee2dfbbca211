"""References as a lesson looks at them: pixel art enlarged, cut-outs side by side on sheets, line work on paper.

What is transparent is no part of a style. Left as it is, the smooth colours that `continue_visible` puts there would be
half of what is learnt of a sprite, and a drawing in black lines on nothing would be a black picture.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Literal

import numpy as np
from PIL import Image, ImageFilter

from studio.core.engine_api.tune_settings import LARGEST_EDGE
from studio.core.image_io.color.transparency import continue_visible
from studio.core.picture import Picture, Pixels
from studio.core.resampling import reduced

SHEET = 512  # px of its edges
LARGEST_ON_SHEET = 320  # px of the longer edge of what is laid on one
MAYBE_PIXEL_ART = 192  # px of the longer edge up to which pictures of few colours are pixel art
FEW_COLORS = 256  # and half of the pixels; sprites of 72 px have 17 to 125, thumbnails of paintings thousands
MOST_TIMES = 8  # that pixels are enlarged; larger ones are no texture but an arrangement of squares
PER_SHEET = 4  # cut-outs, where there are many
FEWEST_SHEETS = 3
_VISIBLE = 128  # opacity from which on a pixel is
_OPAQUE = 0.98  # share of visible pixels from which on a picture is none that was cut out
_LINES = 0.35  # share of the visible that is left without its rim, below which it is lines
_RIM = 1 / 160  # of the longer edge, px
_OVERLAP = 0.7  # of their size, from one cut-out to the next
_MOST_FILLED = 400  # gaps of a sheet, each by another cut-out


Kind = Literal["picture", "pixel art", "cut-out", "line work"]


def kinds_of(references: Sequence[Picture]) -> tuple[Kind, ...]:
    """What each of the references is taken for. Pixel art may be a cut-out as well."""
    times = pixel_times(references)
    return tuple(_kind_of(picture, times) for picture in references)


def as_taught(references: Sequence[Picture]) -> tuple[Picture, ...]:
    """What is learnt from, the same for the same references: pictures as they are, line work on paper, then sheets."""
    times = pixel_times(references)
    pictures: list[Picture] = []
    pieces: list[Picture] = []
    for picture, kind in zip(references, kinds_of(references), strict=True):
        match kind:
            case "picture":
                pictures.append(picture.with_pixels(picture.pixels, None, picture.fine))
            case "line work":
                pictures.append(on_paper(picture))
            case "cut-out":
                pieces.append(_cropped(picture, LARGEST_ON_SHEET))
            case "pixel art":
                pieces.append(_enlarged(_cropped(picture, LARGEST_ON_SHEET // times), times))
    return (*pictures, *(_sheet(group) for group in _groups(pieces)))


def pixel_times(references: Sequence[Picture]) -> int:
    """How many times pixel art is enlarged: 1 unless half of all are that, for then they are from one game."""
    edges = [picture.long_edge for picture in references if _is_pixel_art(picture)]
    if not edges or 2 * len(edges) < len(references):
        return 1
    return max(1, min(MOST_TIMES, LARGEST_ON_SHEET // round(statistics.median(edges))))


def on_paper(picture: Picture) -> Picture:
    """Without transparency: what is dark on white, what is light on black."""
    if picture.alpha is None or not picture.alpha.any():
        return picture.with_pixels(picture.pixels, None, picture.fine)
    picture = reduced(picture, LARGEST_EDGE)
    assert picture.alpha is not None
    alpha = picture.alpha[..., None].astype(np.float32) / 255
    level = float((picture.pixels.mean(2) * alpha[..., 0]).sum() / alpha.sum())
    paper = 255.0 if level < 128 else 0.0
    return picture.with_pixels((picture.pixels * alpha + paper * (1 - alpha)).round().astype(np.uint8))


def _kind_of(picture: Picture, times: int) -> Kind:
    if times > 1 and picture.long_edge <= MAYBE_PIXEL_ART:  # those with a glow have more colours, and come along
        return "pixel art"
    if not _is_cut_out(picture):
        return "picture"
    return "line work" if _is_line_work(picture) else "cut-out"


def _is_cut_out(picture: Picture) -> bool:
    return picture.alpha is not None and bool(0 < (picture.alpha >= _VISIBLE).mean() < _OPAQUE)


def _is_pixel_art(picture: Picture) -> bool:
    if picture.long_edge > MAYBE_PIXEL_ART:
        return False
    seen = picture.pixels.reshape(-1, 3) if picture.alpha is None else picture.pixels[picture.alpha >= _VISIBLE]
    return 0 < len(np.unique(seen, axis=0)) <= min(FEW_COLORS, len(seen) // 2)


def _enlarged(picture: Picture, times: int) -> Picture:
    pixels, alpha = (
        None if array is None else array.repeat(times, 0).repeat(times, 1) for array in (picture.pixels, picture.alpha)
    )
    assert pixels is not None
    return picture.with_pixels(pixels, alpha)


def _is_line_work(picture: Picture) -> bool:
    """Whether what is visible is all but gone without its rim."""
    picture = reduced(picture, LARGEST_EDGE)
    assert picture.alpha is not None
    radius = max(1, round(picture.long_edge * _RIM))
    visible = Image.fromarray((picture.alpha >= _VISIBLE).astype(np.uint8) * 255)
    left = np.asarray(visible.filter(ImageFilter.MinFilter(2 * radius + 1)))
    return bool((left > 0).sum() < _LINES * (np.asarray(visible) > 0).sum())


def _cropped(picture: Picture, most: int) -> Picture:
    """The part in which something is visible, `most` px large at most."""
    if picture.alpha is None or not (picture.alpha >= _VISIBLE).any():
        return reduced(picture.with_pixels(picture.pixels), most)
    rows, columns = (np.flatnonzero((picture.alpha >= _VISIBLE).any(axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return reduced(picture.with_pixels(picture.pixels[box], picture.alpha[box]), most)


def _groups(cut_outs: Sequence[Picture]) -> list[Sequence[Picture]]:
    """Of each sheet: no cut-out is on two, so that one sheet can be kept back from a lesson."""
    if not cut_outs:
        return []
    count = min(len(cut_outs), max(FEWEST_SHEETS, len(cut_outs) // PER_SHEET))
    return [cut_outs[number::count] for number in range(count)]


def _sheet(group: Sequence[Picture]) -> Picture:
    """A picture filled with these, each as often as there is room: rows that overlap, and gaps that are filled behind.

    Nothing of it is transparent, so that its statistics are those of what is visible in the cut-outs.
    """
    draws = np.random.default_rng(0)
    sheet = np.zeros((SHEET, SHEET, 4), np.uint8)
    tiles = [_tile(picture) for picture in group]
    step = 1.0 if all(tile[..., 3].min() == 255 for tile in tiles) else _OVERLAP
    top = 0
    while top < SHEET:
        left, height = 0, SHEET
        queue: list[int] = []
        while left < SHEET:
            queue = queue or list(draws.permutation(len(tiles)))
            tile = tiles[queue.pop()]
            left -= 0 if step == 1.0 or left else int(draws.integers(tile.shape[1]))
            _lay(sheet, tile, top, left)
            left += max(1, round(step * tile.shape[1]))
            height = min(height, max(1, round(step * tile.shape[0])))
        top += height
    _fill_gaps(sheet, tiles, draws)
    pixels, alpha = np.ascontiguousarray(sheet[..., :3]), np.ascontiguousarray(sheet[..., 3])
    continue_visible(pixels, alpha)
    name = group[0].name if len(group) == 1 else f"{group[0].name} and {len(group) - 1} more"
    return Picture(pixels, name)


def _fill_gaps(sheet: Pixels, tiles: Sequence[Pixels], draws: np.random.Generator) -> None:
    """Lay more of them behind what is there, each so that a gap is covered."""
    for _ in range(_MOST_FILLED):
        gaps = np.flatnonzero(sheet[..., 3] < _VISIBLE)
        if not len(gaps):
            return
        row, column = divmod(int(gaps[draws.integers(len(gaps))]), SHEET)
        tile = tiles[int(draws.integers(len(tiles)))]
        inside = np.flatnonzero(tile[..., 3] >= _VISIBLE)
        down, across = divmod(int(inside[draws.integers(len(inside))]), tile.shape[1])
        _lay(sheet, tile, row - down, column - across, is_behind=True)


def _tile(picture: Picture) -> Pixels:
    """(h, w, 4): nothing of it is half transparent, as sprites are on the screen."""
    alpha = np.full(picture.pixels.shape[:2], 255, np.uint8)
    if picture.alpha is not None:
        alpha = np.where(picture.alpha >= _VISIBLE, 255, 0).astype(np.uint8)
    tile: Pixels = np.dstack((picture.pixels, alpha))
    return tile


def _lay(sheet: Pixels, tile: Pixels, top: int, left: int, is_behind: bool = False) -> None:
    """Over what is there, or behind it; what is beyond the edges is cut off."""
    height, width = tile.shape[:2]
    rows = slice(max(0, top), min(SHEET, top + height))
    columns = slice(max(0, left), min(SHEET, left + width))
    part = sheet[rows, columns]
    laid = tile[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    shown = laid[..., 3] >= _VISIBLE
    if is_behind:
        shown &= part[..., 3] < _VISIBLE
    part[shown] = laid[shown]
