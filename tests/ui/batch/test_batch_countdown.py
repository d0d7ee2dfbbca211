"""The time left of a batch follows from its items, not from the clock."""

from __future__ import annotations

import pytest

from studio.ui.batch.batch_countdown import BatchCountdown


def test_nothing_is_promised_before_the_first_reading() -> None:
    assert BatchCountdown(3).seconds_left is None


def test_an_item_half_painted_promises_the_rest_of_all() -> None:
    countdown = BatchCountdown(4)
    countdown.update(0.5, 10.0)
    assert countdown.seconds_left == pytest.approx(70.0)  # 20 s for each of four, of which 10 s have passed


def test_setting_up_the_first_item_promises_no_hours_for_all() -> None:
    countdown = BatchCountdown(4)
    countdown.update(0.001, 4.0)
    assert countdown.seconds_left is None
    countdown.update(0.1, 9.0)
    assert countdown.seconds_left == pytest.approx(351.0)


def test_an_item_that_was_left_out_leaves_less_to_do() -> None:
    countdown = BatchCountdown(2)
    countdown.update(0.5, 10.0)
    countdown.add_seconds(20.0)
    countdown.end_item()
    assert countdown.seconds_left == pytest.approx(20.0)
    countdown.end_item()  # the second one could not be opened
    assert countdown.seconds_left == 0.0


def test_a_batch_without_items_has_nothing_to_wait_for() -> None:
    countdown = BatchCountdown(0)
    countdown.end_item()
    assert countdown.seconds_left == 0.0
