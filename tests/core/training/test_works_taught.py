"""The line that names the works a style is learnt from."""

from __future__ import annotations

import pytest

from studio.core.training.works_taught import LONGEST, TaughtWork, works_line


@pytest.mark.parametrize(
    ("works", "line"),
    [
        ([], ""),
        ([TaughtWork("street")], "street"),
        ([TaughtWork("a"), TaughtWork("b"), TaughtWork("a"), TaughtWork("c")], "a, b and c"),
        (
            [TaughtWork("Poppies", "Hokusai", "CC0"), TaughtWork("x"), TaughtWork("Lion", "Hokusai", "CC0")],
            "Poppies and Lion (Hokusai, CC0); x",
        ),
    ],
)
def test_works_are_named_by_who_made_them(works: list[TaughtWork], line: str) -> None:
    assert works_line(works) == line


def test_where_there_is_no_room_titles_are_counted_and_every_maker_is_named() -> None:
    works = [TaughtWork(f"A rather long title of work {number}", f"Maker {number % 10}", "CC0") for number in range(30)]
    line = works_line(works)
    assert len(line) <= LONGEST
    assert all(f"Maker {number}" in line for number in range(10)) and "more" in line


def test_the_line_is_never_longer_than_an_export_has_room_for() -> None:
    assert len(works_line([TaughtWork("x" * 300, "y" * 300) for _ in range(1)])) == 603
    assert len(works_line([TaughtWork("x", f"{number}" + "y" * 90) for number in range(30)])) == LONGEST
