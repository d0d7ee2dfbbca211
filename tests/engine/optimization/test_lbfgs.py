"""The optimiser: finds the lowest point inside [0, 1], stays inside, and remembers only what helps."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.engine.optimization.lbfgs import BoundedLBFGS


def descend(matrix: Tensor, pull: Tensor, start: Tensor, steps: int = 60) -> Tensor:
    """Where the optimiser ends on x A x / 2 - b x."""
    optimizer, image = BoundedLBFGS(), start
    for _ in range(steps):
        image = optimizer.step(image, matrix @ image - pull)
    return image


def walk(steps: int, size: int = 6) -> list[tuple[Tensor, Tensor]]:
    """Images and their gradients in a bowl, not along any optimiser's path."""
    generator = torch.Generator().manual_seed(3)
    slopes = torch.linspace(1, 5, size)
    images = [torch.rand(size, generator=generator) for _ in range(steps)]
    return [(image, slopes * (image - 0.4) + 0.3 * (image - 0.4) ** 3) for image in images]


@pytest.mark.parametrize("start", [0.0, 0.5, 1.0])
def test_each_pixel_comes_to_its_optimum_or_to_the_bound_before_it(start: float) -> None:
    slopes = torch.tensor([1.0, 10.0, 0.5, 3.0, 1.0, 20.0])
    wanted = torch.tensor([0.2, 0.7, -1.0, 1.5, 0.0, 1.0])
    found = descend(torch.diag(slopes), slopes * wanted, torch.full((6,), start))
    assert torch.allclose(found, torch.tensor([0.2, 0.7, 0.0, 1.0, 0.0, 1.0]), atol=2e-3)


@pytest.mark.parametrize(
    ("pull", "optimum"),
    [
        ((1.0, 0.8), (0.4, 0.2)),  # inside
        ((3.0, 1.5), (1.0, 0.25)),  # the free optimum (1.5, 0), clamped, would be (1, 0)
        ((3.0, 0.0), (1.0, 0.0)),
    ],
)
def test_pixels_that_depend_on_each_other_come_near_the_lowest_point_inside(
    pull: tuple[float, float], optimum: tuple[float, float]
) -> None:
    found = descend(torch.tensor([[2.0, 1.0], [1.0, 2.0]]), torch.tensor(pull), torch.tensor([0.5, 0.5]))
    assert torch.allclose(found, torch.tensor(optimum), atol=0.05)


def test_a_bowl_of_many_pixels_takes_few_steps() -> None:
    wanted = torch.linspace(-0.3, 1.3, 300).reshape(1, 3, 10, 10)
    slopes = torch.linspace(1, 30, 300).reshape(1, 3, 10, 10)

    def height_above_lowest(image: Tensor) -> float:
        height = (slopes * (image - wanted).square()).sum() - (slopes * (wanted.clamp(0, 1) - wanted).square()).sum()
        return float(height)

    optimizer, image = BoundedLBFGS(), torch.full((1, 3, 10, 10), 0.5)
    heights = [height_above_lowest(image)]
    for _ in range(40):
        image = optimizer.step(image, 2 * slopes * (image - wanted))
        heights.append(height_above_lowest(image))
    assert min(heights) < 0.001 * heights[0]


def test_pixels_never_leave_their_range() -> None:
    generator = torch.Generator().manual_seed(0)
    optimizer, image = BoundedLBFGS(), torch.rand((1, 3, 8, 8), generator=generator)
    for exponent in range(-8, 9):
        image = optimizer.step(image, 10.0**exponent * torch.randn(image.shape, generator=generator))
        assert torch.isfinite(image).all()
        assert 0 <= image.min() <= image.max() <= 1


def test_no_step_changes_more_than_a_brush_would() -> None:
    optimizer, image = BoundedLBFGS(), torch.full((50,), 0.5)
    for _ in range(4):  # a bowl so shallow that its lowest point is far away
        following = optimizer.step(image, 1e-3 * (image + 1000 * torch.linspace(-1, 1, 50)))
        assert (following - image).abs().mean() < 0.2
        image = following


def test_the_first_step_goes_straight_down_by_the_first_step() -> None:
    gradient = torch.tensor([2.0, -1.0, 3.0])
    moved = BoundedLBFGS(first_step=0.03).step(torch.full((3,), 0.5), gradient) - 0.5
    assert moved.abs().mean().item() == pytest.approx(0.03, rel=1e-4)
    assert torch.allclose(moved / moved[0], gradient / gradient[0])


def test_a_gradient_of_nothing_leaves_the_picture_alone() -> None:
    image = torch.rand(5)
    assert torch.equal(BoundedLBFGS().step(image, torch.zeros(5)), image)


def test_a_pixel_at_its_bound_that_wants_out_stays() -> None:
    image, gradient = torch.tensor([0.0, 1.0, 0.5]), torch.tensor([1.0, -1.0, 1.0])
    found = BoundedLBFGS().step(image, gradient)
    assert found[:2].tolist() == [0, 1]
    assert found[2] < 0.5


def test_a_pixel_at_its_bound_that_wants_back_is_free() -> None:
    image, gradient = torch.tensor([0.0, 1.0]), torch.tensor([-1.0, 1.0])
    found = BoundedLBFGS().step(image, gradient)
    assert found[0] > 0
    assert found[1] < 1


@pytest.mark.parametrize("history", [1, 2, 5])
def test_only_the_last_steps_are_remembered(history: int) -> None:
    path = walk(12)
    long, short = BoundedLBFGS(history), BoundedLBFGS(history)
    for image, gradient in path:
        after_long = long.step(image, gradient)
    for image, gradient in path[-history - 1 :]:
        after_short = short.step(image, gradient)
    assert torch.equal(after_long, after_short)


def test_where_the_ground_curves_down_nothing_is_learnt() -> None:
    optimizer = BoundedLBFGS(first_step=0.01)
    hill = [(torch.tensor([x, 0.5]), torch.tensor([1.0 - x, 1.0])) for x in (0.2, 0.4, 0.6)]  # less steep ahead
    for image, gradient in hill:
        moved = optimizer.step(image, gradient) - image
        assert torch.allclose(moved, -0.01 * gradient / gradient.abs().mean(), atol=1e-6)


def test_where_the_ground_curves_up_the_step_follows_the_curvature() -> None:
    optimizer = BoundedLBFGS()
    for value in (0.5, 0.45):
        found = optimizer.step(torch.tensor([value]), torch.tensor([4 * (value - 0.4)]))
    assert found.item() == pytest.approx(0.4)


def test_what_is_forgotten_has_no_effect() -> None:
    path = walk(5)
    used = BoundedLBFGS()
    for image, gradient in path:
        used.step(image, gradient)
    used.forget()
    assert torch.equal(used.step(*path[-1]), BoundedLBFGS().step(*path[-1]))


def test_images_and_gradients_handed_in_are_not_touched() -> None:
    path = walk(4)
    copies = [(image.clone(), gradient.clone()) for image, gradient in path]
    optimizer = BoundedLBFGS()
    for image, gradient in path:
        optimizer.step(image, gradient)
    for before, after in zip(copies, path, strict=True):
        assert torch.equal(before[0], after[0])
        assert torch.equal(before[1], after[1])
