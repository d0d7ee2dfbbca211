"""The box clap of an AVIF: only its clean aperture is seen, before the picture is turned."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture
from studio.core.image_io.output.iso_boxes import box, boxes_in

WIDTH, HEIGHT = 96, 64


def scene() -> Any:
    """Each 8 px wide tile has a grey of its own, which a codec keeps."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] // 8
    return np.repeat((20 * y + 8 * x).astype(np.uint8)[:, :, None], 3, axis=2)


def avif(orientation: int = 1, bits: int = 8) -> bytes:
    if bits > 8:
        return bytes(imagecodecs.avif_encode((scene().astype(np.uint16) << 2), level=95, bitspersample=10))
    file, exif = BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(scene()).save(file, "AVIF", quality=95, subsampling="4:4:4", exif=exif)
    return file.getvalue()


def with_clap(data: bytes, *numbers: int) -> bytes:
    """The file with a clap of eight numbers that its first item, the main one, has; all other items keep theirs."""
    grown, parts = 0, []
    clap = box(b"clap", struct.pack(">IIIIiIiI", *numbers))
    for kind, body in boxes_in(data):
        if kind == b"meta":
            inside = []
            for name, content in boxes_in(body[4:]):
                if name == b"iprp":
                    (_, properties), (_, ipma) = boxes_in(content)
                    place = len(list(boxes_in(properties))) + 1
                    held = ipma[10]
                    changed = ipma[:10] + bytes((held + 1,)) + ipma[11 : 11 + held] + bytes((0x80 | place,))
                    new = box(b"ipco", properties, clap) + box(b"ipma", changed, ipma[11 + held :])
                    grown = len(new) - len(content)
                    content = new
                inside.append((name, content))
            body = body[:4] + b"".join(box(n, moved(c, grown) if n == b"iloc" else c) for n, c in inside)
        parts.append(box(kind, body))
    return b"".join(parts)


def moved(iloc: bytes, by: int) -> bytes:
    """An iloc of version 0 with offsets and lengths of four bytes, everything that much later."""
    head, entries = iloc[:8], b""
    for number, index, extents, offset, length in struct.iter_unpack(">HHHII", iloc[8:]):
        entries += struct.pack(">HHHII", number, index, extents, offset + by, length)
    return head + entries


@pytest.mark.parametrize("bits", [8, 10])
def test_the_clean_aperture_of_an_avif_is_what_is_seen(bits: int) -> None:
    data = with_clap(avif(bits=bits), 48, 1, 32, 1, -16, 1, 8, 1)
    found = decode_picture(data, "a.avif")
    assert (found.width, found.height) == (48, 32)
    wanted = scene()[24:56, 8:56].astype(int)  # its middle is 16 px left of the picture's, and 8 px below
    assert np.abs(found.pixels.astype(int) - wanted).max() <= 4


def test_an_avif_is_cropped_before_it_is_turned() -> None:
    found = decode_picture(with_clap(avif(orientation=6), 48, 1, 32, 1, -16, 1, 8, 1), "a.avif")
    assert (found.width, found.height) == (32, 48)
    assert np.abs(found.pixels.astype(int) - np.rot90(scene()[24:56, 8:56], -1).astype(int)).max() <= 4


@pytest.mark.parametrize(
    "numbers",
    [
        (48, 0, 32, 1, 0, 1, 0, 1),
        (48, 1, 32, 1, 0, 0, 0, 1),
        (97, 1, 64, 1, 0, 1, 0, 1),
        (48, 1, 32, 1, 90, 1, 0, 1),
        (0, 1, 32, 1, 0, 1, 0, 1),
        (97, 2, 32, 1, 0, 1, 0, 1),
        (48, 1, 32, 1, -(2**31), 1, 2**31 - 1, 1),
        (2**32 - 1, 1, 2**32 - 1, 2**32 - 1, 0, 1, 0, 1),
    ],
)
def test_an_aperture_that_cannot_be_leaves_the_whole_picture(numbers: tuple[int, ...]) -> None:
    found = decode_picture(with_clap(avif(), *numbers), "a.avif")
    assert (found.width, found.height) == (WIDTH, HEIGHT)


def test_an_aperture_too_small_to_paint_is_refused_by_its_size() -> None:
    with pytest.raises(PictureError, match="8 x 8 px"):
        decode_picture(with_clap(avif(), 8, 1, 8, 1, 0, 1, 0, 1), "a.avif")
