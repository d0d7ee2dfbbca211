"""The request kept beside a style that is being learnt: it goes on exactly, without the pictures' own files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load, save

from studio.core.card import card_json
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import LARGEST_EDGE, TuneSettings
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions, encode_picture
from studio.core.picture import Picture
from studio.core.styles.learned_style_file import training_file
from studio.core.training.tune_request_file import learning_copy, read_request, request_file, write_request
from tests.support.fakes import make_card, make_picture


def make_request(output: Path, references: int = 3) -> TuneRequest:
    return TuneRequest(
        tuple(make_picture(90, 70, f"work {number}.png", number) for number in range(references)),
        make_card("hand", author="Me", licence="CC BY 4.0"),
        output,
        TuneSettings(is_deep=True, steps=33, deep_rate=0.002),
        (make_picture(60, 80, "garden.jpg", 50),),
        make_picture(LARGEST_EDGE + 40, 100, "street.jpg", 60),
    )


def test_all_that_was_asked_comes_back(tmp_path: Path) -> None:
    request = make_request(tmp_path / "style.safetensors", references=12)  # "10" comes after "9"
    write_request(request)
    found = read_request(request.output)
    assert [picture.name for picture in found.references] == [f"work {number}.png" for number in range(12)]
    # Equal to the pixel, for the training file knows its pictures by that.
    for kind in ("references", "photos"):
        before, after = getattr(request, kind), getattr(found, kind)
        assert [picture.fingerprint for picture in after] == [picture.fingerprint for picture in before]
    assert (found.settings, found.output, found.is_resumed) == (request.settings, request.output, True)
    assert (found.card.title, found.card.author, found.card.licence) == ("Title of hand", "Me", "CC BY 4.0")
    assert found.sample is not None and found.sample.long_edge == LARGEST_EDGE
    assert found.id != request.id


def test_it_lies_beside_the_training_file_and_is_another(tmp_path: Path) -> None:
    output = tmp_path / "style.safetensors"
    assert request_file(output).parent == training_file(output).parent
    assert len({output, request_file(output), training_file(output)}) == 3


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text"])
def test_what_is_damaged_is_no_request(damage: str, tmp_path: Path) -> None:
    request = make_request(tmp_path / "style.safetensors")
    path = request_file(request.output)
    if damage != "missing":
        write_request(request)
        whole = path.read_bytes()
        path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "text": b"no request of anything"}[damage])
    with pytest.raises(StudioError, match=r"style\.request is not there or damaged"):
        read_request(request.output)


def spoil(path: Path, header: dict[str, str | None], tensors: dict[str, NDArray[Any] | None]) -> None:
    """Change the header and the tensors of a request; None takes one out."""
    data = path.read_bytes()
    known = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    both = {name: value for name, value in {**load(data), **tensors}.items() if value is not None}
    path.write_bytes(save(both, {name: text for name, text in {**known, **header}.items() if text is not None}))


@pytest.mark.parametrize(
    "header",
    [
        {"format": "style-studio-style"},
        {"card": "{}"},
        {"card": "[" * 5000},
        {"card": None},
        {"settings": '{"steps": "many"}'},
        {"settings": '{"steps": 1000000}'},
        {"settings": '{"is_deep": 1}'},
        {"settings": '{"surprise": 1}'},
        {"settings": "[" * 5000},
        {"names": "{}"},
        {"names": '{"reference.0": 7, "reference.1": "b", "reference.2": "c", "photo.0": "d", "sample": "e"}'},
        {"names": "[" * 5000},
    ],
)
def test_what_its_header_must_not_say(header: dict[str, str | None], tmp_path: Path) -> None:
    request = make_request(tmp_path / "style.safetensors")
    write_request(request)
    spoil(request_file(request.output), header, {})
    with pytest.raises(StudioError, match=r"style\.request is not there or damaged"):
        read_request(request.output)


@pytest.mark.parametrize(
    "tensors",
    [
        {"reference.1": None},
        {"reference.0": np.zeros(100, np.uint8)},
        {"reference.0": np.zeros(100, np.float32)},
        {"reference.x": np.zeros(100, np.uint8)},
        {"photo.0": np.frombuffer(encode_picture(make_picture(LARGEST_EDGE + 1, 40), ExportOptions("webp")), np.uint8)},
        {f"reference.{number}": np.zeros(1, np.uint8) for number in range(31)},
    ],
)
def test_what_its_tensors_must_not_be(tensors: dict[str, NDArray[Any] | None], tmp_path: Path) -> None:
    request = make_request(tmp_path / "style.safetensors")
    write_request(request)
    spoil(request_file(request.output), {}, tensors)
    with pytest.raises(StudioError, match=r"style\.request is not there or damaged"):
        read_request(request.output)


@pytest.mark.parametrize("file", ["../../secret.png", "/etc/passwd", "C:\\x.png"])
def test_the_file_that_its_card_names_is_never_looked_at(file: str, tmp_path: Path) -> None:
    request = make_request(tmp_path / "style.safetensors")
    write_request(request)
    card = json.dumps(json.loads(card_json(request.card)) | {"file": file})
    spoil(request_file(request.output), {"card": card}, {})
    assert read_request(request.output).card.file == request.output


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(request_file(tmp_path / "style.safetensors"))
    with pytest.raises(StudioError, match="is not there or damaged"):
        read_request(tmp_path / "style.safetensors")


def test_a_learning_copy_is_small_and_keeps_what_is_transparent() -> None:
    pixels = make_picture(LARGEST_EDGE * 2, 200).pixels
    alpha = np.full(pixels.shape[:2], 255, np.uint8)
    alpha[:, :LARGEST_EDGE] = 0
    copy = learning_copy(Picture(pixels, "large", alpha))
    assert (copy.width, copy.height, copy.name) == (LARGEST_EDGE, 100, "large")
    assert copy.alpha is not None and copy.alpha[50, 10] == 0 and copy.alpha[50, -10] == 255
    assert learning_copy(Picture(pixels, "opaque")).alpha is None


@pytest.mark.parametrize("edge", [24, 2 * LARGEST_EDGE])
def test_a_cut_out_comes_back_as_the_same(edge: int, tmp_path: Path) -> None:
    picture = make_picture(edge, edge, "sprite.png", 3)
    alpha = np.zeros((edge, edge), np.uint8)
    alpha[edge // 4 :, edge // 4 :] = 255
    request = TuneRequest((learning_copy(Picture(picture.pixels, "sprite", alpha)),), make_card("hand"), tmp_path / "x")
    write_request(request)
    (found,) = read_request(request.output).references
    assert found.fingerprint == request.references[0].fingerprint
