"""Self-similarity: cosines of places, averaged into cells that tiles add up to."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.engine.losses.self_similarity import CellGrid, self_similarity, self_similarity_loss

CPU = torch.device("cpu")


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_places_on_opposite_sides_of_the_mean_are_opposites() -> None:
    cells = torch.tensor([[[1.0, 3.0, 1.0, 3.0]], [[0.0, 2.0, 0.0, 2.0]]])  # (2, 1, 4)
    found = self_similarity(cells)
    expected = torch.tensor([[1.0, -1, 1, -1], [-1, 1, -1, 1], [1, -1, 1, -1], [-1, 1, -1, 1]])
    assert torch.allclose(found, expected, atol=1e-6)


def test_other_colours_of_the_same_layout_cost_nothing() -> None:
    cells = numbers(5, 4, 4)
    assert float(self_similarity_loss(3 * cells + 7, self_similarity(cells))) == pytest.approx(0, abs=1e-6)
    assert float(self_similarity_loss(numbers(5, 4, 4, seed=1), self_similarity(cells))) > 0.5


def test_a_photo_that_is_alike_everywhere_asks_for_nothing() -> None:
    flat = torch.ones((3, 4, 4))
    cells = numbers(3, 4, 4).requires_grad_()
    loss = self_similarity_loss(cells, torch.ones_like(self_similarity(flat)))
    assert float(loss.detach()) == 0
    assert not torch.autograd.grad(loss, cells)[0].any()


def test_a_photo_of_which_one_place_is_seen_asks_for_nothing() -> None:
    opacity = torch.zeros(1, 1, 48, 48)
    opacity[..., 4:6, 6:8] = 1
    grid = CellGrid(48, 48, torch.device("cpu"), opacity)
    cells = grid.seen(grid.add_up(numbers(1, 8, 48, 48))).requires_grad_()
    loss = self_similarity_loss(cells, self_similarity(cells.detach()))
    loss.backward()  # type: ignore[no-untyped-call]
    assert cells.shape == (8, 1)
    assert float(loss.detach()) == 0
    assert cells.grad is not None
    assert not cells.grad.any()


def test_cells_are_means_of_what_they_cover() -> None:
    features = torch.arange(24.0).view(1, 1, 4, 6)
    assert torch.equal(CellGrid(4, 6, CPU, cells=3).add_up(features), features.view(1, 2, 2, 3, 2).mean((2, 4)))


def test_a_cell_takes_the_share_of_a_position_that_it_covers() -> None:
    features = torch.tensor([1.0, 2.0, 4.0]).view(1, 1, 1, 3)
    assert CellGrid(1, 3, CPU, cells=2).add_up(features).flatten().tolist() == pytest.approx([4 / 3, 10 / 3])


def test_small_features_are_their_own_cells() -> None:
    features = numbers(1, 2, 3, 5)
    assert torch.equal(CellGrid(3, 5, CPU).add_up(features), features[0])


def test_parts_of_a_picture_add_up_to_the_cells_of_the_whole() -> None:
    features = numbers(1, 3, 10, 14)
    grid = CellGrid(10, 14, CPU, cells=4)
    parts = [(0, 7, 0, 5), (0, 7, 5, 14), (7, 10, 0, 5), (7, 10, 5, 14)]
    found = sum(grid.add_up(features[:, :, a:b, c:d], a, c) for a, b, c, d in parts)
    assert torch.allclose(torch.as_tensor(found), grid.add_up(features), atol=1e-6)


def test_slopes_go_back_to_the_places_they_come_from() -> None:
    features = numbers(1, 3, 10, 14).requires_grad_()
    grid, slopes = CellGrid(10, 14, CPU, cells=4), numbers(3, 3, 4, seed=2)
    (expected,) = torch.autograd.grad((grid.add_up(features) * slopes).sum(), features)
    assert torch.allclose(grid.spread(slopes, features.shape), expected, atol=1e-6)
    assert torch.allclose(grid.spread(slopes, (1, 3, 4, 6), 5, 7), expected[:, :, 5:9, 7:13], atol=1e-6)
