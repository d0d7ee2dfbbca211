"""Textures made by formula."""

from __future__ import annotations

import torch

from studio.engine.train.augmentation import seeded
from studio.engine.train.procedural_styles import procedural_style

CPU = torch.device("cpu")


def test_textures_made_by_formula_are_many_and_pictures() -> None:
    textures = [procedural_style(32, seeded(number), CPU) for number in range(20)]
    for texture in textures:
        assert texture.shape == (1, 3, 32, 32)
        assert float(texture.min()) >= 0 and float(texture.max()) <= 1
        assert float(texture.std()) > 0.005
    assert len({tuple(texture[0, :, 5, 5].tolist()) for texture in textures}) == 20
