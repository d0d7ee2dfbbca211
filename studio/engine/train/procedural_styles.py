"""Procedural textures as additional styles."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

COLORS = 5  # of a palette


def procedural_style(edge: int, generator: torch.Generator, device: torch.device) -> Tensor:
    """A texture of random kind, colours, scale and direction. Shapes: (1, 3, edge, edge) in [0, 1]."""
    palette = torch.rand((COLORS, 3), generator=generator) ** _between(0.6, 1.6, generator)
    kinds = (_hatching, _cells, _dots, _clouds)
    make = kinds[int(torch.randint(len(kinds), (), generator=generator))]
    shade = make(edge, generator)  # (edge, edge) in [0, 1], a position in the palette
    place = shade.clamp(0, 1) * (COLORS - 1)
    low = place.floor().long().clamp(max=COLORS - 2)
    image = torch.lerp(palette[low], palette[low + 1], (place - low)[..., None])
    grain = torch.randn((edge, edge, 1), generator=generator) * _between(0.0, 0.06, generator)
    return (image + grain).clamp(0, 1).permute(2, 0, 1)[None].contiguous().to(device)


def _hatching(edge: int, generator: torch.Generator) -> Tensor:
    """Slightly wavy lines in one or two directions."""
    y, x = _grid(edge)
    sway = _noise(edge, 4, generator) * _between(2, 20, generator)
    shade = torch.zeros(edge, edge)
    for _ in range(int(torch.randint(1, 3, (), generator=generator))):
        turn, period = _between(0, math.pi, generator), _between(4, 24, generator)
        wave = torch.sin((x * math.cos(turn) + y * math.sin(turn) + sway) * (2 * math.pi / period))
        shade = torch.maximum(shade, torch.sigmoid(wave * _between(1, 8, generator)))
    return shade


def _cells(edge: int, generator: torch.Generator) -> Tensor:
    """A mosaic (Voronoi cells): each pixel has the shade of the nearest of some points; joints are dark."""
    y, x = _grid(edge)
    count = int(torch.randint(30, 300, (), generator=generator))
    points = torch.rand((count, 2), generator=generator) * edge
    distance = torch.cdist(torch.stack((y, x), -1).reshape(-1, 2), points)
    nearest = distance.topk(2, largest=False)
    shades = torch.rand(count, generator=generator)[nearest.indices[:, 0]]
    joint = (nearest.values[:, 1] - nearest.values[:, 0]) < _between(0, 4, generator)
    return torch.where(joint, torch.zeros(()), shades).reshape(edge, edge)


def _dots(edge: int, generator: torch.Generator) -> Tensor:
    """A rotated grid of dots whose size varies with smooth noise."""
    y, x = _grid(edge)
    turn, period = _between(0, math.pi / 2, generator), _between(5, 20, generator) / (2 * math.pi)
    across = torch.cos((x * math.cos(turn) + y * math.sin(turn)) / period)
    down = torch.cos((y * math.cos(turn) - x * math.sin(turn)) / period)
    return torch.sigmoid((across + down + 2 * _noise(edge, 5, generator)) * _between(1, 6, generator))


def _clouds(edge: int, generator: torch.Generator) -> Tensor:
    """Marble: the sine of noise of several octaves."""
    noise = sum((_noise(edge, 3 * 2**octave, generator) / 1.7**octave for octave in range(5)), torch.zeros(edge, edge))
    return 0.5 + 0.5 * torch.sin(noise * _between(1, 9, generator))


def _noise(edge: int, cells: int, generator: torch.Generator) -> Tensor:
    coarse = torch.randn((1, 1, cells + 2, cells + 2), generator=generator)
    return functional.interpolate(coarse, size=(edge, edge), mode="bicubic", align_corners=True)[0, 0]


def _grid(edge: int) -> tuple[Tensor, Tensor]:
    line = torch.arange(edge, dtype=torch.float32)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return y, x


def _between(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))
