"""What the benchmarks judge by is what the studio does."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.core.picture import Picture
from studio.core.training.taught_pictures import as_taught
from studio.engine.finetune.validation import EXAM_STYLE_LAYERS
from tests.benchmarks.lessons import EDGE, NAMES, Judge


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """What a judge has looked at."""
    pictures: list[Picture] = []

    def see(judge: Judge, picture: Picture) -> dict[str, Tensor]:
        pictures.append(picture)
        return {layer: torch.ones(1, 2, 4, 4) for layer in EXAM_STYLE_LAYERS}

    monkeypatch.setattr(Judge, "_see", see)
    return pictures


def test_works_are_judged_as_they_are_taught(seen: list[Picture]) -> None:
    sprites = [_sprite(number) for number in range(8)]
    photo = Picture(np.full((64, 96, 3), 90, np.uint8), "photo")
    judge = Judge([photo], sprites[:5], sprites[5:])
    sheets = [sheet.fingerprint for part in (sprites[:5], sprites[5:]) for sheet in as_taught(part)]
    assert [picture.fingerprint for picture in seen] == [*sheets, photo.fingerprint]
    assert judge.errors([photo]).keys() == set(NAMES)


def test_works_that_are_taught_as_they_are_are_judged_as_large_as_they_are_painted(seen: list[Picture]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (600, 1024, 3), np.uint8)
    Judge([], [Picture(noise, "work")], [])
    assert [(picture.width, picture.height) for picture in seen] == [(EDGE, 300)]


def _sprite(seed: int) -> Picture:
    """24 px, in four colours, nothing around a disc."""
    draws = np.random.default_rng(seed)
    pixels = draws.integers(0, 4, (24, 24, 1)).astype(np.uint8).repeat(3, 2) * 60 + np.uint8(seed)
    rows, columns = np.mgrid[:24, :24] - 11.5
    return Picture(pixels, f"sprite {seed}", np.where(np.hypot(rows, columns) < 10, 255, 0).astype(np.uint8))
