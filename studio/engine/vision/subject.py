"""The subject of a photo, told from what is behind it, as a soft mask."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.runtime.tensors import resize, resize_to
from studio.engine.vision.appearance import sharpen
from studio.engine.vision.guided_filter import GuidedMask
from studio.engine.vision.subject_network import EDGE, SubjectNetwork

SURE = 0.5  # a place above this belongs to the subject
SMALLEST = 0.004  # share of the photo that must surely belong to a subject, or there is none
# How else it looks: what it misses once, it often finds when mirrored or with more around it.
_OTHER_VIEWS = ((True, 0.0), (False, 0.15), (True, 0.15))  # mirrored, margin
_WORKING = 512  # px; the longer edge at which edges are looked for
_RADIUS = 4  # px of these
_EPSILON = 1e-4
_UNSURE = 0.15  # answers within this of 0 and 1 are taken for certain
_STEEPEST = 0.12  # so far around one half the answer stays soft after the edges were found


@torch.no_grad()
def find_subject(network: SubjectNetwork, photo: Tensor) -> GuidedMask | None:
    """The mask of the subject, or None where nothing stands out.

    photo: (1, 3, H, W) in [0, 1]; it is reduced to 512 px first, so the time hardly depends on its size.
    The network was made for people at video calls; animals and single objects are found often, buildings rarely.
    """
    guide = resize_to(photo, min(_WORKING, max(photo.shape[2:])))
    seen = network(resize(guide, (EDGE, EDGE)).clamp(0, 1))
    views = [functional.interpolate(seen.mask, guide.shape[2:], mode="bilinear", align_corners=False)]
    views += [_view(network, guide, is_mirrored=mirrored, margin=margin) for mirrored, margin in _OTHER_VIEWS]
    likely = torch.stack(views).amax(0)
    if float((likely > SURE).float().mean()) < SMALLEST:
        return None
    certain = ((sharpen(likely, seen.features, guide) - _UNSURE) / (1 - 2 * _UNSURE)).clamp(0, 1)
    size = (guide.shape[2], guide.shape[3])
    coarse = functional.interpolate(certain, size, mode="bilinear", align_corners=False)
    return GuidedMask(coarse, guide, _RADIUS, _EPSILON)


def subject_mask(found: GuidedMask, photo: Tensor) -> Tensor:
    """The mask at the size of a photo. Shapes: (1, 3, H, W) -> (1, 1, H, W), 0 behind and 1 on the subject."""
    mask = found.at(photo)
    return ((mask - SURE) / (1 - 2 * _STEEPEST) + SURE).clamp(0, 1)


def _view(network: SubjectNetwork, guide: Tensor, *, is_mirrored: bool, margin: float) -> Tensor:
    """The mask (1, 1, h, w) of a photo (1, 3, h, w) seen mirrored, or with a margin (share of the longer edge)."""
    border = round(max(guide.shape[2:]) * margin)
    shown = functional.pad(guide.flip(3) if is_mirrored else guide, (border,) * 4, mode="replicate")
    mask = network(resize(shown, (EDGE, EDGE)).clamp(0, 1)).mask
    mask = functional.interpolate(mask, shown.shape[2:], mode="bilinear", align_corners=False)
    mask = mask[:, :, border : shown.shape[2] - border, border : shown.shape[3] - border]
    return mask.flip(3) if is_mirrored else mask
