"""PictureOpener: who opens pictures for the window and the command line, and how one who waits gives up."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Protocol

from studio.core.errors import PictureError
from studio.core.picture import Picture


class OpeningCancelled(PictureError):  # noqa: N818 - it says what happened
    """Whoever waited for a picture has given up."""


class Cancellation:
    """Given up from any thread, and seen by the one that waits; one for all that are given up together."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Give up; idempotent."""
        self._event.set()

    def check(self) -> None:
        """Raise OpeningCancelled if it was given up."""
        if self._event.is_set():
            raise OpeningCancelled("The picture was not opened.")


class PictureOpener(Protocol):
    """Opens what others have made. Its methods may be called on any thread and may take long; all raise PictureError.

    cancellation: of somebody who waits, and goes before those who do not: then they raise OpeningCancelled.
    """

    def open_picture(self, path: Path, cancellation: Cancellation | None = None) -> Picture:
        """As `picture_reader.open_picture`."""

    def decode_picture(self, data: bytes, name: str, cancellation: Cancellation | None = None) -> Picture:
        """As `picture_reader.decode_picture`."""

    def unpack_picture(
        self, data: bytes, name: str, is_original: bool, cancellation: Cancellation | None = None
    ) -> Picture:
        """A picture out of a project, as `project.picture_bytes.unpack`."""

    def open_thumbnail(self, path: Path, width: int, height: int) -> Picture:
        """A picture, or that of a learned style, cropped to fill width x height px."""

    def open_small(self, path: Path, short_edge: int, cancellation: Cancellation | None = None) -> Picture:
        """A picture, however small, whose shorter edge need be no longer than this, px: quicker than all of it."""

    def start(self) -> None:
        """Make ready for the first picture; returns at once."""

    def close(self) -> None:
        """End what is under way, which raises OpeningCancelled; idempotent."""
