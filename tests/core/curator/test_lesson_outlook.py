"""What is said before a lesson: photos are doubted, and what is unlike all that is known is no photo."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.core.curator.lesson_outlook import FAR, PHOTOS, UNLIKE, KnownPictures, LessonOutlook
from studio.core.curator.photo_check import PhotoCheck


class Likelihoods(PhotoCheck):
    """Says of a picture what its last number is."""

    def __init__(self) -> None:
        pass

    def fits(self, features: NDArray[np.floating]) -> bool:
        return len(features) == 3

    def photo_likelihoods(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        return features[:, -1].astype(np.float64)


def known(points: list[list[float]]) -> KnownPictures:
    """In two of three directions; the third is beside what is known."""
    return KnownPictures(np.zeros(3), np.ones(3), np.eye(3)[:, :2], np.array(points))


def test_the_distance_is_that_to_the_nearest_and_counts_what_is_beside() -> None:
    points = [[0.0, 0.0]] * 5 + [[100.0, 0.0]] * 5
    features = np.array([[9.0, 16.0, 0.0], [9.0, 16.0, 144.0], [-9.0, 16.0, 0.0]])  # roots 3, 4, 12, with their signs
    assert known(points).distances(features) == pytest.approx([5.0, 13.0, 5.0])
    mixed = known([[3.0, 4.0]] * 4 + [[3.0, 14.0]] * 4)  # four at 0, and the fifth at 10
    assert mixed.distances(features[:1]) == pytest.approx([2.0])


@pytest.mark.parametrize(
    ("likelihoods", "far", "said"),
    [
        ((0.1, 0.2, 1.0), 0, ()),
        ((1.0, 0.99, 0.1), 0, (PHOTOS,)),
        ((1.0, 1.0, 1.0), 2, (UNLIKE,)),  # drawings, which the check for photos does not know
        ((0.1, 0.1, 0.1), 2, (UNLIKE,)),
        ((1.0, 1.0, 0.1), 1, (PHOTOS,)),  # one of three says nothing of them together
    ],
)
def test_what_most_pictures_are_counts(likelihoods: tuple[float, ...], far: int, said: tuple[str, ...]) -> None:
    rows = [
        np.array([(FAR + 2) ** 2 if number < far else 0.0, 0.0, likely]) for number, likely in enumerate(likelihoods)
    ]
    remarks = LessonOutlook(Likelihoods(), known([[0.0, 0.0]] * 5)).remarks(rows)
    assert tuple(remark.text for remark in remarks) == said
    assert [remark.is_doubt for remark in remarks] == [text == PHOTOS for text in said]


def test_numbers_of_another_network_say_nothing() -> None:
    outlook = LessonOutlook(Likelihoods(), known([[0.0, 0.0]] * 5))
    assert outlook.remarks([np.ones(4)]) == () and outlook.remarks([]) == ()
