"""Dithering: the mean is right, what is exact stays as it is, and the noise is blue."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.image_io.output.dither import blue_noise, dithered


def test_what_is_exactly_a_level_stays_flat() -> None:
    levels = np.arange(256, dtype=np.uint16).reshape(1, 256, 1).repeat(70, axis=0).repeat(3, axis=2)
    assert np.array_equal(dithered(levels * np.uint16(257)), levels)


@pytest.mark.parametrize("share", [1, 64, 128, 200, 256])
def test_between_two_levels_the_mean_is_that_of_16_bits(share: int) -> None:
    flat = np.full((128, 128, 3), 257 * 100 + share, np.uint16)
    found = dithered(flat)
    assert set(np.unique(found)) <= {100, 101}
    assert found.mean(axis=(0, 1)) == pytest.approx([100 + share / 257] * 3, abs=0.003)


def test_a_gradient_has_no_steps() -> None:
    ramp = np.broadcast_to(np.linspace(20_000, 21_000, 512).astype(np.uint16)[None, :, None], (256, 512, 3))
    means = dithered(ramp)[:, :, 1].mean(axis=0)
    smooth = np.convolve(means, np.ones(64) / 64, "valid")
    exact = np.convolve(ramp[0, :, 1] / 257, np.ones(64) / 64, "valid")
    assert np.abs(smooth - exact).max() < 0.02


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    flat = np.full((70, 90, 3), 1000, np.uint16)
    assert np.array_equal(dithered(flat, 3), dithered(flat, 3))
    assert not np.array_equal(dithered(flat, 3), dithered(flat, 4))


def test_the_three_colours_do_not_round_up_together() -> None:
    found = dithered(np.full((64, 64, 3), 257 * 9 + 128, np.uint16)).astype(float)
    assert abs(np.corrcoef(found[:, :, 0].ravel(), found[:, :, 1].ravel())[0, 1]) < 0.2


def test_transparency_is_rounded_and_not_dithered() -> None:
    values = np.full((64, 64, 4), 257 * 40 + 100, np.uint16)
    assert set(np.unique(dithered(values)[:, :, 3])) == {40}


def test_the_noise_is_blue() -> None:
    noise = blue_noise() - blue_noise().mean()
    power = np.abs(np.fft.fftshift(np.fft.fft2(noise))) ** 2
    y, x = np.mgrid[-32:32, -32:32]
    coarse = (np.hypot(x, y) > 0) & (np.hypot(x, y) < 10)
    assert power[coarse].mean() < 0.02 * power.mean()  # white noise has 1
    assert np.bincount(blue_noise().ravel(), minlength=257).min() >= 15
