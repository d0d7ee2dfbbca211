"""PNGs of every depth, first frames on their whole canvas, and JPEGs of four inks: made here, seen as specified."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.core.image_io import decode_picture
from tests.support.picture_files import noise

WIDTH, HEIGHT = 40, 24
RNG = np.random.default_rng(11)
VALUES = RNG.integers(0, 65536, (HEIGHT, WIDTH, 4)).astype(np.uint32)
PALETTE = noise(256, 1)[0]
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))  # Adam7
KINDS = [
    *((0, bits) for bits in (1, 2, 4, 8, 16)), *((3, bits) for bits in (1, 2, 4, 8)), (2, 8), (2, 16), (4, 8), (4, 16),
    (6, 8), (6, 16),
]  # fmt: skip
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def png(codes: np.ndarray[Any, Any], color_type: int, bits: int, *chunks: tuple[bytes, bytes], adam7: bool) -> bytes:
    """A PNG of codes (height, width, samples), not filtered."""
    height, width, _ = codes.shape
    rows = b""
    for left, top, across, down in PASSES if adam7 else ((0, 0, 1, 1),):
        for row in codes[top::down, left::across]:
            if row.size:
                rows += b"\0" + packed(row.reshape(-1), bits)
    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, adam7)
    before = [(b"PLTE", PALETTE[: 2**bits].tobytes())] if color_type == 3 else []
    parts = [(b"IHDR", header), *before, *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def packed(codes: np.ndarray[Any, Any], bits: int) -> bytes:
    if bits == 16:
        return codes.astype(">u2").tobytes()
    planes = np.unpackbits(codes.astype(np.uint8)[:, None], axis=1)[:, 8 - bits :]
    return np.packbits(planes.reshape(-1)).tobytes()


def seen(codes: np.ndarray[Any, Any], color_type: int, bits: int) -> tuple[np.ndarray[Any, Any], Any]:
    if color_type == 3:
        return PALETTE[codes[..., 0]], None
    levels = np.rint(codes * (255 / (2**bits - 1))).astype(np.uint8)
    alpha = levels[..., -1] if color_type in (4, 6) else None
    return (levels[..., :3] if color_type in (2, 6) else np.repeat(levels[..., :1], 3, axis=2)), alpha


@pytest.mark.parametrize("adam7", [False, True], ids=["in rows", "interlaced"])
@pytest.mark.parametrize(("color_type", "bits"), KINDS)
def test_a_png_of_every_depth_is_rounded_and_not_cut(color_type: int, bits: int, adam7: bool) -> None:
    codes = (VALUES >> (16 - bits))[..., : SAMPLES[color_type]]
    picture = decode_picture(png(codes, color_type, bits, adam7=adam7), "a.png")
    pixels, alpha = seen(codes, color_type, bits)
    assert np.array_equal(picture.pixels[alpha != 0], pixels[alpha != 0]) if alpha is not None else True
    assert alpha is not None or np.array_equal(picture.pixels, pixels)
    assert (picture.alpha is None) == (alpha is None)
    assert alpha is None or np.array_equal(picture.alpha, alpha)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_transparent_grey_is_transparent_at_every_depth(bits: int) -> None:
    codes = (VALUES >> (16 - bits))[..., :1]
    clear = max(1, int(codes[3, 5, 0]) & (2**bits - 2))
    codes[3, 5, 0] = clear
    data = png(codes, 0, bits, (b"tRNS", struct.pack(">H", clear)), adam7=False)
    alpha = decode_picture(data, "a.png").alpha
    assert alpha is not None
    assert np.array_equal(alpha == 0, codes[..., 0] == clear)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palette_colours_may_be_half_transparent(bits: int) -> None:
    codes = (VALUES >> (16 - bits))[..., :1]
    opacity = noise(256, 1)[0, : 2**bits, 0]
    picture = decode_picture(png(codes, 3, bits, (b"tRNS", opacity.tobytes()), adam7=False), "a.png")
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, opacity[codes[..., 0]])


def paletted(codes: np.ndarray[Any, Any]) -> Image.Image:
    image = Image.fromarray(codes.astype(np.uint8))
    image.putpalette(PALETTE.tobytes())
    return image


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize("transparent", [None, 7])
def test_a_gif_shows_its_palette(interlace: int, transparent: int | None) -> None:
    codes = VALUES[..., 0] >> 8
    file = BytesIO()
    settings = {} if transparent is None else {"transparency": transparent}
    paletted(codes).save(file, "GIF", interlace=interlace, optimize=False, **settings)
    picture = decode_picture(file.getvalue(), "a.gif")
    visible = codes != transparent
    assert np.array_equal(picture.pixels[visible], PALETTE[codes][visible])
    assert (picture.alpha is None) == (transparent is None)
    if picture.alpha is not None:
        assert np.array_equal(picture.alpha == 255, visible)


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_the_first_frame_of_an_animation_is_whole_whatever_follows(disposal: int) -> None:
    first = VALUES[..., 0] >> 8
    others = [paletted(np.full_like(first, 5)), paletted(np.full_like(first, 9))]
    file = BytesIO()
    paletted(first).save(file, "GIF", save_all=True, append_images=others, disposal=disposal, optimize=False)
    assert np.array_equal(decode_picture(file.getvalue(), "a.gif").pixels, PALETTE[first])


def test_what_the_first_frame_of_a_gif_leaves_free_is_transparent() -> None:
    codes = VALUES[:, :, 0] >> 8
    data = bytearray(encoded_gif(codes))
    data[6:10] = struct.pack("<HH", WIDTH + 10, HEIGHT + 8)  # the canvas
    at = data.index(b"\x2c", 13 + 768)
    data[at + 1 : at + 5] = struct.pack("<HH", 4, 3)  # where the frame lies on it
    picture = decode_picture(bytes(data), "a.gif")
    inside = np.zeros((HEIGHT + 8, WIDTH + 10), bool)
    inside[3 : 3 + HEIGHT, 4 : 4 + WIDTH] = True
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha == 255, inside)
    assert np.array_equal(picture.pixels[inside], PALETTE[codes].reshape(-1, 3))


def encoded_gif(codes: np.ndarray[Any, Any]) -> bytes:
    file = BytesIO()
    paletted(codes).save(file, "GIF", optimize=False)
    return file.getvalue()


@pytest.mark.parametrize("format_name", ["WEBP", "PNG", "AVIF"])
def test_an_animation_shows_its_first_frame(format_name: str) -> None:
    first = np.full((HEIGHT, WIDTH, 3), (200, 100, 50), np.uint8)
    file = BytesIO()
    settings = {} if format_name == "PNG" else {"quality": 95}
    others = [Image.fromarray(255 - first)] * 2
    Image.fromarray(first).save(file, format_name, save_all=True, append_images=others, **settings)
    picture = decode_picture(file.getvalue(), "a")
    assert np.abs(picture.pixels.astype(int) - first).max() <= 4


@pytest.mark.parametrize("transform", [0, 2], ids=["CMYK", "YCCK"])
def test_four_inks_of_a_jpeg_are_not_a_negative(transform: int) -> None:
    smooth = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) * 3
    inks = np.stack((smooth, 255 - smooth, smooth // 2, smooth // 4), axis=-1).astype(np.uint8)
    data = jpeg_of_inks(inks, transform)
    part = inks.astype(float) / 255
    shown = 255 * (1 - part[..., :3]) * (1 - part[..., 3:])
    picture = decode_picture(data, "a.jpg")
    assert np.abs(picture.pixels - shown).mean() <= 2


def jpeg_of_inks(inks: np.ndarray[Any, Any], transform: int) -> bytes:
    """A JPEG of inks, inverted and marked as Adobe's programs do; YCCK: C, M and Y as red, green and blue, in YCbCr."""
    stored = 255 - inks.astype(float)
    if transform == 2:
        r, g, b = 255 - np.moveaxis(stored[..., :3], 2, 0)
        luma = 0.299 * r + 0.587 * g + 0.114 * b
        stored[..., :3] = np.stack((luma, 128 + (b - luma) / 1.772, 128 + (r - luma) / 1.402), axis=-1)
    values = np.rint(stored).clip(0, 255).astype(np.uint8)
    file = BytesIO()
    Image.frombytes("CMYK", (WIDTH, HEIGHT), (255 - values).tobytes()).save(file, "JPEG", quality=98, subsampling=0)
    data = bytearray(file.getvalue())  # Pillow inverts by itself, and writes Adobe's mark
    at = data.index(b"Adobe")
    data[at + 11] = transform
    return bytes(data)
