"""Keeping colours: OKLab as published, lightness of the painting, hue and chroma of the photo."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.engine.keep_colors import ColorKeeper
from studio.engine.runtime import tensors
from studio.engine.runtime.oklab import from_oklab, to_oklab
from studio.engine.runtime.tensors import strips_of
from tests.support.scenes import flat, waves, weave


def keep_colors(
    painted: Tensor, photo: Tensor, amount: float, keeper: ColorKeeper | None = None, *keys: object
) -> Tensor:
    size = (painted.shape[2], painted.shape[3])
    return torch.cat(list((keeper or ColorKeeper()).keep(strips_of(painted), size, photo, amount, *keys)), 2)


def pixel(*values: float) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)


@pytest.mark.parametrize(
    ("srgb", "lab"),
    [
        ((1.0, 1.0, 1.0), (1.0, 0.0, 0.0)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ((1.0, 0.0, 0.0), (0.62796, 0.22486, 0.12585)),
        ((0.0, 1.0, 0.0), (0.86644, -0.23389, 0.17950)),
        ((0.0, 0.0, 1.0), (0.45201, -0.03246, -0.31153)),
    ],
    ids=["white", "black", "red", "green", "blue"],
)
def test_known_colors_have_their_published_coordinates(
    srgb: tuple[float, float, float], lab: tuple[float, float, float]
) -> None:
    assert to_oklab(pixel(*srgb)).flatten().tolist() == pytest.approx(lab, abs=2e-4)


def test_colors_come_back_from_oklab_as_they_went() -> None:
    assert torch.allclose(from_oklab(to_oklab(waves())), waves(), atol=1e-3)


def test_darkest_colors_come_back_as_well() -> None:
    ramp = torch.linspace(0, 0.1, 101).expand(1, 3, 1, 101).contiguous()  # sRGB's curve has its bend at 0.04
    assert torch.allclose(from_oklab(to_oklab(ramp)), ramp, atol=1e-4)
    assert float(from_oklab(torch.tensor([-0.1, 0.0, 0.0]).view(1, 3, 1, 1)).max()) < 0


def test_keeping_no_colors_leaves_the_painting_alone() -> None:
    assert torch.equal(keep_colors(weave(20, 30), waves(20, 30), 0.0), weave(20, 30))


def test_keeping_all_colors_leaves_lightness_to_the_painting_and_the_rest_to_the_photo() -> None:
    painted, photo = 0.5 + 0.1 * weave(20, 30), 0.5 + 0.1 * waves(20, 30)  # pale: nothing leaves sRGB
    found = to_oklab(keep_colors(painted, photo, 1.0))
    assert torch.allclose(found[:, :1], to_oklab(painted)[:, :1], atol=1e-3)
    assert torch.allclose(found[:, 1:], to_oklab(photo)[:, 1:], atol=1e-3)


def test_half_is_halfway() -> None:
    painted, photo = 0.5 + 0.1 * weave(20, 30), 0.5 + 0.1 * waves(20, 30)
    found = to_oklab(keep_colors(painted, photo, 0.5))
    halfway = (to_oklab(painted) + to_oklab(photo)) / 2
    assert torch.allclose(found[:, 1:], halfway[:, 1:], atol=1e-3)


def test_the_colors_of_a_grey_photo_are_grey() -> None:
    found = keep_colors(weave(), flat(grey=0.3), 1.0)
    assert (found.amax(1) - found.amin(1)).max() < 0.01


def test_a_photo_of_another_size_is_laid_over() -> None:
    painted = 0.5 + 0.1 * weave(20, 30)
    found = to_oklab(keep_colors(painted, pixel(0.6, 0.5, 0.4).expand(1, 3, 80, 120), 1.0))
    assert found.shape == painted.shape
    assert torch.allclose(found[0, 1:], to_oklab(pixel(0.6, 0.5, 0.4))[0, 1:].expand(2, 20, 30), atol=1e-3)


@pytest.mark.parametrize("amount", [0.3, 1.0])
def test_colors_that_do_not_exist_stay_in_range(amount: float) -> None:
    dark, vivid = pixel(0.02, 0.02, 0.02).expand(1, 3, 8, 8), pixel(0.0, 0.0, 1.0).expand(1, 3, 8, 8)
    found = keep_colors(dark, vivid, amount)
    assert torch.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= 1


def test_the_painting_itself_is_not_touched() -> None:
    painted = weave(20, 30)
    keep_colors(painted, waves(20, 30), 1.0)
    assert torch.equal(painted, weave(20, 30))


def test_a_keeper_of_colors_keeps_them_alike_also_when_asked_again() -> None:
    keeper, photo = ColorKeeper(), waves(20, 30)
    for painted in (weave(20, 30), 1 - weave(20, 30)):
        for amount in (0.0, 0.3, 0.9):
            found = keep_colors(painted, photo, amount, keeper, float(painted.mean()), "photo")
            assert torch.allclose(found, keep_colors(painted, photo, amount), atol=1e-5)


@pytest.mark.parametrize("size", [(20, 30), (40, 60)], ids=["as large", "larger"])
def test_in_strips_colors_are_kept_as_in_one_piece(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    painted, photo = weave(20, 30), waves(*size)
    whole = keep_colors(painted, photo, 0.7)
    monkeypatch.setattr(tensors, "STRIP", 7 * 30)
    assert torch.allclose(keep_colors(painted, photo, 0.7, ColorKeeper(), "painted", "photo"), whole, atol=1e-6)


def test_a_keeper_looks_again_at_what_it_was_given_no_key_for() -> None:
    keeper, photo = ColorKeeper(), waves(20, 30)
    for shade in range(20):
        painted = flat(20, 30, grey=shade / 20)
        found = keep_colors(painted, photo, 0.5, keeper, None, "photo")
        assert torch.allclose(found, keep_colors(painted, photo, 0.5), atol=1e-5)


def test_a_keeper_tells_a_photo_at_one_size_from_the_same_at_another() -> None:
    keeper = ColorKeeper()
    for photo, size in ((waves(20, 30), (20, 30)), (waves(40, 60), (20, 30)), (waves(40, 60), (40, 60))):
        painted = flat(*size)
        found = keep_colors(painted, photo, 0.5, keeper, ("painted", size), "photo")
        assert torch.allclose(found, keep_colors(painted, photo, 0.5), atol=1e-5)


def test_colours_can_be_kept_at_some_places_alone() -> None:
    painted, photo = waves(16, 24), waves(16, 24, turn=2.0)
    amount = torch.zeros((1, 1, 16, 24))
    amount[..., 12:] = 0.7
    part = torch.cat(list(ColorKeeper().keep([painted], (16, 24), photo, amount)), 2)
    whole = torch.cat(list(ColorKeeper().keep([painted], (16, 24), photo, 0.7)), 2)
    assert torch.equal(part[..., :12], painted[..., :12])
    assert torch.allclose(part[..., 12:], whole[..., 12:], atol=1e-5)
