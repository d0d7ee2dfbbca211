"""The moving average of weights: what was before the first step fades, and then it follows slowly."""

from __future__ import annotations

import pytest
import torch

from studio.engine.runtime.moving_average import average_into


def test_what_was_before_the_first_step_fades() -> None:
    averaged, current = [torch.zeros(2), torch.zeros(1, 3)], [torch.ones(2), torch.full((1, 3), 2.0)]
    average_into(averaged, current, 1, 0.95)
    assert torch.allclose(averaged[0], torch.full((2,), 0.9))
    assert torch.allclose(averaged[1], torch.full((1, 3), 1.8))
    assert torch.equal(current[0], torch.ones(2))


def test_in_the_long_run_a_share_of_it_is_kept_at_each_step() -> None:
    averaged = [torch.ones(1)]
    average_into(averaged, [torch.zeros(1)], 10_000, 0.95)
    assert float(averaged[0]) == pytest.approx(0.95)


def test_weights_that_swing_are_averaged_to_their_middle() -> None:
    averaged = [torch.zeros(1)]
    for step in range(1, 401):
        average_into(averaged, [torch.full((1,), 5.0 + (-1) ** step)], step, 0.95)
    assert float(averaged[0]) == pytest.approx(5.0, abs=0.05)
