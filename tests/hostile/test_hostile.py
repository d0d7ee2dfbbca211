"""The hostile promise, in the small numbers of the plain suite; `python -m tests.hostile` runs more of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hostile.runner import Tally

pytestmark = pytest.mark.slow

Run = Callable[[str], Tally]


def test_a_damaged_picture_opens_or_is_refused_in_one_sentence(hostile: Run) -> None:
    tally = hostile("pictures")
    assert tally.opened > 50
    assert tally.refused > 250


def test_a_damaged_file_of_the_studio_is_read_or_refused_and_nothing_beside_it_touched(hostile: Run) -> None:
    tally = hostile("files")
    assert tally.opened > 30
    assert tally.refused > 50


def test_a_killed_writer_tears_no_file_and_the_same_work_comes_to_its_end(hostile: Run) -> None:
    assert hostile("kills").opened == 30


def test_a_disk_that_fails_at_any_call_costs_one_sentence_and_no_file(hostile: Run) -> None:
    tally = hostile("writes")
    assert tally.refused > 200


def test_an_engine_that_dies_hangs_raises_or_lies_leaves_a_window_that_paints_what_is_next(hostile: Run) -> None:
    assert hostile("deaths").opened == 10
