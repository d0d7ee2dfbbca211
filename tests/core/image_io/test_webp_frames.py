"""Promises of WebP: its first frame on its canvas, decoded once, and what lies behind the end is no part of it."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture, open_picture
from studio.core.image_io.containers.webp_chunks import load_webp, read_webp
from tests.support.picture_files import noise

PIXELS = noise(48, 32)


def saved(pixels: np.ndarray = PIXELS, **settings: object) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", **settings)
    return file.getvalue()


def cut_out() -> np.ndarray:
    alpha = np.full(PIXELS.shape[:2], 255, np.uint8)
    alpha[:, :10] = 0
    return np.dstack([PIXELS, alpha])


def patched(data: bytes, place: tuple[int, int]) -> bytes:
    """The first frame of an animation moved to (left, top) of a canvas of 100 x 80 px."""
    at = data.index(b"VP8X") + 12
    data = data[:at] + (99).to_bytes(3, "little") + (79).to_bytes(3, "little") + data[at + 6 :]
    at = data.index(b"ANMF") + 8
    return data[:at] + b"".join((edge // 2).to_bytes(3, "little") for edge in place) + data[at + 6 :]


@pytest.mark.parametrize(
    "settings", [{"quality": 80}, {"lossless": True}, {"lossless": True, "icc_profile": b"no profile"}]
)
@pytest.mark.parametrize("has_alpha", [False, True])
def test_it_is_decoded_as_libwebp_decodes_it(settings: dict[str, object], has_alpha: bool) -> None:
    data = saved(cut_out() if has_alpha else PIXELS, exact=True, **settings)
    file = BytesIO(data)
    image = load_webp(file, read_webp(file, len(data)))
    np.testing.assert_array_equal(np.asarray(image), np.asarray(Image.open(BytesIO(data))))


@pytest.mark.parametrize("lossless", [False, True])
def test_the_first_frame_of_an_animation_lies_where_it_belongs(lossless: bool) -> None:
    frames = [Image.fromarray(np.roll(PIXELS, shift, 1)) for shift in (0, 8)]
    file = BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], lossless=lossless, quality=95)
    picture = decode_picture(patched(file.getvalue(), (20, 6)), "moving.webp")
    assert (picture.width, picture.height) == (100, 80)
    assert picture.alpha is not None
    assert (picture.alpha[6:38, 20:68] == 255).all()
    assert picture.alpha.sum() == 255 * 48 * 32
    alone = Image.open(BytesIO(file.getvalue())).convert("RGB")
    np.testing.assert_array_equal(picture.pixels[6:38, 20:68], np.asarray(alone))


def test_a_frame_beyond_its_canvas_is_damaged() -> None:
    frames = [Image.fromarray(np.roll(PIXELS, shift, 1)) for shift in (0, 8)]
    file = BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(PictureError, match="damaged"):
        decode_picture(patched(file.getvalue(), (60, 6)), "moving.webp")


def test_what_lies_behind_the_end_is_not_read() -> None:
    class Counting(BytesIO):
        most = 0

        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            self.most = max(self.most, self.tell())
            return found

    data = saved(lossless=True)
    file = Counting(data + bytes(1_000_000))
    image = load_webp(file, read_webp(file, len(data) + 1_000_000))
    np.testing.assert_array_equal(np.asarray(image), PIXELS)
    assert file.most <= len(data)


def test_one_of_four_gigabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "sparse.webp"
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 0xFFFFFFF0) + b"WEBPVP8L" + struct.pack("<I", 0xFFFFFFE0))
        file.truncate(5 << 30)
    with pytest.raises(PictureError, match=r"has 4\.3 GB; the limit for this format is 0\.5 GB"):
        open_picture(path)
