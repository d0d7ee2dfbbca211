"""From a card or a file to a style: a picture to paint after, or what the studio has learnt from several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.core.card import OWN_CATEGORY, UNKNOWN_LICENCE, Card
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.styles.learned_style_file import SUFFIX, read_learned
from studio.core.styles.style import Style

OpenPicture = Callable[[Path], Picture]


def is_learned(card: Card) -> bool:
    """Whether the studio has learnt this style, rather than taken it from one picture."""
    return is_style_file(card.file)


def is_style_file(path: Path) -> bool:
    """Whether the name is that of a learned style's file."""
    return path.suffix.lower() == SUFFIX


def open_style(card: Card, open_one: OpenPicture = open_picture) -> Style:
    """The style of a card. Raises StudioError if its file is missing, damaged or of another kind."""
    if not is_learned(card):
        return Style(open_one(card.file), card)
    _, learned = read_learned(card.file)
    return Style(learned.references[0], card, learned)


def open_style_file(path: Path, open_one: OpenPicture = open_picture) -> Style:
    """The style in any file: learned, or a picture, of which only its owner knows whose it is. As `open_style`."""
    if is_style_file(path):
        card, learned = read_learned(path)
        return Style(learned.references[0], card, learned)
    card = Card(path.stem, "style", path.stem, "", "", UNKNOWN_LICENCE, path.name, path, category=OWN_CATEGORY)
    return Style(open_one(path), card)


def open_style_picture(path: Path) -> Picture:
    """The picture to show for a style's file. As `open_style`."""
    return read_learned(path)[1].references[0] if is_style_file(path) else open_picture(path)
