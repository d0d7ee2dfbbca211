"""Wanted: how a picture is to be opened, beside where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.core.image_io.header_checks import check_size
from studio.core.picture import SMALLEST_EDGE


@dataclass(frozen=True)
class Wanted:
    """How a picture is to be opened.

    smallest_edge: px; smaller ones are refused. keep_hidden: leave the colours under alpha 0 as the file has them.
    at_least: (width, height) in px, where less than the full size will do, as long as both edges are no smaller; a
    decoder that can be quicker for it then need not look for missing pixels. on_size: called with width and height in
    px once they are known and in order, before anything is decoded.
    """

    smallest_edge: int = SMALLEST_EDGE
    keep_hidden: bool = False
    at_least: tuple[int, int] | None = None
    on_size: Callable[[int, int], None] = lambda width, height: None

    def check(self, name: str, width: int, height: int) -> None:
        """Raise PictureError unless a picture of this size can be opened; else tell its size."""
        check_size(name, width, height, self.smallest_edge)
        self.on_size(width, height)
