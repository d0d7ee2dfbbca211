"""The studio's own patterns: the same every time, rich at every scale, and the ones that are bundled."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from studio.core.card import bundled_cards, read_card
from tests.support.packaging_scripts import packaging_scripts

NAMES = [card.id for card in bundled_cards("styles") if card.category == "pattern"]


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    with packaging_scripts() as load:
        yield load("make_styles")


def test_every_pattern_is_bundled_and_every_bundled_one_can_be_made(script: ModuleType) -> None:
    assert [pattern.name for pattern in script.PATTERNS] == NAMES
    assert len(NAMES) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_a_pattern_comes_out_the_same_every_time_and_fills_its_sheet(script: ModuleType, name: str) -> None:
    pattern = next(pattern for pattern in script.PATTERNS if pattern.name == name)
    picture = pattern.picture(64)
    assert picture.shape == ((64, 48, 3) if pattern.is_upright else (48, 64, 3))
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(pattern.picture(64), picture)
    assert picture.std(axis=(0, 1)).min() > 10


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_pattern_is_large_in_pixels_and_small_on_disk(name: str) -> None:
    card = next(card for card in bundled_cards("styles") if card.id == name)
    with Image.open(card.file) as image:
        assert max(image.size) == 1024
        pixels = np.asarray(image.convert("L"), np.float32)
    assert card.file.stat().st_size < 300_000
    assert (card.author, card.licence) == ("Style Studio", "CC0 1.0")
    # Texture at several scales: differences stay between places one, eight and sixty-four pixels apart.
    assert all(np.abs(pixels[:, gap:] - pixels[:, :-gap]).mean() > 4 for gap in (1, 8, 64))


def test_picture_and_card_are_written_together(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "LONG_EDGE", 64)
    monkeypatch.setattr(sys, "argv", ["make_styles.py", "studio-batik", "--folder", str(tmp_path / "styles")])
    assert script.main() == 0
    card = read_card(tmp_path / "styles" / "studio-batik.json")
    card.verify()
    assert json.loads((tmp_path / "styles" / "studio-batik.json").read_text())["file"] == "studio-batik.webp"
    assert card.sha256 == hashlib.sha256(card.file.read_bytes()).hexdigest()
    assert {path.name for path in (tmp_path / "styles").iterdir()} == {"studio-batik.webp", "studio-batik.json"}
