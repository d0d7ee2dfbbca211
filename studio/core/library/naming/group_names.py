"""Names for groups of pictures: what holds for many in a group and for few of the others, never more than that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from studio.core.library.facts import Facts
from studio.core.library.naming.color_words import color_words

_LEAST_GAIN = 0.2  # nats times share: what holds for most pictures everywhere names no group
_TELLING = 0.35  # share of a group that its name has to hold for
_LEAST_WORD = 0.25  # the same of a word in titles, which not every work of a kind has
_MORE_OFTEN = 1.5  # times as frequent as among all: else an author says nothing about a group
_MOST_AUTHORS = 3
_FEWEST = 2  # pictures that an author or a word has to name
_WORD = re.compile(r"[^\W\d_]{4,}")
_EMPTY_WORDS = frozenset(
    ("after", "also", "and", "before", "detail", "during", "from", "into", "near", "over", "plate", "self", "series",
     "study", "that", "their", "this", "under", "untitled", "unknown", "until", "version", "view", "with", "without")
)  # fmt: skip
_SORTS: tuple[Callable[[Facts], str], ...] = (
    lambda facts: facts.known_author,
    lambda facts: facts.period,
    lambda facts: facts.medium,
    lambda facts: facts.century,
)


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of all pictures. folders: the name of each one's folder. colors: (N, 4), as of `color_traits`.

    Of the last two, () and None where they are not known.
    """

    facts: Sequence[Facts]
    folders: Sequence[str] = ()
    colors: NDArray[np.float32] | None = None

    @cached_property
    def sorts(self) -> list[list[str]]:
        """What each picture is, by what its name may come from, the best first; "" where that is not known."""
        by_facts = [[sort(one) for one in self.facts] for sort in _SORTS]
        return [*by_facts, list(self.folders)] if len(self.folders) == len(self.facts) else by_facts

    @cached_property
    def counts(self) -> list[Counter[str]]:
        """How many pictures are what, as `sorts`."""
        return [Counter(sort) for sort in self.sorts]

    @cached_property
    def words(self) -> list[frozenset[str]]:
        """The words in the title of each picture."""
        return [_words(one.title) for one in self.facts]

    @cached_property
    def word_counts(self) -> Counter[str]:
        """In how many titles each word is."""
        return Counter(word for words in self.words for word in words)


def group_names(group: NDArray[np.int64], known: Known, go_on: Callable[[], None] = lambda: None) -> list[str]:
    """A name for each group, no two the same. group: (N,), in which of them each picture is.

    What holds for a third of a group comes first, be it an author, a time, a kind or a folder; then a few authors, a
    word of titles, colours; and a number where nothing tells it from the others. go_on: called between groups.
    """
    names: list[str] = []
    for number in range(int(group.max()) + 1 if len(group) else 0):
        go_on()
        inside = np.flatnonzero(group == number).tolist()
        names.append(_distinct(_name_of(inside, known), inside, known, names))
    return names


def _name_of(inside: Sequence[int], known: Known) -> str:
    return _by_one(inside, known) or _by_authors(inside, known) or _by_word(inside, known) or _by_colors(inside, known)


def _distinct(name: str, inside: Sequence[int], known: Known, taken: Sequence[str]) -> str:
    """The name, with the colours or else a number where another group has it already."""
    if name and name not in taken:
        return name
    colors = _by_colors(inside, known).lower()
    if name and colors and colors != name.lower() and f"{name}, {colors}" not in taken:
        return f"{name}, {colors}"
    number = len(taken) + 1
    return f"{name}, group {number}" if name else f"Group {number}"


def _by_one(inside: Sequence[int], known: Known) -> str:
    best, most = "", _LEAST_GAIN
    for sort, everybody in zip(known.sorts, known.counts, strict=True):
        for text, count in Counter(sort[place] for place in inside).most_common(2):
            share = count / len(inside)
            gain = _gain(share, everybody[text] / len(sort))
            if text and share >= _TELLING and gain > most:
                best, most = text, gain
    return best


def _by_authors(inside: Sequence[int], known: Known) -> str:
    """Such as "Anna, Bo": a few who made more of this group than of the others."""
    authors, everybody = known.sorts[0], known.counts[0]
    found = [
        (author, count)
        for author, count in Counter(authors[place] for place in inside).most_common(_MOST_AUTHORS + 1)
        if author and count >= _FEWEST and count / len(inside) >= _MORE_OFTEN * everybody[author] / len(authors)
    ][:_MOST_AUTHORS]
    share = sum(count for _, count in found) / len(inside)
    elsewhere = sum(everybody[author] for author, _ in found) / len(authors)
    is_telling = len(found) > 1 and share >= _TELLING and _gain(share, elsewhere) > _LEAST_GAIN
    return ", ".join(author for author, _ in found) if is_telling else ""


def _by_word(inside: Sequence[int], known: Known) -> str:
    """Such as "Titles with \N{LEFT DOUBLE QUOTATION MARK}portrait\N{RIGHT DOUBLE QUOTATION MARK}"."""
    best, most = "", _LEAST_GAIN
    for word, count in Counter(_all_words(inside, known)).most_common(_MOST_AUTHORS):
        share = count / len(inside)
        gain = _gain(share, known.word_counts[word] / len(known.words))
        if count >= _FEWEST and share >= _LEAST_WORD and gain > most:
            best, most = word, gain
    return f"Titles with \N{LEFT DOUBLE QUOTATION MARK}{best}\N{RIGHT DOUBLE QUOTATION MARK}" if best else ""


def _by_colors(inside: Sequence[int], known: Known) -> str:
    return "" if known.colors is None else color_words(known.colors[list(inside)], known.colors)


def _gain(share: float, elsewhere: float) -> float:
    """How much it tells of a group that so large a share of it, and of all, is something."""
    return share * float(np.log(share / elsewhere)) if share else 0.0


def _all_words(inside: Sequence[int], known: Known) -> Iterable[str]:
    return (word for place in inside for word in known.words[place])


def _words(title: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(title.casefold()) if word not in _EMPTY_WORDS)
