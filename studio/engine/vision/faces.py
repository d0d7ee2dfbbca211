"""Where faces are in a photo."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import nms

from studio.core.regions.faces import Face
from studio.engine.runtime.tensors import resize
from studio.engine.vision.face_network import MULTIPLE, STRIDE, FaceNetwork

SURE = 0.5  # a place this likely is a face
_WORKING = 768  # px; the longer edge at which faces are looked for: those of 2 % of it and more are found
_OVERLAP = 0.3  # boxes that overlap by more are one face (intersection over union)
_MOST = 200  # faces of one photo; a crowd has no single ones


@torch.no_grad()
def find_faces(network: FaceNetwork, photo: Tensor) -> list[Face]:
    """The faces of a photo (1, 3, H, W) in [0, 1], the most likely first."""
    height, width = photo.shape[2:]
    scale = _WORKING / max(height, width)
    inside = (max(1, round(height * scale)), max(1, round(width * scale)))
    small = resize(photo, inside).clamp(0, 1)
    # Filled up at the right and bottom instead of stretched: a face keeps its shape.
    rest = (-inside[1] % MULTIPLE, -inside[0] % MULTIPLE)
    maps = network(functional.pad(small, (0, rest[0], 0, rest[1])))
    rows, columns = torch.nonzero(maps.heat[0, 0] > SURE, as_tuple=True)
    if not len(rows):
        return []
    here = (0, slice(None), rows, columns)
    sizes = maps.size[here].exp() * STRIDE  # (2, n): heights, widths
    middles = (torch.stack((rows, columns)) + maps.offset[here] + 0.5) * STRIDE
    first, last = middles - sizes / 2, middles + sizes / 2  # (2, n): y, x
    boxes = torch.stack((first[1], first[0], last[1], last[0]), 1)
    likely = maps.heat[0, 0, rows, columns]
    kept = nms(boxes, likely, _OVERLAP)[:_MOST]
    points = maps.points[here].reshape(5, 2, -1) * sizes + first  # (5, 2, n): y, x
    shares = torch.tensor((inside[1], inside[0], inside[1], inside[0]), device=boxes.device)
    found = (boxes[kept] / shares).clamp(0, 1).tolist()
    places = (points[:, :, kept].flip(1) / shares[:2, None]).permute(2, 0, 1).tolist()
    return [
        Face(left, top, right, bottom, float(score), tuple((float(x), float(y)) for x, y in place))
        for (left, top, right, bottom), score, place in zip(found, likely[kept].tolist(), places, strict=True)
    ]
