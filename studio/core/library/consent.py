"""Whether a picture forbids to learn from it, by a mark in its file, its card or a manifest; and where it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.core.image_io.containers.learning_marks import learning_mark
from studio.core.library.facts import NO_LEARN, FactsReader
from studio.core.training.data_card import MANIFEST


def forbids_learning(path: Path, check: Callable[[], None] = lambda: None) -> bool:
    """Whether the file carries a mark; False where it cannot be read: opening it says so.

    check: as of `learning_mark`.
    """
    return bool(learning_mark(path, check))


class ConsentReader:
    """Looks at many pictures; a manifest is read once for its folder."""

    def __init__(self) -> None:
        self._facts = FactsReader()

    def refusal(self, path: Path) -> str:
        """A sentence that names the picture and says where it forbids to be learnt from, "" if it does not."""
        mark = learning_mark(path)
        if not mark and not self._facts.facts_of(path).may_learn:
            card = path.with_suffix(".json")
            is_there = os.path.isfile(card)  # noqa: PTH113 - Path's raises where the name is too long
            mark = f'"{NO_LEARN}" in {card.name if is_there else f"a {MANIFEST}"}'
        return f"{path.name} may not be learnt from: {mark} forbids it." if mark else ""


@dataclass(frozen=True)
class Permitted:
    """The pictures that may be learnt from, and a sentence on each that may not."""

    paths: tuple[Path, ...]
    refusals: tuple[str, ...] = ()

    def too_few(self, left: int) -> str:
        """A sentence for where `left` pictures are not enough for what is wanted; "" where no mark is to blame."""
        if not self.refusals:
            return ""
        count, total = len(self.refusals), len(self.refusals) + len(self.paths)
        return f"{count} of {total} pictures may not be learnt from, which leaves {left or 'none'}: too few."


def permitted(paths: Iterable[Path]) -> Permitted:
    """Part pictures into those that may be learnt from and those that may not."""
    reader = ConsentReader()
    found = [(path, reader.refusal(path)) for path in paths]
    return Permitted(tuple(path for path, why in found if not why), tuple(why for _, why in found if why))
