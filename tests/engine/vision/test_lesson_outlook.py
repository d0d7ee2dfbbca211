"""The outlook on a lesson by the real network: paintings, photos, drawings and sprites are told from each other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from studio.core.card import bundled_cards
from studio.core.curator.lesson_outlook import PHOTOS, UNLIKE, LessonOutlook
from studio.core.engine_api.contract import DescribeRequest
from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.training.taught_pictures import as_taught
from studio.engine.vision.describer import Describer


def said_of(pictures: list[Picture]) -> list[str]:
    describer, query, rows = Describer(torch.device("cpu")), LessonOutlook.query, []
    for picture in as_taught(pictures):
        found = run_to_end(describer.describe(DescribeRequest(picture, query))).vectors
        rows.append(np.concatenate([found[layer] for layer in query.layers]))
    return [remark.text for remark in LessonOutlook.load().remarks(rows)]


def drawing(seed: int) -> Picture:
    sheet = Image.new("RGB", (500, 400), "white")
    for place in np.random.default_rng(seed).integers(400, size=(40, 4)):
        ImageDraw.Draw(sheet).line(tuple(int(edge) for edge in place), fill="black", width=2)
    return Picture(np.asarray(sheet), "drawing")


def sprite(seed: int) -> Picture:
    draws = np.random.default_rng(seed)
    colors = draws.integers(256, size=(6, 3)).astype(np.uint8)
    pixels = colors[draws.integers(6, size=(8, 8))].repeat(2, 0).repeat(2, 1)
    alpha = np.where(draws.random((16, 16)) < 0.7, 255, 0).astype(np.uint8)
    return Picture(pixels, "sprite", alpha)


@pytest.mark.parametrize("artist", ["gogh", "hokusai", "renoir"])
def test_nothing_is_said_of_works_of_the_gallery(artist: str) -> None:
    files = [card.file for card in bundled_cards("styles") if artist in card.id]
    if not files:
        files = [card.file for card in bundled_cards("styles") if artist in card.author.casefold()]
    assert len(files) >= 2
    assert said_of([open_picture(file) for file in files[:3]]) == []


def test_photos_are_doubted() -> None:
    assert said_of([open_picture(card.file) for card in bundled_cards("demo")]) == [PHOTOS]


def test_drawings_and_sprites_are_unlike_all_that_is_known_and_no_photos() -> None:
    assert said_of([drawing(seed) for seed in range(3)]) == [UNLIKE]
    assert said_of([sprite(seed) for seed in range(4)]) == [UNLIKE]
