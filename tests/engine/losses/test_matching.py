"""Matching: each place gets the features of the style that point the same way."""

from __future__ import annotations

import pytest
import torch

from studio.core.generators import run_to_end
from studio.engine.losses import matching
from studio.engine.losses.matching import nearest_features, sample_rows


def test_each_place_gets_the_row_that_points_its_way() -> None:
    # Around their means, the photo's places point right, left, up and down; so do the style's, in another order.
    photo = torch.tensor([[1.0, 0], [-1, 0], [0, 1], [0, -1]]).T.view(1, 2, 2, 2) + 5
    bank = torch.tensor([[0.0, -3], [0, 3], [-3, 0], [3, 0]]) - 20
    found = run_to_end(nearest_features(photo, bank))
    assert torch.equal(found, bank[[3, 2, 1, 0]].T.view(1, 2, 2, 2))


def test_pieces_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = torch.Generator().manual_seed(0)
    photo, bank = torch.rand((1, 8, 9, 7), generator=generator), torch.rand((40, 8), generator=generator)
    whole = run_to_end(nearest_features(photo, bank))
    monkeypatch.setattr(matching, "ROWS", 10)
    assert torch.equal(run_to_end(nearest_features(photo, bank)), whole)


def test_what_is_matched_is_nothing_but_the_styles_own() -> None:
    generator = torch.Generator().manual_seed(0)
    photo, bank = torch.rand((1, 4, 5, 5), generator=generator), torch.rand((30, 4), generator=generator)
    found = run_to_end(nearest_features(photo, bank))[0].flatten(1).T
    assert all(any(torch.equal(row, other) for other in bank) for row in found)


def test_flat_features_match_something_finite() -> None:
    found = run_to_end(nearest_features(torch.ones((1, 3, 4, 4)), torch.ones((5, 3))))
    assert torch.equal(found, torch.ones((1, 3, 4, 4)))


def test_a_sample_is_the_same_each_time_and_holds_no_row_twice() -> None:
    rows = torch.arange(50.0)[:, None]
    sample = sample_rows(rows, 20)
    assert torch.equal(sample, sample_rows(rows, 20))
    assert len(set(sample.flatten().tolist())) == 20
    assert len(sample_rows(rows, 0.2)) == 1
    assert sorted(sample_rows(rows, 1000).flatten().tolist()) == rows.flatten().tolist()
