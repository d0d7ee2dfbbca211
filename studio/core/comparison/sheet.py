"""The comparison of two works as one picture: both side by side, what answers what, colours, strokes and layers."""

from __future__ import annotations

import colorsys
import math
from io import BytesIO
from textwrap import wrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from studio.core.comparison.report import LAYER_WORDS, NO_INFLUENCE, main_direction, measures_of, summary_of
from studio.core.displayable import displayable, shortened
from studio.core.engine_api.comparison import DIRECTIONS, Comparison, PictureTraits
from studio.core.picture import Picture
from studio.core.resampling import reduced

WIDTH = 1600  # px
_MARGIN, _GAP = 40, 24
_WORK = (WIDTH - 2 * _MARGIN - _GAP) // 2  # px: the room of a work
_TALLEST = 820  # px
_PAPER, _INK, _QUIET, _LINE, _ACCENT = "#f4f2ee", "#1c1c1c", "#5c5a56", "#cfccc6", "#96610c"
_SHOWN = 16  # pairs of patches
_FRAME = 0.6  # of a patch's edge: what its middle is about
_LONGEST_NAME = 60

Box = tuple[float, float, float, float]


def comparison_sheet(comparison: Comparison, first: Picture, second: Picture, names: tuple[str, str]) -> bytes:
    """The sheet as a PNG file, 1600 px wide. names: what both works are called."""
    titles = tuple(shortened(displayable(name), _LONGEST_NAME) for name in names)
    works = [_image(picture) for picture in (first, second)]
    top = _MARGIN + 40
    tallest = max(work.height for work in works)
    lines = wrap(summary_of(comparison, titles[0], titles[1]), 185)
    height = top + tallest + _GAP + 44 + 44 + 250 + 26 * (len(lines) + 2) + _MARGIN
    sheet = Image.new("RGB", (WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    boxes: list[Box] = []
    for number, work in enumerate(works):
        left = _MARGIN + number * (_WORK + _GAP) + (_WORK - work.width) // 2
        draw.text((_MARGIN + number * (_WORK + _GAP), _MARGIN), titles[number], _INK, _font(24))
        sheet.paste(work, (left, top))
        boxes.append((left, top, left + work.width, top + work.height))
    _draw_patches(draw, comparison, boxes)
    y = top + tallest + _GAP
    for number, traits in enumerate((comparison.first, comparison.second)):
        _draw_palette(draw, traits, _MARGIN + number * (_WORK + _GAP), y, _WORK)
    _draw_measures(draw, comparison, y + 88)
    for number, traits in enumerate((comparison.first, comparison.second)):
        middle = (WIDTH - _MARGIN - 380 + 240 * number, y + 170)
        _draw_rose(draw, traits, middle, 84)
    y += 88 + 250
    for line in lines:
        draw.text((_MARGIN, y), line, _INK, _font(18))
        y += 26
    draw.text((_MARGIN, y + 12), NO_INFLUENCE, _ACCENT, _font(18))
    file = BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def patch_color(number: int) -> tuple[int, int, int]:
    """A colour for each pair of patches: neighbours in the list are far apart in hue."""
    red, green, blue = colorsys.hsv_to_rgb(number * 0.381966 % 1, 0.75, 0.95)
    return round(255 * red), round(255 * green), round(255 * blue)


def _image(picture: Picture) -> Image.Image:
    scale = min(_WORK / picture.width, _TALLEST / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return Image.fromarray(np.asarray(reduced(picture, 2 * max(size)).pixels)).resize(size, Image.Resampling.LANCZOS)


def _draw_patches(draw: ImageDraw.ImageDraw, comparison: Comparison, boxes: list[Box]) -> None:
    edges = [
        traits.patch * max(box[2] - box[0], box[3] - box[1]) * _FRAME / 2
        for traits, box in zip((comparison.first, comparison.second), boxes, strict=True)
    ]
    for number, place in enumerate(comparison.places[:_SHOWN].tolist()):
        color = patch_color(number)
        points = [
            (box[0] + x * (box[2] - box[0]), box[1] + y * (box[3] - box[1]))
            for (x, y), box in zip((place[:2], place[2:]), boxes, strict=True)
        ]
        draw.line(points, color, 2)
        for (x, y), edge in zip(points, edges, strict=True):
            draw.rectangle((x - edge, y - edge, x + edge, y + edge), outline=color, width=3)


def _draw_palette(draw: ImageDraw.ImageDraw, traits: PictureTraits, left: int, top: int, width: int) -> None:
    x = float(left)
    for rgb, share in zip(traits.rgb.tolist(), traits.shares.tolist(), strict=True):
        draw.rectangle((x, top, x + share * width, top + 44), fill=tuple(rgb))
        x += share * width
    draw.rectangle((left, top, left + width, top + 44), outline=_LINE)


def _draw_measures(draw: ImageDraw.ImageDraw, comparison: Comparison, top: int) -> None:
    for number, measure in enumerate(measures_of(comparison)):
        y = top + 26 * number
        name = f"{measure.words} ({measure.name})" if measure.name in LAYER_WORDS else measure.words
        draw.text((_MARGIN, y), name, _INK, _font(16))
        draw.rectangle((300, y + 4, 700, y + 16), fill=_LINE)
        if measure.share > 0:
            draw.rectangle((300, y + 4, 300 + 400 * measure.share, y + 16), fill=_ACCENT)
        draw.text((716, y), measure.verdict, _QUIET, _font(16))
    draw.text((300, top - 22), "longer: farther apart, among pairs of works of the gallery", _QUIET, _font(14))


def _draw_rose(draw: ImageDraw.ImageDraw, traits: PictureTraits, middle: tuple[float, float], radius: float) -> None:
    x, y = middle
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=_LINE)
    direction = traits.direction
    if direction.any():
        lengths = np.sqrt(direction / direction.max()) * radius
        half = math.pi / DIRECTIONS / 2
        for number, length in enumerate(lengths.tolist()):
            for turn in (0.0, math.pi):
                angle = number * math.pi / DIRECTIONS + turn
                corners = [(angle - half, length), (angle + half, length)]
                points = [(x + reach * math.cos(at), y - reach * math.sin(at)) for at, reach in corners]
                draw.polygon([(x, y), *points], fill=_ACCENT)
    degrees = main_direction(traits)
    words = "no one direction" if degrees is None else f"{degrees:.0f}\N{DEGREE SIGN}"
    text = f"{words}, width {100 * traits.stroke:.1f} %"
    draw.text((x, y + radius + 8), text, _QUIET, _font(16), anchor="ma")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
