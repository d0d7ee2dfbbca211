"""Measures of classifiers, against cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.classifier.measures import (
    adaptive_calibration_error,
    bootstrap_interval,
    calibration_error,
    calibration_error_by_chance,
    confusion,
    fit_temperature,
    interval,
    mean_average_precision,
    softmax,
)


def test_intervals_hold_the_share_and_shrink_with_more_pictures() -> None:
    assert interval(8, 10) == pytest.approx((0.490, 0.943), abs=1e-3)  # as in textbooks
    low, high = interval(800, 1000)
    assert 0.77 < low < 0.8 < high < 0.83
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(0, 5)[0] == 0.0


def test_a_temperature_makes_certainties_true() -> None:
    draw = np.random.default_rng(0)
    logits = draw.standard_normal((4000, 5))
    classes = np.array([draw.choice(5, p=chances) for chances in softmax(logits)])
    assert calibration_error(softmax(logits), classes) < 0.03
    overdone = logits * 4
    assert calibration_error(softmax(overdone), classes) > 0.2
    temperature = fit_temperature(overdone, classes)
    assert temperature == pytest.approx(4, rel=0.1)
    assert calibration_error(softmax(overdone / temperature), classes) < 0.03


def test_few_pictures_look_uncalibrated_by_chance_and_many_do_not() -> None:
    draw = np.random.default_rng(0)
    few, many = (calibration_error_by_chance(softmax(draw.standard_normal((count, 5))))[0] for count in (60, 6000))
    assert 0.1 < few < 0.2
    assert many < 0.02
    chances = softmax(draw.standard_normal((600, 5)))
    alone, _ = calibration_error_by_chance(chances)
    together, _ = calibration_error_by_chance(chances, [str(number // 6) for number in range(600)])
    apart, _ = calibration_error_by_chance(chances, list(map(str, range(600))))
    assert together > 1.2 * alone
    assert apart == pytest.approx(alone, rel=0.1)


def test_ranking_is_measured_for_each_class_alike() -> None:
    classes = np.array([0, 0, 1, 1])
    perfect = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9]])
    assert mean_average_precision(perfect, classes) == 1.0
    assert mean_average_precision(perfect[::-1], classes) == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_confusion_has_labels_in_rows() -> None:
    assert confusion(np.array([1, 1, 0]), np.array([0, 1, 0]), 2).tolist() == [[1, 1], [0, 1]]


def test_the_calibration_error_has_fifteen_bins_of_equal_width_and_the_adaptive_one_ten_alike() -> None:
    sure = np.array([0.60, 0.64, 0.95, 0.97])  # two bins
    chances = np.stack((sure, 1 - sure), 1)
    classes = np.array([0, 1, 0, 0])
    assert calibration_error(chances, classes) == pytest.approx((abs(1.24 - 1) + abs(1.92 - 2)) / 4)
    assert adaptive_calibration_error(chances, classes) == pytest.approx((0.4 + 0.64 + 0.05 + 0.03) / 4)


def test_works_drawn_anew_make_intervals_wider_where_their_pictures_are_alike() -> None:
    right = np.repeat(np.arange(40) % 2 == 0, 5)
    alone = bootstrap_interval(right, [str(number) for number in range(200)])
    together = bootstrap_interval(right, [str(number // 5) for number in range(200)])
    assert alone == pytest.approx(interval(100, 200), abs=0.02)
    assert together[0] < alone[0] - 0.05 and alone[1] + 0.05 < together[1]
    assert bootstrap_interval(np.ones(3, bool), ["a", "b", "c"]) == (1.0, 1.0)
