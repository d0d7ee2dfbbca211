"""What is known about a picture besides its pixels: from a manifest or a card beside it, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.core.card import read_card
from studio.core.displayable import displayable
from studio.core.errors import StudioError
from studio.core.storage.untrusted import parse_object, read_bounded
from studio.core.training.data_card import read_manifest, work_of

UNKNOWN_NAMES = frozenset({"", "unknown", "anonymous", "an unknown artist", "unknown artist", "n/a", "-"})
NO_LEARN = "no_learn"  # in a card: true where nothing may be learnt from the picture
_LARGEST_CARD = 2**20
_YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")


@dataclass(frozen=True)
class Facts:
    """All of it texts, "" where not known.

    medium: such as "painting" or "photo". work: equal for all pictures of one work, such as a whole and its details.
    may_learn: False where a card forbids to learn from it.
    """

    title: str = ""
    author: str = ""
    year: str = ""
    medium: str = ""
    licence: str = ""
    region: str = ""
    work: str = ""
    may_learn: bool = True

    @property
    def known_author(self) -> str:
        """The author, or "" where that is a word for nobody known."""
        return "" if self.author.strip().casefold() in UNKNOWN_NAMES else self.author.strip()

    @property
    def year_number(self) -> int | None:
        """The first year of four digits that is named."""
        found = _YEAR.search(self.year)
        return int(found[1]) if found else None

    @property
    def period(self) -> str:
        """Such as "1880s", or ""."""
        year = self.year_number
        return "" if year is None else f"{year // 10}0s"

    @property
    def century(self) -> str:
        """Such as "19th century", or ""."""
        year = self.year_number
        return "" if year is None else f"{year // 100 + 1}th century" if year < 2000 else "21st century"


class FactsReader:
    """Reads facts of many pictures; a manifest is read once for its folder."""

    def __init__(self) -> None:
        self._manifests: dict[Path, Mapping[str, Mapping[str, str]]] = {}
        self.problems: list[str] = []  # manifests that could not be read, each told once

    def facts_of(self, path: Path) -> Facts:
        """What the MANIFEST.tsv of its folder, or of the one above, or else a card beside it says."""
        row = self._manifest(path.parent).get(work_of(path.name)) or self._manifest(path.parent.parent).get(
            work_of(path.name)
        )
        if row is not None:
            return _from_row(row, path)
        return _from_card(path.with_suffix(".json"), path) or Facts(work=str(path.parent / work_of(path.name)))

    def _manifest(self, folder: Path) -> Mapping[str, Mapping[str, str]]:
        if folder not in self._manifests:
            try:
                self._manifests[folder] = read_manifest(folder)
            except StudioError as error:
                self._manifests[folder] = {}
                self.problems.append(str(error))
        return self._manifests[folder]


def _from_row(row: Mapping[str, str], path: Path) -> Facts:
    def text(name: str) -> str:
        return displayable(row.get(name, "").strip())

    title, author = text("title"), text("author")
    kind = text("kind").split()
    return Facts(
        title=title,
        author=author,
        year=text("year"),
        medium=kind[0] if kind else text("medium"),
        licence=text("licence"),
        region=text("region") or text("country"),
        work=f"{title} | {author}" if title else str(path.parent / work_of(path.name)),
        may_learn=text(NO_LEARN).casefold() not in ("1", "true", "yes"),
    )


def _from_card(path: Path, picture: Path) -> Facts | None:
    if not path.is_file():
        return None
    try:
        card = read_card(path)
        is_forbidden = parse_object(read_bounded(path, _LARGEST_CARD)).get(NO_LEARN) is True
    except (StudioError, OSError, ValueError):
        return None
    if card.file.name != picture.name:
        return None
    title = card.title or work_of(picture.name)
    work = f"{title} | {card.author}"
    return Facts(title, card.author, card.year, card.category, card.licence, "", work, not is_forbidden)
