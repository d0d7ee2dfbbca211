"""Sizes of prints: how they are written, and the pixels they take."""

from __future__ import annotations

import pytest

from studio.core.errors import RecipeError
from studio.core.print_size import PAPERS, PrintSize, parse_print_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("20x30cm@300", PrintSize(20, 30, 300)),
        ("20 \N{MULTIPLICATION SIGN} 30 cm @ 300", PrintSize(20, 30, 300)),
        ("10.5x14.8cm@150", PrintSize(10.5, 14.8, 150)),
        ("8x10in@300", PrintSize(20.32, 25.4, 300)),
        ("A4@300", PrintSize(21, 29.7, 300)),
    ],
)
def test_sizes_are_read_as_people_write_them_and_written_so_that_they_are_read_again(
    text: str, size: PrintSize
) -> None:
    assert parse_print_size(text) == size
    assert parse_print_size(str(size)) == size


@pytest.mark.parametrize(
    "text", ["", "20x30", "20x30cm", "x30cm@300", "A9@300", "20x30cm@5", "0x3cm@300", "9999x1cm@300", "20x30mm@300"]
)
def test_what_is_no_size_of_a_print_says_so(text: str) -> None:
    with pytest.raises(RecipeError):
        parse_print_size(text)


def test_the_paper_is_turned_to_the_picture_and_nothing_is_cut_off() -> None:
    a4 = PrintSize(*PAPERS["A4"], 300)
    assert a4.long_edge(3000, 3000) == 2480  # 21 cm
    assert a4.long_edge(4000, 1000) == a4.long_edge(1000, 4000) == 3508  # 29.7 cm
    assert a4.long_edge(4, 3) == 3307  # 21 cm for the shorter edge
