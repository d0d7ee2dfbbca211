"""Asking: what a PictureOpener is asked for, as questions of one kind, whoever answers them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from studio.core.image_io.opening.opener import Cancellation
from studio.core.picture import Picture
from studio.core.storage.regular_file import shown_name
from studio.jobs.decoding.messages import Question


class Asking(ABC):
    """The openings of a PictureOpener, each put as a Question."""

    def open_picture(self, path: Path, cancellation: Cancellation | None = None) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(shown_name(path), path), cancellation)

    def decode_picture(self, data: bytes, name: str, cancellation: Cancellation | None = None) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(name, data=data), cancellation)

    def unpack_picture(
        self, data: bytes, name: str, is_original: bool, cancellation: Cancellation | None = None
    ) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(name, data=data, part="original" if is_original else "packed"), cancellation)

    def open_thumbnail(self, path: Path, width: int, height: int) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(shown_name(path), path, fill=(width, height)), None)

    def open_small(self, path: Path, short_edge: int, cancellation: Cancellation | None = None) -> Picture:
        """As of PictureOpener."""
        return self._opened(Question(shown_name(path), path, short_edge=short_edge), cancellation)

    @abstractmethod
    def _opened(self, question: Question, cancellation: Cancellation | None) -> Picture:
        """The picture that was asked for. Raises StudioError."""
