"""Pictures to tensors and back, and resizing: everything is (1, 3, H, W) float32 sRGB in [0, 1] in between."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.core.picture import Picture, fit_size


def to_tensor(picture: Picture, device: torch.device) -> Tensor:
    """The pixels of a picture. Shapes: (H, W, 3) uint8 -> (1, 3, H, W) float32 in [0, 1]."""
    pixels = torch.from_numpy(np.array(picture.pixels)).to(device)  # a copy: the picture's own array is read-only
    return (pixels.permute(2, 0, 1)[None].float() / 255).contiguous()


def to_picture(image: Tensor, like: Picture) -> Picture:
    """The image as a picture named like another, with that one's transparency put back at the image's size."""
    pixels = image[0].clamp(0, 1).mul_(255).round_().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    alpha = None
    if like.alpha is not None:
        size = (pixels.shape[0], pixels.shape[1])
        opacity = torch.from_numpy(np.array(like.alpha))[None, None].float()
        alpha = resize(opacity, size).clamp(0, 255).round().to(torch.uint8)[0, 0].numpy()
    return like.with_pixels(np.ascontiguousarray(pixels), alpha)


def resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Bicubic resampling, antialiased when it shrinks; may overshoot. Shapes: (1, C, H, W), (h, w) -> (1, C, h, w)."""
    if tuple(image.shape[2:]) == size:
        return image
    return functional.interpolate(image, size=size, mode="bicubic", antialias=True, align_corners=False)


def resize_to(image: Tensor, long_edge: int) -> Tensor:
    """The image with its longer edge at `long_edge` px, in [0, 1]."""
    width, height = fit_size(image.shape[3], image.shape[2], long_edge)
    return resize(image, (height, width)).clamp(0, 1)


def picture_at(picture: Picture, long_edge: int, device: torch.device) -> Tensor:
    """A picture at most `long_edge` px large: 200 megapixels would stay 2.4 GB of float32 all the time."""
    image = to_tensor(picture, device)
    return image if picture.long_edge <= long_edge else resize_to(image, long_edge)


def fine_band(image: Tensor, coarse: tuple[int, int]) -> Tensor:
    """What an image loses when it is shrunk to `coarse` (h, w) and enlarged again. Same shape as the image."""
    return image - resize(resize(image, coarse), (image.shape[2], image.shape[3]))
