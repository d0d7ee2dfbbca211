"""What is learnt from: of each picture the whole and some crops of it, seen by the frozen part of the network.

The frozen part sees each view once; what comes after it learns on what it gave, kept in float16.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.core.engine_api.features import STYLE_LAYERS
from studio.core.picture import Picture
from studio.engine.runtime.tensors import resize, to_tensor
from studio.engine.vision.art_encoder import at_working_size
from studio.engine.vision.describer import pool
from studio.engine.vision.mobilenet import MobileNetEncoder

CROP = 224  # px, as the network was trained
_LEAST_SHARE = 0.7  # of the shorter edge that a crop has
_TINT = 0.1  # how far brightness, contrast and saturation go up and down

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """A view of a picture as it leaves the frozen part. row: (P,) moments of the layers in there, float32.

    activation: (C, h, w) float16, what the stages that learn are given.
    """

    row: Tensor
    activation: Tensor


def stage_name(number: int) -> str:
    """Of one of the network's stages."""
    return f"features.{number}"


def see_whole(
    encoder: MobileNetEncoder, pictures: Sequence[Picture], device: torch.device, first_stage: int
) -> Generator[float, None, tuple[Rows, list[View]]]:
    """Features (N, D) of all layers, as a head is given, and the views of whole pictures; yields the share done."""
    rows, views = [], []
    for number, picture in enumerate(pictures, start=1):
        with torch.no_grad():
            features = encoder(at_working_size(to_tensor(picture, device)), _layers(first_stage))
            view = _view(features, first_stage)
            behind = [pool(features[layer], "moments") for layer in STYLE_LAYERS if _is_behind(layer, first_stage)]
        rows.append(torch.cat((view.row, *(part.cpu() for part in behind))).numpy())
        views.append(view)
        yield number / len(pictures)
    return np.stack(rows).astype(np.float32), views


def see_crops(
    encoder: MobileNetEncoder,
    pictures: Sequence[Picture],
    device: torch.device,
    first_stage: int,
    count: int,
    generator: torch.Generator,
) -> Generator[float, None, list[list[View]]]:
    """For each picture `count` views of crops that are flipped and tinted at random; yields the share done."""
    layers = tuple(layer for layer in _layers(first_stage) if not _is_behind(layer, first_stage))
    found = []
    for number, picture in enumerate(pictures, start=1):
        image = to_tensor(picture, device)
        views = []
        for _ in range(count):
            with torch.no_grad():
                views.append(_view(encoder(augmented(image, generator), layers), first_stage))
            yield (number - 1) / len(pictures)
        found.append(views)
    return found


def augmented(image: Tensor, generator: torch.Generator) -> Tensor:
    """A square crop, perhaps mirrored, a little lighter or darker, flatter or brighter. Shapes: (1, 3, H, W) -> 224."""
    share, down, across, flip, *tints = torch.rand(7, generator=generator).tolist()
    height, width = image.shape[2:]
    edge = max(1, round(min(height, width) * (_LEAST_SHARE + (1 - _LEAST_SHARE) * share)))
    top, left = round((height - edge) * down), round((width - edge) * across)
    crop = resize(image[:, :, top : top + edge, left : left + edge], (CROP, CROP)).clamp(0, 1)
    crop = crop.flip(3) if flip < 0.5 else crop
    brightness, contrast, saturation = (1 + _TINT * (2 * tint - 1) for tint in tints)
    crop = crop * brightness
    crop = (crop - crop.mean()) * contrast + crop.mean()
    grey = crop.mean(1, keepdim=True)
    tinted: Tensor = (grey + (crop - grey) * saturation).clamp(0, 1)
    return tinted


def stack(views: Sequence[View], device: torch.device) -> tuple[Tensor, Tensor]:
    """Rows (B, P) and activations (B, C, h, w) of views of one size, float32."""
    rows = torch.stack([view.row for view in views]).to(device)
    return rows, torch.stack([view.activation for view in views]).to(device).float()


def _view(features: dict[str, Tensor], first_stage: int) -> View:
    before = [layer for layer in STYLE_LAYERS if not _is_behind(layer, first_stage)]
    row = torch.cat([pool(features[layer], "moments") for layer in before]).cpu()
    return View(row, features[stage_name(first_stage - 1)][0].half().cpu())


def _layers(first_stage: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*STYLE_LAYERS, stage_name(first_stage - 1))))


def _is_behind(layer: str, first_stage: int) -> bool:
    return int(layer.split(".")[1]) >= first_stage
