"""What style, subject and palette a picture has."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from studio.core.card import bundled_cards
from studio.core.image_io.picture_reader import open_picture
from studio.core.resources import resource_folder
from studio.engine.runtime.tensors import to_tensor
from studio.engine.vision.art_encoder import ArtEncoder, at_working_size, palette_of
from studio.engine.vision.mobilenet import MobileNetEncoder

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def encoder() -> ArtEncoder:
    return ArtEncoder(CPU)


def test_mobilenet_sees_photos_as_torchvision_s_own_does() -> None:
    encoder = MobileNetEncoder(CPU)
    card = next(card for card in bundled_cards("demo"))
    picture = open_picture(card.file)
    side = min(picture.width, picture.height)
    small = Image.fromarray(picture.pixels).crop((0, 0, side, side)).resize((224, 224), Image.Resampling.BICUBIC)
    image = (
        torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8).view(1, 224, 224, 3).permute(0, 3, 1, 2) / 255
    )
    features = encoder(image, ["features.18"])["features.18"]
    assert features.shape == (1, 1280, 7, 7)
    sure = encoder.network.classifier(features.mean((2, 3))).softmax(1).max()
    assert sure > 0.2  # of a thousand: a network with wrong weights or input is sure of nothing


def test_descriptions_have_length_one_whatever_the_picture(encoder: ArtEncoder) -> None:
    for size in ((16, 16), (40, 900), (300, 200)):
        described = encoder.describe(torch.rand(1, 3, *size))
        for vector, length in ((described.style, 128), (described.subject, 128), (described.palette, 294)):
            assert vector.shape == (length,)
            assert vector.norm().item() == pytest.approx(1, abs=1e-4)


def test_pictures_by_one_artist_are_more_alike_in_style_than_others(encoder: ArtEncoder) -> None:
    cards = {card.id: card for card in bundled_cards("styles")}
    hokusai = [card for card in cards.values() if "Hokusai" in card.author][:3]
    gogh = [card for card in cards.values() if "Gogh" in card.author][:3]
    assert len(hokusai) == len(gogh) == 3
    style = torch.stack([encoder.describe(to_tensor(open_picture(card.file), CPU)).style for card in (*hokusai, *gogh)])
    alike = style @ style.T
    alike.fill_diagonal_(float("nan"))
    same = torch.cat((alike[:3, :3], alike[3:, 3:])).nanmean()
    assert same > alike[:3, 3:].mean() + 0.15


def test_palettes_are_one_for_the_same_colours_and_far_apart_for_others() -> None:
    red, green = (
        torch.tensor(color).view(1, 3, 1, 1).expand(1, 3, 40, 40) for color in ((0.8, 0.1, 0.2), (0.1, 0.6, 0.2))
    )
    half = torch.cat((red, green), 3)
    assert (palette_of(red) @ palette_of(red)).item() == pytest.approx(1, abs=1e-5)
    assert (palette_of(red) @ palette_of(green)).item() < 0.1
    assert 0.6 < (palette_of(red) @ palette_of(half)).item() < 0.8  # the root of a half


def test_long_pictures_are_looked_at_in_bounded_size() -> None:
    assert at_working_size(torch.rand(1, 3, 100, 4000)).shape[2:] == (32, 448)
    assert at_working_size(torch.rand(1, 3, 1000, 1200)).shape[2:] == (256, 307)


def test_the_head_says_what_it_learnt_from_and_that_it_is_no_attribution() -> None:
    card = next(card for card in bundled_cards("models") if card.id == "style_head")
    assert "not an attribution" in card.limits and "artists" in card.trained_on
    assert (resource_folder("models") / card.file.name).stat().st_size < 2_000_000
