"""The file of a learned style: whole, small, checked to the last byte, and never trusted."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load, save

from studio.core.card import bundled_cards
from studio.core.engine_api.contract import StyleRequest
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions, decode_picture, encode_picture
from studio.core.recipe import StyleRecipe
from studio.core.styles.learned_style import REFERENCE_EDGE, LearnedStyle
from studio.core.styles.learned_style_file import (
    LARGEST_FILE,
    decode_learned,
    encode_learned,
    read_learned,
    reference_of,
    write_learned,
)
from studio.core.styles.load_style import is_learned, open_style, open_style_file
from studio.core.styles.style_library import StyleLibrary
from tests.support.fakes import make_card, make_learned, make_picture


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "my-hand.safetensors"
    write_learned(file, make_card("my-hand", author="Me", licence="My own work"), make_learned())
    return file


def parts_of(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return load(data), header["__metadata__"]


def test_a_style_comes_back_as_it_was_learned(path: Path) -> None:
    learned = make_learned()
    card, again = read_learned(path)
    assert (card.id, card.author, card.licence, card.file, card.category) == (
        "my-hand",
        "Me",
        "My own work",
        path,
        "mine",
    )
    np.testing.assert_array_equal(again.vector, learned.vector)
    assert set(again.delta) == set(learned.delta)
    for name, tensor in learned.delta.items():
        np.testing.assert_array_equal(again.delta[name], tensor)
    assert [picture.pixels.shape for picture in again.references] == [p.pixels.shape for p in learned.references]
    difference = again.references[0].pixels.astype(int) - learned.references[0].pixels.astype(int)
    assert np.abs(difference.mean((0, 1))).max() < 4  # noise is what WebP likes least


def test_references_are_kept_small_and_small_ones_as_they_are() -> None:
    assert reference_of(make_picture(1200, 300)).pixels.shape == (128, REFERENCE_EDGE, 3)
    small = make_picture(40, 30)
    assert reference_of(small).pixels is small.pixels


def test_finish_paints_after_all_its_pictures_in_equal_parts() -> None:
    learned, photo, other = make_learned(references=2), make_picture(), make_picture(seed=9)
    recipe = StyleRecipe(style_shares=(60, 40))
    request = StyleRequest(photo, (learned.references[0], other), recipe, learned=(learned, None))
    assert [picture for picture, _ in request.models] == [*learned.references, other]
    assert [share for _, share in request.models] == pytest.approx([0.3, 0.3, 0.4])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"network": "another"}, "another version of the network"),
        ({"network_sha256": "0" * 64}, "another version of the network"),
        ({"version": "2"}, "newer Style Studio"),
        ({"format": "weights"}, "does not hold a style"),
        ({"card": "{}"}, "is not a card"),
        ({"card": "[" * 5000}, "is not a card"),
        ({"card": None}, "damaged"),
    ],
)
def test_what_its_header_must_not_say(path: Path, change: dict[str, Any], words: str) -> None:
    tensors, header = parts_of(path)
    header = {key: value for key, value in (header | change).items() if value is not None}
    path.write_bytes(save(tensors, header))
    with pytest.raises(StudioError, match=words):
        read_learned(path)


NAN = np.full(100, np.nan, np.float32)


@pytest.mark.parametrize(
    "change",
    [
        {"vector": NAN},
        {"vector": np.full(100, 1e30, np.float32)},
        {"vector": np.zeros(99, np.float32)},
        {"vector": np.zeros(100, np.float64)},
        {"vector": None},
        {"delta.out.weight": np.full((2, 2), np.inf, np.float16)},
        {"delta.out.weight": np.zeros((2, 2), np.float32)},
        {"delta.out.weight": np.zeros((1, 1, 1, 1, 1), np.float16)},
        {"delta.out.weight": np.zeros((3000, 1000), np.float16)},
        {f"delta.{number}": np.ones(1, np.float16) for number in range(70)},
        {"surprise": np.zeros(1, np.float32)},
        {"reference.0": np.zeros(100, np.uint8)},
        {"reference.0": None},
        {"reference.7": np.zeros(100, np.uint8)},
        {f"reference.{number}": None for number in range(4)},
    ],
)
def test_what_its_tensors_must_not_be(path: Path, change: dict[str, NDArray[Any] | None]) -> None:
    tensors, header = parts_of(path)
    kept = {name: tensor for name, tensor in {**tensors, **change}.items() if tensor is not None}
    path.write_bytes(save(kept, header))
    with pytest.raises(StudioError):
        read_learned(path)


def test_a_picture_larger_than_a_reference_is_refused_before_it_is_decoded(path: Path) -> None:
    tensors, header = parts_of(path)
    card, learned = read_learned(path)
    big = encode_learned(card, learned)
    assert len(big) < 2**20
    data = encode_picture(make_picture(REFERENCE_EDGE + 1, 20), ExportOptions("webp", keep_exif=False))
    assert decode_picture(data, "it is a fine picture").width == REFERENCE_EDGE + 1
    path.write_bytes(save({**tensors, "reference.0": np.frombuffer(data, np.uint8)}, header))
    with pytest.raises(StudioError, match="damaged"):
        read_learned(path)


def test_a_file_too_large_to_be_a_style_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(StudioError, match="larger than"):
        read_learned(path)


def test_weights_of_a_network_are_no_style() -> None:
    for card in bundled_cards("models"):
        with pytest.raises(StudioError):
            read_learned(card.file)


def test_a_damaged_file_is_refused_in_a_sentence_whatever_the_damage(path: Path) -> None:
    whole, draw, refused = path.read_bytes(), random.Random(7), 0
    header = int.from_bytes(whole[:8], "little") + 8
    for _ in range(300):
        data = bytearray(whole)
        match draw.randrange(4):
            case 0:
                data = data[: draw.randrange(len(data))]
            case 1:
                for _ in range(draw.randrange(1, 8)):
                    data[draw.randrange(header)] = draw.randrange(256)
            case 2:
                for _ in range(draw.randrange(1, 40)):
                    data[draw.randrange(len(data))] = draw.randrange(256)
            case 3:
                place = draw.randrange(len(data))
                data[place : place + draw.randrange(50)] = draw.randbytes(draw.randrange(50))
        path.write_bytes(data)
        try:
            _, learned = read_learned(path)
        except StudioError as error:
            refused += 1
            assert error.message.endswith(".")
        else:  # a pixel or a weight that is another one now
            assert isinstance(learned, LearnedStyle) and np.isfinite(learned.vector).all()
    assert refused > 150


class TestInTheLibrary:
    def test_it_is_one_of_the_artists_own_after_a_restart(self, path: Path) -> None:
        card = StyleLibrary().import_learned(path)
        ((again,), problems) = StyleLibrary().read()
        assert (again, problems) == (card, ())
        assert (card.title, card.author, card.category) == ("Title of my-hand", "Me", "mine")
        assert card.file.parent == StyleLibrary().folder and is_learned(card)
        assert open_style(card).fingerprint == open_style_file(path).fingerprint

    def test_the_same_style_is_there_once(self, path: Path) -> None:
        library = StyleLibrary()
        assert library.import_learned(path) == library.import_learned(path)

    def test_its_export_says_what_its_card_says_today_and_paints_alike(self, path: Path, tmp_path: Path) -> None:
        library = StyleLibrary()
        card = replace(library.import_learned(path), title="Other hand", licence="CC BY 4.0")
        library.edit(card)
        target = tmp_path / "out.safetensors"
        library.export_learned(card, target)
        exported, learned = read_learned(target)
        assert (exported.title, exported.licence) == ("Other hand", "CC BY 4.0")
        assert learned.fingerprint == read_learned(path)[1].fingerprint

    def test_what_is_removed_for_good_leaves_no_file(self, path: Path) -> None:
        library = StyleLibrary()
        card = library.import_learned(path)
        library.remove(card.id)
        library.restore(card.id)
        assert library.read()[0] == (card,)
        library.remove(card.id)
        library.forget_removed()
        assert list(library.folder.iterdir()) == []


def test_a_style_for_another_network_can_be_looked_at_but_not_opened(path: Path) -> None:
    learned = replace(make_learned(), network_sha256="0" * 64)
    write_learned(path, make_card(), learned)
    with pytest.raises(StudioError, match="another version of the network"):
        read_learned(path)
    card, found = decode_learned(path.read_bytes(), path)
    assert card.title == make_card().title and found.fingerprint == learned.fingerprint
