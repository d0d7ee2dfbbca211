"""Labels: what classifiers said of the pictures in the rows of an index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.core.library.files.index_database import IndexDatabase

LABELS_TABLE = """
CREATE TABLE IF NOT EXISTS labels (
    row INTEGER NOT NULL, model TEXT NOT NULL, label TEXT NOT NULL, certainty REAL NOT NULL, PRIMARY KEY (row, model));
"""


class Labels:
    """For the thread of the index. A label is "" for unknown; `model` is the name of a classifier.

    What is put and forgotten lasts from the next `commit` of the index. Raises StudioError.
    """

    def __init__(self, database: IndexDatabase) -> None:
        self._database = database

    def put(self, row: int, model: str, label: str, certainty: float) -> None:
        """Remember what a classifier said of a picture, instead of what it said before."""
        self._database.execute("INSERT OR REPLACE INTO labels VALUES (?, ?, ?, ?)", (row, model, label, certainty))

    def forget(self, model: str) -> None:
        """Forget all that a classifier said."""
        self._database.execute("DELETE FROM labels WHERE model = ?", (model,))

    def counts(self) -> dict[str, dict[str, int]]:
        """By classifier, what it said of how many pictures, the most frequent first."""
        found: dict[str, dict[str, int]] = {}
        query = "SELECT model, label, count(*) FROM labels GROUP BY model, label ORDER BY model, count(*) DESC, label"
        for model, label, count in self._database.execute(query):
            found.setdefault(model, {})[label] = count
        return found

    def of(self, rows: Sequence[int] | NDArray[np.int64]) -> dict[int, list[tuple[str, str, float]]]:
        """What classifiers said of the pictures in these rows: model, label and certainty, by model."""
        found: dict[int, list[tuple[str, str, float]]] = {}
        query = "SELECT model, label, certainty FROM labels WHERE row = ? ORDER BY model"
        for row in map(int, rows):
            if labels := self._database.execute(query, (row,)):
                found[row] = labels
        return found
