"""The tables of a project: lists of JSON objects that name each other by their place, read once and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from studio.core.storage.untrusted import LONGEST_PATH

MOST_ROWS = 20_000  # of one table
_LONGEST_TEXT = 4096
T = TypeVar("T")


class Tables:
    """Looks rows up; equal places become one object, as they were."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """values: of `document_reader.parse_document`."""
        self._values = values
        self._made: dict[tuple[str, int], Any] = {}

    def once(self, table: str, place: object, make: Callable[[dict[str, Any]], T]) -> T:
        """What is made of a row, the same object each time. Raises ValueError for a place that is not there."""
        row = self.row(table, place)
        assert isinstance(place, int)
        if (table, place) not in self._made:
            self._made[table, place] = make(row)
        made: T = self._made[table, place]
        return made

    def row(self, table: str, place: object) -> dict[str, Any]:
        """A row as it stands there. Raises ValueError for a place that is not there, or no row."""
        rows = self.rows(table)
        if type(place) is not int or not 0 <= place < len(rows):
            raise ValueError(f"there is no such entry among the {table}")
        row = rows[place]
        if not isinstance(row, dict):
            raise ValueError(f"an entry of the {table} is none")
        return row

    def rows(self, name: str, most: int = MOST_ROWS) -> list[Any]:
        """A list by its name. Raises ValueError if it is none, or has more than `most` entries."""
        found = self._values.get(name)
        if not isinstance(found, list) or len(found) > most:
            raise ValueError(f"{name} is not a list of at most {most:,}")
        return found


def check_text(*texts: str) -> None:
    """Raises ValueError for a text that is longer than the studio writes any, or has a zero byte."""
    if any(len(text) > max(_LONGEST_TEXT, LONGEST_PATH) or "\0" in text for text in texts):
        raise ValueError("a text is too long")
