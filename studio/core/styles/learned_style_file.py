"""The file of a learned style: safetensors with a card in its header; nothing in it can be executed.

Tensors: `vector` float32 (100,), or longer with what else its network knows a style by; `delta.NAME` float16 for each
changed weight; `reference.N` uint8, a WebP file each.
Header, all texts: `format`, `version`, `network`, `network_sha256`, and `card`, which is JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load, save

from studio.core.card import OWN_CATEGORY, Card, card_json, parse_card
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions, encode_picture
from studio.core.image_io.picture_reader import decode, read_header
from studio.core.picture import Picture, fit_size
from studio.core.resampling import resized
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.regular_file import read_regular
from studio.core.storage.untrusted import parse_object
from studio.core.styles.learned_style import MOST_REFERENCES, REFERENCE_EDGE, LearnedStyle, check_network

SUFFIX = ".safetensors"
LARGEST_FILE = 24 * 2**20  # bytes; a style learnt to the last layer is about 1 MB with its pictures
_LARGEST_HEADER = 2**18
_LONGEST_TEXT = 2000  # characters of any line of the card
_FORMAT, _VERSION = "style-studio-style", "1"
_DELTA, _REFERENCE = "delta.", "reference."
_QUALITY = 90


def training_file(output: Path) -> Path:
    """Where all that is needed to go on learning lies while the style in `output` is being learnt."""
    return output.with_name(f"{output.stem}.training")


def reference_of(picture: Picture, long_edge: int = REFERENCE_EDGE) -> Picture:
    """The picture as it is kept with a style: without transparency, its longer edge `long_edge` px at most."""
    pixels = picture.pixels
    if picture.long_edge > long_edge:
        size = fit_size(picture.width, picture.height, long_edge)
        pixels = resized(pixels, size, Image.Resampling.LANCZOS)
    return Picture(pixels, picture.name)


def encode_learned(card: Card, learned: LearnedStyle) -> bytes:
    """The file of a style as bytes."""
    options = ExportOptions("webp", quality=_QUALITY, keep_exif=False)
    tensors: dict[str, NDArray[Any]] = {"vector": learned.vector}
    tensors |= {f"{_DELTA}{name}": tensor for name, tensor in learned.delta.items()}
    for number, picture in enumerate(learned.references):
        tensors[f"{_REFERENCE}{number}"] = np.frombuffer(encode_picture(picture, options), np.uint8)
    return _pack(tensors, card, learned.network, learned.network_sha256)


def write_learned(path: Path, card: Card, learned: LearnedStyle) -> None:
    """Write the file of a style as one act. Raises PictureError if the disk refuses."""
    replace_file(path, encode_learned(card, learned))


def copy_learned(source: Path, target: Path, card: Card) -> None:
    """Write the file again with another card, its pictures untouched. Raises StudioError as `read_learned`."""
    data = _read(source)
    header = _header(data, source.name)
    read_learned(source)
    replace_file(target, _pack(load(data), card, header["network"], header["network_sha256"]))


def read_learned(path: Path) -> tuple[Card, LearnedStyle]:
    """The card and the style in a file; the card's `file` is this one.

    Raises StudioError for whatever is no such file, is damaged, lies, or was learnt for another network.
    """
    card, learned = decode_learned(_read(path), path)
    check_network(learned)
    return card, learned


def decode_learned(data: bytes, path: Path) -> tuple[Card, LearnedStyle]:
    """As `read_learned`, from the bytes of a file found at `path`, and for whatever network it was learnt."""
    if len(data) > LARGEST_FILE:
        raise _damaged(path.name)
    header = _header(data, path.name)
    try:
        tensors = load(data)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise _damaged(path.name) from error
    strangers = [name for name in tensors if name != "vector" and not name.startswith((_DELTA, _REFERENCE))]
    if strangers or "vector" not in tensors:
        raise _damaged(path.name)
    card = style_card(header["card"], path)
    learned = LearnedStyle(
        network=header["network"],
        network_sha256=header["network_sha256"],
        vector=tensors["vector"],
        references=_references(tensors, path.name),
        delta={name.removeprefix(_DELTA): part for name, part in tensors.items() if name.startswith(_DELTA)},
    )
    return card, learned


def _pack(tensors: Mapping[str, NDArray[Any]], card: Card, network: str, sha256: str) -> bytes:
    header = {"format": _FORMAT, "version": _VERSION, "network": network, "network_sha256": sha256}
    return save(dict(tensors), header | {"card": card_json(card)})


def _read(path: Path) -> bytes:
    data = read_regular(path, LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise StudioError(f"{path.name} is larger than {LARGEST_FILE >> 20} MB: that is not a style of the studio's.")
    return data


def _header(data: bytes, name: str) -> dict[str, str]:
    """What the file says of itself. Raises StudioError if that is not what a style says."""
    length = int.from_bytes(data[:8], "little")
    if not 2 <= length <= min(_LARGEST_HEADER, len(data) - 8):
        raise _damaged(name)
    try:
        found = parse_object(data[8 : 8 + length])["__metadata__"]
    except (ValueError, KeyError) as error:
        raise _damaged(name) from error
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise StudioError(f"{name} does not hold a style.", "Choose a file that Style Studio has written.")
    if found.get("version") != _VERSION:
        raise StudioError(f"{name} was written by a newer Style Studio.", "Install the newest one.")
    if any(not isinstance(found.get(key), str) for key in ("network", "network_sha256", "card")):
        raise _damaged(name)
    return found


def style_card(text: str, path: Path) -> Card:
    """The card of the style that lies in `path`, out of its header. Raises StudioError."""
    card = replace(parse_card(text, path), file=path, kind="style", category=OWN_CATEGORY)
    if any(isinstance(value, str) and len(value) > _LONGEST_TEXT for value in vars(card).values()):
        raise _damaged(path.name)
    return card


def _references(tensors: Mapping[str, NDArray[Any]], name: str) -> tuple[Picture, ...]:
    try:
        found = numbered(_REFERENCE, tensors, MOST_REFERENCES)
        return tuple(
            small_picture(tensor, f"{Path(name).stem} {number}", REFERENCE_EDGE)
            for number, tensor in enumerate(found, start=1)
        )
    except ValueError as error:
        raise _damaged(name) from error


def numbered(kind: str, tensors: Mapping[str, NDArray[Any]], most: int) -> list[NDArray[Any]]:
    """The tensors called "KIND0", "KIND1" and so on, in order. Raises ValueError if there are gaps or too many."""
    count = sum(name.startswith(kind) for name in tensors)
    names = [f"{kind}{number}" for number in range(count)]
    if count > most or not tensors.keys() >= set(names):
        raise ValueError(f"there are {count} of {kind}")
    return [tensors[name] for name in names]


def small_picture(tensor: NDArray[Any], name: str, most: int) -> Picture:
    """The picture file in a tensor, `most` px large at most. Raises ValueError or StudioError if it is another."""
    if tensor.dtype != np.uint8 or tensor.ndim != 1:
        raise ValueError(f"{name} is not a file")
    data = tensor.tobytes()
    if max(read_header(BytesIO(data), name).size) > most:  # before anything is decoded
        raise ValueError(f"{name} is too large")
    return decode(BytesIO(data), name)


def _damaged(name: str) -> StudioError:
    return StudioError(f"{name} is damaged, or no style of the studio's.", "Copy or download it again.")
