"""The order of the library's pictures, and the words by which they are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from studio.core.library.arranging import Sort
from studio.core.library.facts import Facts
from studio.core.library.files.vector_file import KINDS
from studio.core.library.library_index import Described, FileState, LibraryIndex

VECTORS = {kind: np.ones(length, np.float32) for kind, (length, _) in KINDS.items()}
WORKS = (
    ("/art/a/boat.png", Facts("Zebra", "Dürer", "1510")),
    ("/art/a/wave.png", Facts("", "", "")),
    ("/art/b/lion.png", Facts("apple", "bruegel", "1490", medium="print")),
    ("/art/b/below/moon.png", Facts("Moon", "", "1600")),
    ("/other/moon.png", Facts("Moon of others", "Dürer", "1500")),
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LibraryIndex]:
    with LibraryIndex(tmp_path, is_writer=True) as index:
        for number, (path, facts) in enumerate(WORKS):
            index.add(Path(path), FileState(1, number), facts, Described("print", 4, 3, VECTORS))
        index.commit()
        yield index


def names(index: LibraryIndex, folders: Sequence[str] = ("/art",), words: str = "", sort: Sort = "folder") -> list[str]:
    rows = index.arranged([Path(folder) for folder in folders], words, sort)
    return [picture.path.stem for picture in index.pictures(rows)]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("folder", ["boat", "wave", "moon", "lion"]),
        ("title", ["lion", "moon", "wave", "boat"]),  # without a title by the file's name, whatever the case
        ("author", ["lion", "boat", "moon", "wave"]),  # who is unknown comes last
        ("year", ["lion", "boat", "moon", "wave"]),
        ("newest", ["moon", "lion", "wave", "boat"]),
    ],
)
def test_each_order(index: LibraryIndex, sort: Sort, expected: list[str]) -> None:
    assert names(index, sort=sort) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("DÜRER", ["boat"]),
        ("print 1490", ["lion"]),
        ("wave.PNG", ["wave"]),
        ("art", []),  # of folders nothing counts but the file's own name
        ("moon dürer", []),
    ],
)
def test_all_words_have_to_be_there_whatever_their_case(index: LibraryIndex, words: str, expected: list[str]) -> None:
    assert names(index, words=words) == expected


def test_only_what_lies_in_the_folders_is_there_and_once(index: LibraryIndex) -> None:
    assert names(index, ("/art/b", "/art/b/below", "/other")) == ["moon", "lion", "moon"]
    assert names(index, ()) == []
