"""Grad-CAM: where in a picture a class is spoken for (Selvaraju et al. 2017)."""

from __future__ import annotations

import torch
from torch import Tensor

from studio.core.picture import Picture, fit_size
from studio.core.resampling import resized
from studio.engine.curator.tuned_network import TunedNetwork
from studio.engine.curator.views import View, stack

SHOWN_EDGE = 224  # px
_WARM = (1.0, 0.25, 0.05)
_STRONGEST = 0.65  # of the colour, where most speaks for the class


def class_activation(network: TunedNetwork, view: View, number: int) -> Tensor:
    """How much each place of the last activations speaks for a class, 0 to 1. Shape: (h, w)."""
    rows, activations = stack([view], network.device)
    with torch.enable_grad():
        activations.requires_grad_()
        features, last = network.features(rows, activations)
        (gradient,) = torch.autograd.grad(network.scores(features)[0, number], last)
    weights = gradient.mean((2, 3), keepdim=True)
    found = (weights * last).sum(1)[0].clamp_min(0).detach()
    return found / found.max().clamp_min(1e-12)


def heat_picture(picture: Picture, heat: Tensor) -> Picture:
    """The picture, small and darker, warm where the heat (h, w) is 1."""
    size = fit_size(picture.width, picture.height, min(SHOWN_EDGE, picture.long_edge))
    image = torch.from_numpy(resized(picture.pixels, size).copy()).float().div(255)
    large = torch.nn.functional.interpolate(heat.cpu()[None, None].float(), (size[1], size[0]), mode="bilinear")[0, 0]
    share = large.clamp(0, 1)[:, :, None] * _STRONGEST
    grey = image.mean(2, keepdim=True) * 0.6 + image * 0.4
    mixed = grey * (1 - share) + torch.tensor(_WARM) * share
    return Picture(mixed.mul(255).round().to(torch.uint8).numpy(), picture.name)
