"""The file of a TuneRequest: all that is needed to resume a fine-tuning, even if its pictures are gone.

It lies beside the training file, which holds the numbers. safetensors; tensors: `reference.N`, `photo.N` and `sample`,
uint8, a lossless WebP file each. Header, all texts: `format`, and `card`, `settings` and `names` (by tensor) in JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from studio.core.card import card_json
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import LARGEST_EDGE, MOST_PICTURES, TuneSettings
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions, encode_picture
from studio.core.image_io.color.transparency import continue_visible
from studio.core.picture import Picture
from studio.core.resampling import reduced
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.untrusted import check_ordinary, make_checked, parse_object
from studio.core.styles.learned_style_file import numbered, small_picture, style_card

_FORMAT = "style-studio-request-1"
_LOSSLESS = ExportOptions("webp", quality=1, lossless=True, keep_exif=False)  # at the codec's least effort
_LARGEST_FILE = 256 * 2**20  # bytes; its pictures without any compression would have half of that
_REFERENCE, _PHOTO, _SAMPLE = "reference.", "photo.", "sample"

Tensors = Mapping[str, NDArray[Any]]


def request_file(output: Path) -> Path:
    """The request file of the style that is learnt into `output`."""
    return output.with_name(f"{output.stem}.request")


def learning_copy(picture: Picture) -> Picture:
    """The picture as fine-tuning uses it: LARGEST_EDGE px at most, without metadata.

    What is hidden is continued anew from what is visible, as it will be when it is read again: it has to be the same.
    """
    copy = reduced(Picture(picture.pixels, picture.name, picture.alpha), LARGEST_EDGE)
    if copy.alpha is None:
        return copy
    pixels = copy.pixels.copy()
    continue_visible(pixels, copy.alpha)
    return copy.with_pixels(pixels, copy.alpha)


def write_request(request: TuneRequest) -> None:
    """Write it as one act. Its references and photos must be learning copies, else it cannot be resumed.

    Raises PictureError if the disk refuses.
    """
    pictures = {f"{_REFERENCE}{number}": picture for number, picture in enumerate(request.references)}
    pictures |= {f"{_PHOTO}{number}": picture for number, picture in enumerate(request.photos)}
    if request.sample is not None:
        pictures[_SAMPLE] = learning_copy(request.sample)
    header = {
        "format": _FORMAT,
        "card": card_json(request.card),
        "settings": json.dumps(asdict(request.settings)),
        "names": json.dumps({name: picture.name for name, picture in pictures.items()}),
    }
    tensors = {name: np.frombuffer(encode_picture(picture, _LOSSLESS), np.uint8) for name, picture in pictures.items()}
    replace_file(request_file(request.output), save(tensors, header))


def read_request(output: Path) -> TuneRequest:
    """The request that resumes the style begun in `output` exactly. Raises StudioError if there is none."""
    path = request_file(output)
    try:
        check_ordinary(path, _LARGEST_FILE)
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            if header.get("format") != _FORMAT:
                raise ValueError("it says so")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        names = parse_object(header["names"])
        return TuneRequest(
            references=_of_kind(_REFERENCE, tensors, names),
            card=style_card(header["card"], output),
            output=output,
            settings=make_checked(TuneSettings, parse_object(header["settings"])),
            photos=_of_kind(_PHOTO, tensors, names),
            sample=_picture(_SAMPLE, tensors, names) if _SAMPLE in tensors else None,
            is_resumed=True,
        )
    except (OSError, SafetensorError, ValueError, KeyError, StudioError) as error:
        text = f"{path.name} is not there or damaged: learning cannot be continued without it."
        raise StudioError(text, "Learn afresh.") from error


def _of_kind(kind: str, tensors: Tensors, names: Mapping[str, Any]) -> tuple[Picture, ...]:
    """In the order they were in."""
    count = len(numbered(kind, tensors, MOST_PICTURES))
    return tuple(_picture(f"{kind}{number}", tensors, names) for number in range(count))


def _picture(key: str, tensors: Tensors, names: Mapping[str, Any]) -> Picture:
    name = names[key]
    if not isinstance(name, str):
        raise ValueError(f"{key} has no name")
    return small_picture(tensors[key], name, LARGEST_EDGE)
