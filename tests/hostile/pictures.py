"""Damaged pictures of every format: each opens, or is refused in one sentence, in bounded time and memory.

A new format is one line in SAMPLES; it gets every mutation, and those of its chunks if `chunks.py` can walk it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from io import BytesIO
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions, encode_picture, open_picture
from studio.core.image_io.xmp import read_recipe
from studio.core.picture import Picture
from tests.hostile.byte_mutations import MUTATIONS, mutate
from tests.hostile.outcome import Outcome, judge
from tests.hostile.sandbox import note
from tests.support.picture_files import encoded, noise, one_of_each_format, png

EXPORTED_AT_MOST = 2_000_000  # px of a picture that opened; a larger one is not written again here
_SMALL = noise(32, 24)
_COLOURS = Path(__file__).parents[1] / "support" / "pictures" / "colours"


def _moving(format_name: str, **settings: Any) -> bytes:
    """Three frames."""
    file = BytesIO()
    first, *others = (Image.fromarray(np.roll(_SMALL, shift, 1)) for shift in (0, 8, 16))
    first.save(file, format_name, save_all=True, append_images=others, **settings)
    return file.getvalue()


def _of_mode(format_name: str, mode: str, **settings: Any) -> bytes:
    file = BytesIO()
    Image.fromarray(_SMALL).convert(mode).save(file, format_name, **settings)
    return file.getvalue()


def _sixteen_bits() -> bytes:
    file = BytesIO()
    Image.fromarray(_SMALL[..., 0].astype(np.uint16) * 257).save(file, "PNG")
    return file.getvalue()


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _deep(kind: str) -> bytes:
    """More than 8 bits, converted in 16."""
    import imagecodecs

    match kind:
        case "jpg":
            data: bytes = imagecodecs.jpeg8_encode(_SMALL.astype(np.uint16) * 16, 95, bitspersample=12)
        case "avif":
            values = _SMALL.astype(np.uint16) * 4
            data = imagecodecs.avif_encode(values, level=80, speed=10, bitspersample=10, primaries=12, transfer=16)
        case _:
            linear = (b"gAMA", (100_000).to_bytes(4))
            data = png(32, 24, 16, 2, (_SMALL.astype(">u2") * 257).tobytes(), linear)
    return bytes(data)


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    **{name: (lambda data=data: data) for name, data in one_of_each_format().items()},  # type: ignore[misc]
    "profile.png": lambda: encoded("PNG", _SMALL, icc_profile=_profile()),
    "grey.png": lambda: _of_mode("PNG", "L"),
    "bits.png": lambda: _of_mode("PNG", "1"),
    "sixteen.png": _sixteen_bits,
    "moving.png": lambda: _moving("PNG"),
    "profile.jpg": lambda: encoded("JPEG", _SMALL, icc_profile=_profile(), quality=50, restart_marker_blocks=1),
    "grey.jpg": lambda: _of_mode("JPEG", "L"),
    "several.jpg": lambda: _moving("MPO"),
    "moving.webp": lambda: _moving("WEBP"),
    "moving.avif": lambda: _moving("AVIF", speed=10),
    "moving.gif": lambda: _moving("GIF"),
    "pages.tif": lambda: _moving("TIFF"),
    "jpeg.tif": lambda: encoded("TIFF", _SMALL, compression="jpeg"),
    "deflated.tif": lambda: encoded("TIFF", _SMALL, compression="tiff_adobe_deflate"),
    "packed.tif": lambda: encoded("TIFF", _SMALL, compression="packbits"),
    "big.tif": lambda: encoded("TIFF", _SMALL, big_tiff=True),
    "fax.tif": lambda: _of_mode("TIFF", "1", compression="group4"),
    "lab.tif": lambda: _of_mode("TIFF", "CMYK"),
    "palette.bmp": lambda: _of_mode("BMP", "P"),
    "bits.bmp": lambda: _of_mode("BMP", "1"),
    "twelve.jpg": lambda: _deep("jpg"),
    "linear.png": lambda: _deep("png"),
    "ten.avif": lambda: _deep("avif"),
    "ten.heic": lambda: (_COLOURS / "heic10_pq.heic").read_bytes(),
}


FAMILIES: Mapping[str, tuple[str, ...]] = {  # by the ends of the samples' names
    "jpeg": (".jpg", ".jpeg"),
    "png": (".png",),
    "tiff": (".tif", ".tiff"),
    "webp": (".webp",),
    "avif": (".avif",),
    "heic": (".heic", ".heif"),
    "bmp": (".bmp",),
    "gif": (".gif",),
}


def seeds_of(family: str, first: int) -> Iterator[int]:
    """The seeds from `first` on whose cases are of a family of formats, without end."""
    names = list(SAMPLES)
    if not any(name.endswith(FAMILIES[family]) for name in names):
        raise ValueError(f"there is no sample of {family}")
    return (seed for seed in count(first) if names[seed % len(names)].endswith(FAMILIES[family]))


@cache
def samples() -> Mapping[str, bytes]:
    """The undamaged files by name."""
    return {name: make() for name, make in SAMPLES.items()}


def warm_up() -> None:
    """Everything that is loaded when it is first needed."""
    for name, data in samples().items():
        _use(data, name)


def damaged(seed: int) -> tuple[str, bytes, str]:
    """The case of a seed: a file name, its bytes, and how they came about. Counting up goes through all pairs."""
    random = Random(f"picture {seed}")
    names = list(SAMPLES)
    name = names[seed % len(names)]
    first = MUTATIONS[seed // len(names) % len(MUTATIONS)]
    data, ways = mutate(samples()[name], first, random, samples())
    return name, data, f"{name}: {ways}"


def run_case(seed: int, folder: Path) -> Outcome:
    """Open it by every door."""
    name, data, what = damaged(seed)
    path = folder / name
    path.write_bytes(data)
    note(folder, what)
    return judge(what, lambda: _enter(path))


def _enter(path: Path) -> Picture:
    """By each of the studio's doors for a picture's file; what one refuses, another may take."""
    from PySide6.QtCore import QSize

    from studio.jobs.decoding.answering import OpensHere
    from studio.ui.images.thumbnails import make_thumbnail

    make_thumbnail(path, QSize(64, 64), OpensHere())  # a null picture where it cannot be read
    with suppress(StudioError):
        read_recipe(path)
    picture = open_picture(path)
    _check(picture)
    return picture


def _use(data: bytes, name: str) -> None:
    from studio.core.image_io import decode_picture

    _check(decode_picture(data, name))


def _check(picture: Picture) -> None:
    """What opened is a picture, and can be exported with whatever came along with it."""
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.shape == (picture.height, picture.width, 3)
    assert picture.alpha is None or picture.alpha.shape == picture.pixels.shape[:2]
    if picture.width * picture.height <= EXPORTED_AT_MOST:
        for format_name in ("jpeg", "png"):
            encode_picture(picture, ExportOptions(format_name, keep_gps=True))
