"""What is alike, and why, and what is there twice."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.core.library.files.vector_file import KINDS
from studio.core.library.search import By, duplicates, search


class Shelf:
    """Vectors in memory."""

    def __init__(self, count: int) -> None:
        draw = np.random.default_rng(0)
        self.all = {kind: draw.standard_normal((count, length), np.float32) for kind, (length, _) in KINDS.items()}
        for vectors in self.all.values():
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    def vectors(self, kind: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self.all[kind][rows]
        return found

    def query(self, row: int) -> dict[str, NDArray[np.float32]]:
        return {kind: vectors[row] for kind, vectors in self.all.items()}


@pytest.mark.parametrize("by", ["style", "subject", "palette"])
def test_the_most_alike_come_first_with_the_reason_in_numbers(by: By) -> None:
    shelf = Shelf(20_000)  # more than one chunk
    rows = np.arange(20_000)
    hits = search(shelf, rows, shelf.query(19_123), by, count=5)
    expected = np.argsort(-(shelf.all[by] @ shelf.all[by][19_123]))[:5]
    assert [hit.row for hit in hits] == expected.tolist()
    assert hits[0].row == 19_123
    assert all(hits[0].reasons[kind] == pytest.approx(1, abs=1e-5) for kind in KINDS)
    assert all(hit.similarity == pytest.approx(hit.reasons[by], abs=1e-5) for hit in hits)


def test_shares_weigh_what_counts() -> None:
    shelf, rows = Shelf(300), np.arange(300)
    hits = search(shelf, rows, shelf.query(4), {"style": 3.0, "palette": 1.0, "subject": 0.0}, count=3)
    both = 0.75 * shelf.all["style"] @ shelf.all["style"][4] + 0.25 * shelf.all["palette"] @ shelf.all["palette"][4]
    assert [hit.row for hit in hits] == np.argsort(-both)[:3].tolist()
    assert [hit.similarity for hit in hits] == pytest.approx(np.sort(both)[::-1][:3].tolist(), abs=1e-5)


def test_a_search_for_duplicates_can_be_given_up() -> None:
    def give_up() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        duplicates(Shelf(10), np.arange(10), give_up)


def test_a_threshold_and_a_folder_leave_pictures_out() -> None:
    shelf = Shelf(100)
    rows = np.arange(0, 100, 2)
    hits = search(shelf, rows, shelf.query(4), "style", count=100, at_least=0.1)
    assert {hit.row for hit in hits} <= set(rows.tolist())
    assert hits[-1].similarity >= 0.1
    assert search(shelf, rows[:0], shelf.query(4), "style") == []


def test_one_picture_in_several_files_is_a_group() -> None:
    shelf = Shelf(3000)
    for kind in KINDS:
        for copy in (10, 2999):
            noisy = shelf.all[kind][7] + 0.003 * shelf.all[kind][8]
            shelf.all[kind][copy] = noisy / np.linalg.norm(noisy)
    shelf.all["subject"][20] = shelf.all["subject"][21]  # the same subject alone is another picture
    assert duplicates(shelf, np.arange(3000)) == [[7, 10, 2999]]
