"""The order in which pictures of the library are shown, and which of them have some words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.core.library.files.index_database import IndexDatabase

Sort = Literal["folder", "title", "author", "year", "newest"]

_COLUMNS = ("title", "author", "year", "medium", "licence")
_LABELS = "(SELECT coalesce(group_concat(label, char(10)), '') FROM labels WHERE labels.row = pictures.row)"
Labelled = tuple[str, str]  # a classifier, and what it said: "" for unknown
# What is not known comes last, and equal ones as in their folders.
_ORDERS: dict[Sort, str] = {
    "folder": "path",
    "title": "folded(title, path), path",
    "author": "author = '', folded(author, path), folded(title, path), path",
    "year": "year = '', year, path",
    "newest": "modified DESC, path",
}


def arranged_rows(
    database: IndexDatabase, folders: Sequence[Path], words: str, sort: Sort, labelled: Labelled | None = None
) -> NDArray[np.int64]:
    """Rows of pictures below any of the folders (absolute paths) that have all words, in an order.

    words: parts of title, author, year, medium, licence, the file's name, or of what classifiers said, whatever their
    case. sort: "newest" by the last change of the file; a picture without a title has its file's name instead.
    labelled: only those of which this classifier said this.
    """
    if not folders:
        return np.zeros(0, np.int64)
    database.create_function("folded", 2, _folded)
    conditions: list[str] = []
    values: list[bytes] = []
    for folder in folders:
        condition, between = below(folder)
        conditions.append(condition.removeprefix(" WHERE "))
        values += between
    where = f"({' OR '.join(conditions)})"
    wanted = words.casefold().split()
    if wanted:
        database.create_function("has_words", len(_COLUMNS) + 2, lambda *texts: _has_words(wanted, *texts), False)
        where += f" AND has_words({', '.join(_COLUMNS)}, {_LABELS}, path)"
    texts: tuple[str, ...] = ()
    if labelled is not None:
        where += " AND row IN (SELECT row FROM labels WHERE model = ? AND label = ?)"
        texts = labelled
    query = f"SELECT row FROM pictures WHERE {where} ORDER BY {_ORDERS[sort]}"
    return np.fromiter((row for (row,) in database.execute(query, (*values, *texts))), np.int64)


def below(folder: Path | None) -> tuple[str, tuple[bytes, ...]]:
    """The condition for paths below a folder, or for all, and its values."""
    if folder is None:
        return "", ()
    start = os.path.join(os.fsencode(folder), b"")  # noqa: PTH118 - bytes
    return " WHERE path >= ? AND path < ?", (start, start[:-1] + bytes([start[-1] + 1]))


def _folded(text: str, path: bytes) -> str:
    return text.casefold() or Path(os.fsdecode(path)).stem.casefold()


def _has_words(wanted: Sequence[str], *texts: str | bytes) -> bool:
    name = Path(os.fsdecode(texts[-1])).name
    searched = "\n".join((*map(str, texts[:-1]), name)).casefold()
    return all(word in searched for word in wanted)
