"""What is known about a picture besides its pixels: from a manifest or a card beside it, never guessed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from studio.core.card import OWN_CATEGORY, Card, licence_is_unknown, read_card
from studio.core.displayable import displayable
from studio.core.errors import StudioError
from studio.core.training.data_card import MANIFEST, Row, read_rows, work_of

UNKNOWN_NAMES = frozenset({"", "unknown", "anonymous", "an unknown artist", "unknown artist", "n/a", "-"})
NO_LEARN = "no_learn"  # in a card: true where nothing may be learnt from the picture
_YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")
_DECADE = re.compile(r"\b(1\d{2}0|20\d0)s\b")
_CENTURY = re.compile(
    r"(?:\b(?P<part>early|mid|middle|late)[ -]+)?(?:the )?\b(?P<number>1\d|20|21)(?:th|st) (?:century|c\.)"
)
_RANGE_END = re.compile(
    r"\s*(?:[-/\u2010-\u2015]|to|and|or|until)\s*(?:c\.|ca\.|circa)?\s*(?P<year>\d{4}|\d{2}|\d)(?!\d)"
)
_AROUND = re.compile(r"(?:\bc\.?|\bca\.?|\bcirca|\babout|\baround|\bprobably|~|\bum)\s*$")
_BEFORE = re.compile(r"(?:\bbefore|\bby|\bnot later than)\s*(?:c\.|ca\.)?\s*$")
_AFTER = re.compile(r"(?:\bafter|\bnot before)\s*(?:c\.|ca\.)?\s*$")
MOST_LEVELS = 8  # folders above a picture where a manifest is looked for, its own included
_NEAR = 2  # of these; beyond them by its path
_ABOUT, _OPEN = 5, 10  # years that "c." and "before" mean


@dataclass(frozen=True, order=True)
class Years:
    """From when to when a work may have been made, both included."""

    first: int
    last: int

    @property
    def middle(self) -> float:
        """The middle of the time."""
        return (self.first + self.last) / 2


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
    def years(self) -> Years | None:
        """The time that is named, None where none is."""
        return years_of(self.year)

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


def years_of(text: str) -> Years | None:
    """The time that a date in words names, None where it names none.

    Such as "1889", "1888-90", "between 1880 and 1885", "c. 1890" (five years more at either side), "before 1880" and
    "after 1880" (ten years), "1880s", "19th century", "early 19th century" (a third of it).
    """
    words = text.casefold()
    century = _CENTURY.search(words)
    if century and not _YEAR.search(words):
        return _century(int(century["number"]), century["part"] or "")
    decade = _DECADE.search(words)
    if decade:
        return Years(int(decade[1]), int(decade[1]) + 9)
    found = _YEAR.search(words)
    if not found:
        return None
    first = last = int(found[1])
    end = _RANGE_END.match(words, found.end())
    if end:
        named = end["year"]
        last = int(str(first)[: 4 - len(named)] + named)
        last = last if last >= first else first
    before = words[: found.start()]
    if _AROUND.search(before):
        return Years(first - _ABOUT, last + _ABOUT)
    if _BEFORE.search(before):
        return Years(first - _OPEN, first - 1)
    if _AFTER.search(before):
        return Years(first + 1, first + _OPEN)
    return Years(first, last)


def _century(number: int, part: str) -> Years:
    first = 100 * (number - 1) + 1
    third = {"early": (0, 33), "mid": (34, 66), "middle": (34, 66), "late": (67, 99)}.get(part, (0, 99))
    return Years(first + third[0], first + third[1])


class Manifest:
    """What a MANIFEST.tsv says: by where a picture lies, or else, for pictures near by, by the work it shows."""

    def __init__(self, folder: Path) -> None:
        """Raises StudioError if it cannot be read."""
        self._by_place: dict[tuple[str, str], Row] = {}
        self._by_work: dict[str, Row] = {}
        for row in read_rows(folder):
            place = PurePosixPath(row.get("path", "").replace("\\", "/"))
            work = work_of(place.name)
            self._by_place.setdefault((place.parent.as_posix(), work), row)
            self._by_work.setdefault(work, row)

    def row(self, below: PurePath, is_near: bool) -> Row | None:
        """below: the picture's path from the manifest's folder. is_near: whether the work's name alone is enough."""
        work = work_of(below.name)
        row = self._by_place.get((below.parent.as_posix(), work))
        return self._by_work.get(work) if row is None and is_near else row


class FactsReader:
    """Reads facts of many pictures; a manifest is read once for its folder."""

    def __init__(self) -> None:
        self._manifests: dict[Path, Manifest | None] = {}
        self.problems: list[str] = []  # manifests that could not be read, each told once

    def facts_of(self, path: Path) -> Facts:
        """What the MANIFEST.tsv of its folder says, or of one above, or else a card beside it."""
        for levels, folder in enumerate(list(path.parents)[:MOST_LEVELS]):
            manifest = self._manifest(folder)
            row = manifest.row(path.relative_to(folder), levels < _NEAR) if manifest is not None else None
            if row is not None:
                return _from_row(row, path)
        return _from_card(path.with_suffix(".json"), path) or Facts(work=_work_at(path))

    def _manifest(self, folder: Path) -> Manifest | None:
        if folder not in self._manifests:
            self._manifests[folder] = None
            try:
                if (folder / MANIFEST).is_file():
                    self._manifests[folder] = Manifest(folder)
            except (OSError, StudioError) as error:
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
        work=f"{title} | {author}" if title else _work_at(path),
        may_learn=text(NO_LEARN).casefold() not in ("1", "true", "yes"),
    )


def _work_at(path: Path) -> str:
    """What a work is told by of which nothing is known; a text, also where the name of its file is none."""
    return os.fsencode(path.parent / work_of(path.name)).decode(errors="backslashreplace")


def _from_card(path: Path, picture: Path) -> Facts | None:
    try:
        card = read_card(path)
    except StudioError:
        return None
    return facts_of_card(card) if card.file.name == picture.name else None


def facts_of_card(card: Card) -> Facts:
    """What a card says of its picture. Its category is a medium, unless it says whose style it is."""
    title = card.title or displayable(work_of(card.file.name))
    medium = "" if card.category == OWN_CATEGORY else card.category
    licence = "" if licence_is_unknown(card) else card.licence
    work = f"{title} | {card.author}"
    return Facts(title, card.author, card.year, medium, licence, "", work, not card.no_learn)
