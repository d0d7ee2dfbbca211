"""A guess at the inverse curvature of a style loss: what is known beforehand need not be found out."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SLOPE = 0.75  # coarse waves may move farther than fine ones: power of the frequency
COARSEST = 1 / 32  # cycles per px; below, all waves are alike
CONTRAST = 0.35  # places where little ever pulls may move farther than busy ones: power of the squared gradient
LEAST_PULL = 0.05  # of the mean, so that an empty sky does not fly away
NEIGHBOURHOOD = 9  # px
MEMORY = 0.8  # share of the past in what is known about a place


class Preconditioner:
    """Symmetric and positive: place by place, then frequency by frequency, then place by place again.

    Measured at 256 px on two pairs: L-BFGS has the same loss after a quarter fewer steps. Decorrelated colours and
    longer histories brought nothing.
    """

    def __init__(self) -> None:
        self._pull: Tensor | None = None  # (1, 1, H, W)
        self._waves: Tensor | None = None  # (H, W // 2 + 1)

    def learn(self, gradient: Tensor) -> None:
        """Take note of where a gradient (1, 3, H, W) pulls."""
        pull = gradient.square().mean(1, keepdim=True)
        pull = functional.avg_pool2d(pull, NEIGHBOURHOOD, 1, NEIGHBOURHOOD // 2, count_include_pad=False)
        self._pull = pull if self._pull is None else torch.lerp(pull, self._pull, MEMORY)

    def __call__(self, gradient: Tensor) -> Tensor:
        """The gradient times the guess. Shapes: (1, 3, H, W) -> same. `learn` must have been called."""
        assert self._pull is not None
        size = (gradient.shape[2], gradient.shape[3])
        if self._waves is None:
            across = torch.fft.rfftfreq(size[1], device=gradient.device)
            down = torch.fft.fftfreq(size[0], device=gradient.device)[:, None]
            waves = (torch.hypot(down, across) + COARSEST) ** -SLOPE
            self._waves = waves / waves.mean()
        places = (self._pull / self._pull.mean().clamp_min(1e-30) + LEAST_PULL) ** -CONTRAST
        spectrum = torch.fft.rfft2(places * gradient)
        moved: Tensor = places * torch.fft.irfft2(spectrum * self._waves, s=size)
        return moved
