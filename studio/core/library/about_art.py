"""What the art in the studio represents: the gallery, the user's own styles, and what the networks learnt from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.core.card import Card, bundled_cards
from studio.core.displayable import displayable
from studio.core.library.facts import Facts, facts_of_card
from studio.core.library.library_index import LibraryIndex
from studio.core.library.representation import represent

MOST_SHOWN = 6  # entries of a sort that are named; the others are added up
# As `describe_data` of core/training writes it into the card of a network that was trained here.
_COUNTED = re.compile(r"(?P<total>\d+) styles: (?P<kinds>[^;]+); (?P<dated>\d+) with a year: (?P<periods>[^;]+);")
_ENTRY = re.compile(r"(?:the )?(?P<name>[^,]+?) (?P<count>\d+)(?:, |$)")


@dataclass(frozen=True)
class Share:
    """An entry of a sort, such as the 19th century among periods; the name "" is unknown, None all the others."""

    name: str | None
    count: int


@dataclass(frozen=True)
class Portrait:
    """What a collection represents. total: works that were counted, 0 where there is nothing to count.

    known: sentences on what it is. shares: by sort ("century", "medium", "author", "region", "licence"), the most
    frequent first, those that are unknown last. missing: sentences on what it lacks.
    """

    title: str
    total: int
    known: tuple[str, ...]
    shares: dict[str, tuple[Share, ...]]
    missing: tuple[str, ...]


def portrait_of(title: str, cards: Sequence[Card]) -> Portrait:
    """Of the works that cards tell of."""
    return _portrait(title, (facts_of_card(card) for card in cards), "their cards")


def portraits_of_folders(folders: Sequence[Path], index_folder: Path | None = None) -> tuple[Portrait, ...]:
    """Of folders of the library, from what its index has noted of their pictures; of those with none in it, none.

    index_folder: None for the user's own. Raises StudioError if the index cannot be opened.
    """
    portraits = []
    with LibraryIndex(index_folder) as index:
        for folder in folders:
            pictures = index.pictures(index.rows(folder))
            if pictures:
                facts = (picture.facts for picture in pictures)
                portraits.append(_portrait(displayable(folder.name), facts, "manifests and cards in this folder"))
    return tuple(portraits)


def _portrait(title: str, facts: Iterable[Facts], source: str) -> Portrait:
    found = represent(facts)
    shares = {sort: _shares(counts) for sort, counts in found.counts.items() if set(counts) != {""}}
    known = [f"{found.works} works, counted from {source}."] if found.works else []
    if found.forbidden:
        known.append(f"{found.forbidden} of them are not to be learnt from.")
    return Portrait(title, found.works, tuple(known), shares, found.gaps)


def portraits_of_models() -> tuple[Portrait, ...]:
    """Of each network that comes with the studio, after its card."""
    return tuple(_portrait_of_model(card) for card in bundled_cards("models"))


def _portrait_of_model(card: Card) -> Portrait:
    counted = _COUNTED.search(card.trained_on)
    missing = (card.limits,) if card.limits else ()
    if counted is None:
        return Portrait(card.title, 0, (card.trained_on,), {}, missing)
    total, dated = int(counted["total"]), int(counted["dated"])
    kinds, periods = _entries(counted["kinds"]), _entries(counted["periods"])
    periods[""] = total - dated
    shares = {"century": _shares(periods), "medium": _shares(kinds)}
    counted_here = f"Counted below are the {total} styles that it was trained further on here."
    return Portrait(card.title, total, (card.trained_on, counted_here), shares, missing)


def _entries(text: str) -> dict[str, int]:
    return {match["name"]: int(match["count"]) for match in _ENTRY.finditer(text)}


def _shares(counts: dict[str, int]) -> tuple[Share, ...]:
    """The most frequent, then all others as one, then what is unknown."""
    unknown, others = counts.get("", 0), counts.get("others", 0)
    named = sorted(((name, count) for name, count in counts.items() if name not in ("", "others")), key=lambda e: -e[1])
    others += sum(count for _, count in named[MOST_SHOWN:])
    shares: list[Share] = [Share(name, count) for name, count in named[:MOST_SHOWN]]
    shares += [Share(None, others)] if others else []
    return tuple(shares + ([Share("", unknown)] if unknown else []))
