"""Wish: other work that was asked for, until it lies on the table or something else comes first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(eq=False)
class Wish:
    """place: of a project's file or a session's folder. is_read: it is about to lie on the table.

    has_given_way: a photo was opened after it, which stays.
    """

    place: Path
    is_session: bool = False
    is_read: bool = False
    has_given_way: bool = False


class Wishes:
    """The newest is the one that counts."""

    def __init__(self) -> None:
        self._present: Wish | None = None

    def begin(self, place: Path, *, is_session: bool = False) -> Wish:
        """Another work is asked for, in place of what was asked for before; a session again is the same wish."""
        present = self._present
        if present is None or not (is_session and present.is_session and present.place == place):
            present = self._present = Wish(place, is_session)
        return present

    def is_present(self, wish: Wish) -> bool:
        """Whether nothing else came first."""
        return wish is self._present

    def end(self, wish: Wish) -> bool:
        """It is fulfilled, or cannot be; False if it was over before."""
        is_present = wish is self._present
        if is_present:
            self._present = None
        return is_present

    def give_way(self) -> Wish | None:
        """A photo was opened; what was still wished for, if anything."""
        wish, self._present = self._present, None
        if wish is not None:
            wish.has_given_way = True
        return wish
