"""What a collection represents: counted from manifests and cards, with what is unknown beside what is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from studio.core.library.facts import Facts

SORTS = ("century", "medium", "author", "region", "licence")
_RARE = 0.05  # share of the works below which a sort counts as rare
_MUCH = 0.25  # share of one author from which on it is said
_CENTURIES = (
    "15th century",
    "16th century",
    "17th century",
    "18th century",
    "19th century",
    "20th century",
    "21st century",
)


@dataclass(frozen=True)
class Representation:
    """Works are counted, not pictures: details of one work count once.

    counts: by each of SORTS, the most frequent first; "" is unknown. gaps: sentences on what is missing.
    """

    pictures: int
    works: int
    counts: dict[str, dict[str, int]]
    forbidden: int
    gaps: tuple[str, ...]


def represent(facts: Iterable[Facts]) -> Representation:
    """Count a collection."""
    pictures = list(facts)
    works = list({one.work or str(number): one for number, one in enumerate(pictures)}.values())
    counts = {sort: dict(Counter(_of(one, sort) for one in works).most_common()) for sort in SORTS}
    forbidden = sum(not one.may_learn for one in pictures)
    return Representation(len(pictures), len(works), counts, forbidden, tuple(_gaps(works, counts)))


def _of(facts: Facts, sort: str) -> str:
    return facts.known_author if sort == "author" else str(getattr(facts, sort))


def _gaps(works: Sequence[Facts], counts: dict[str, dict[str, int]]) -> Iterable[str]:
    total = len(works)
    if not total:
        return
    for sort in SORTS:
        unknown = counts[sort].get("", 0)
        if unknown == total:
            yield f"No work says anything of its {sort}, so that was not counted."
        elif unknown:
            yield f"{unknown} of {total} works ({unknown / total:.0%}) do not say their {sort}."
    authors = {name: count for name, count in counts["author"].items() if name}
    if authors:
        name, most = next(iter(authors.items()))
        if most >= _MUCH * total and len(authors) > 1:
            yield f"{most} of {total} works ({most / total:.0%}) are by {name}: the collection stands for little else."
        single = sum(count == 1 for count in authors.values())
        yield f"{len(authors)} known names; {single} of them have a single work."
    dated = {century for century in counts["century"] if century}
    if dated:
        missing = [century for century in _CENTURIES if century not in dated]
        rare = [one for one in sorted(dated) if counts["century"][one] < _RARE * total]
        if missing:
            yield f"Nothing is from the {', '.join(missing)}."
        if rare:
            yield f"Rare (below {_RARE:.0%}) are works from the {', '.join(rare)}."
