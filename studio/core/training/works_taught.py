"""The card of a style that is learnt, and the works it is learnt from: whoever shows what it painted owes them that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.core.card import OWN_CATEGORY, Card

LONGEST = 800  # characters; an export has 1,000 for a field


@dataclass(frozen=True)
class TaughtWork:
    """What is known of a work. author, licence: "" where nobody says."""

    title: str
    author: str = ""
    licence: str = ""


def taught_card(card_id: str, title: str, author: str, licence: str, file: Path, works: Sequence[TaughtWork]) -> Card:
    """The card of a style that is to be learnt from these works into a file."""
    return Card(
        id=card_id,
        kind="style",
        title=title,
        author=author,
        year="",
        licence=licence,
        source="Learnt by Style Studio",
        file=file,
        category=OWN_CATEGORY,
        trained_on=works_line(works),
    )


def works_line(works: Sequence[TaughtWork]) -> str:
    """Such as "Poppies and Lion (Anna Maler, CC0)", every maker named; where there is no room, titles are counted."""
    groups: dict[tuple[str, str], list[str]] = {}
    for work in works:
        titles = groups.setdefault((work.author, work.licence), [])
        if work.title not in titles:
            titles.append(work.title)
    line = ""
    for most in range(max(map(len, groups.values()), default=0), -1, -1):
        line = "; ".join(_group(titles, most, *makers) for makers, titles in groups.items())
        if len(line) <= LONGEST:
            return line
    return line[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _group(titles: Sequence[str], most: int, author: str, licence: str) -> str:
    """Works of one maker and licence, at most so many of them by their titles."""
    named, left = list(titles[:most]), len(titles) - most
    if left > 0:
        named.append(f"{left} more" if named else "one work" if left == 1 else f"{left} works")
    text = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    maker = ", ".join(part for part in (author, licence) if part)
    return f"{text} ({maker})" if maker else text
