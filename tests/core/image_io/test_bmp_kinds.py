"""BMPs of all kinds, made here byte by byte: all of them look as their numbers say."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture
from tests.support.picture_files import encoded, noise

WIDTH, HEIGHT = 40, 24
SEEN = noise(WIDTH, HEIGHT)
ALPHA = noise(WIDTH, HEIGHT, 4)[..., 3]
CODES = SEEN[..., 0]
PALETTE = noise(256, 1, 4)[0]  # blue, green, red and a byte that means nothing
OF_PALETTE = PALETTE[:, 2::-1]


def bmp(
    bits: int,
    rows: np.ndarray[Any, Any] | bytes,
    compression: int = 0,
    *,
    masks: bytes = b"",
    palette: bytes = b"",
    size: int = 40,
    top_down: bool = False,
) -> bytes:
    """rows: from top to bottom, padded to 4 bytes here."""
    if isinstance(rows, np.ndarray):
        lines = [row.tobytes() for row in (rows if top_down else rows[::-1])]
        rows = b"".join(line.ljust(-(-len(line) // 4) * 4, b"\0") for line in lines)
    match size:
        case 12:
            header = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits)
        case _:
            height = -HEIGHT if top_down else HEIGHT
            header = struct.pack("<IiiHHIIiiII", size, WIDTH, height, 1, bits, compression, len(rows), 0, 0, 0, 0)
            header = header[:size] if size < 40 else header + masks.ljust(size - 40, b"\0")
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + header + palette + rows


def masked(bits: int, widths: tuple[int, ...], size: int, top_down: bool = False) -> tuple[bytes, Any, Any]:
    """A BMP with masks of these widths for red, green, blue and alpha, from the highest bits down; what it shows."""
    channels = [*np.moveaxis(SEEN, 2, 0), ALPHA]
    values, masks, shown, at = np.zeros((HEIGHT, WIDTH), np.uint64), [], [], bits
    for channel, width in zip(channels, widths, strict=False):
        at -= width
        white = 2**width - 1
        code = np.rint(channel * (white / 255)).astype(np.uint64)
        values |= code << np.uint64(at)
        masks.append(white << at)
        shown.append(np.rint(code * (255 / white)) if white else np.zeros(code.shape))
    stored = values.astype(f"<u{bits // 8}")
    packed = struct.pack("<4I", *masks, *[0] * (4 - len(masks)))
    data = bmp(bits, stored, 3, masks=packed[: 12 if size == 40 else 16], size=size, top_down=top_down)
    return data, np.stack(shown[:3], axis=-1), shown[3] if len(widths) == 4 else None


MASKS = [
    (16, (5, 6, 5)), (16, (4, 4, 4)), (16, (4, 4, 4, 4)), (16, (5, 5, 5, 1)), (16, (3, 3, 2)), (16, (6, 5, 5)),
    (32, (8, 8, 8)), (32, (8, 8, 8, 8)), (32, (10, 10, 10)), (32, (10, 10, 10, 2)), (32, (11, 11, 10)), (32, (5, 6, 5)),
    (32, (8, 8, 8, 4)),
]  # fmt: skip


@pytest.mark.parametrize(("bits", "widths"), MASKS)
@pytest.mark.parametrize("size", [40, 56, 108, 124])
@pytest.mark.parametrize("top_down", [False, True])
def test_masks_of_any_width_are_read(bits: int, widths: tuple[int, ...], size: int, top_down: bool) -> None:
    data, shown, alpha = masked(bits, widths, size, top_down)
    picture = decode_picture(data, "a.bmp")
    visible = slice(None) if picture.alpha is None else picture.alpha > 0
    assert np.abs(picture.pixels - shown)[visible].max() <= 1  # Pillow does not round those with 5 or 6 bits
    if alpha is None or size == 40:
        assert picture.alpha is None
    else:
        assert picture.alpha is not None
        assert np.array_equal(picture.alpha, alpha)


@pytest.mark.parametrize(
    ("bits", "size"),
    [
        (bits, size)
        for bits in (1, 2, 4, 8, 24, 32)
        for size in (12, 16, 40, 64, 108, 124)
        if size > 12 or bits not in (2, 32)  # OS/2 1 has no such depth
    ],
)
def test_every_depth_opens_under_every_header(bits: int, size: int) -> None:
    palette = b""
    match bits:
        case 24:
            rows, shown = SEEN[..., ::-1].reshape(HEIGHT, -1), SEEN
        case 32:
            rows, shown = np.dstack((SEEN[..., ::-1], ALPHA)).reshape(HEIGHT, -1), SEEN
        case _:
            codes = CODES >> (8 - bits)
            planes = np.unpackbits(codes[..., None], axis=2)[:, :, 8 - bits :]
            rows, shown = np.packbits(planes.reshape(HEIGHT, -1), axis=1), OF_PALETTE[codes]
            table = PALETTE[: 2**bits, :3] if size == 12 else PALETTE[: 2**bits]
            palette = table.tobytes()
    picture = decode_picture(bmp(bits, np.ascontiguousarray(rows), palette=palette, size=size), "a.bmp")
    assert np.array_equal(picture.pixels, shown)
    assert picture.alpha is None  # the fourth byte means nothing without a mask


@pytest.mark.parametrize("is_literal", [False, True])
def test_runs_of_8_and_of_4_bits_are_unpacked(is_literal: bool) -> None:
    def packed(row: np.ndarray[Any, Any]) -> bytes:
        if is_literal:
            return bytes((0, WIDTH)) + row.tobytes() + b"\0\0"
        return b"".join(bytes((1, code)) for code in row.tolist()) + b"\0\0"

    eight = b"".join(packed(row) for row in CODES[::-1]) + b"\0\1"
    assert np.array_equal(
        decode_picture(bmp(8, eight, 1, palette=PALETTE.tobytes()), "a.bmp").pixels, OF_PALETTE[CODES]
    )
    if not is_literal:
        four = b"".join(packed(row & 0xF0) for row in CODES[::-1]) + b"\0\1"
        data = bmp(4, four, 2, palette=PALETTE[:16].tobytes())
        assert np.array_equal(decode_picture(data, "a.bmp").pixels, OF_PALETTE[CODES >> 4])


def test_a_png_within_a_bmp_is_the_picture() -> None:
    assert np.array_equal(decode_picture(bmp(0, encoded("PNG", SEEN), 5), "a.bmp").pixels, SEEN)


@pytest.mark.parametrize(("bits", "compression", "size"), [(24, 4, 64), (1, 3, 64), (64, 0, 40), (8, 99, 40)])
def test_a_kind_of_bmp_that_is_not_read_is_named(bits: int, compression: int, size: int) -> None:
    with pytest.raises(PictureError, match=f"a.bmp is a BMP of a kind that cannot be opened .{bits} bits"):
        decode_picture(bmp(bits, bytes(WIDTH * HEIGHT * 8), compression, size=size), "a.bmp")


def test_an_odd_bmp_that_ends_too_early_or_is_too_large_is_refused() -> None:
    data, _, _ = masked(16, (4, 4, 4, 4), 56)
    with pytest.raises(PictureError, match="cut off"):
        decode_picture(data[:-1], "a.bmp")
    with pytest.raises(PictureError, match="limit is 200 megapixels"):
        decode_picture(data[:18] + struct.pack("<ii", 30_000, 30_000) + data[26:], "a.bmp")


def test_a_damaged_odd_bmp_gives_a_picture_or_a_picture_error() -> None:
    rng = np.random.default_rng(5)
    seeds = [masked(16, (4, 4, 4, 4), 56)[0], bmp(2, np.zeros((HEIGHT, 12), np.uint8), size=16)]
    outcomes = set()
    for index in range(300):
        damaged = bytearray(seeds[index % 2])
        for at in rng.integers(0, 80, 3):
            damaged[at] = int(rng.integers(256))
        try:
            outcomes.add(decode_picture(bytes(damaged), "a.bmp").width)
        except PictureError:
            outcomes.add("refused")
    assert {WIDTH, "refused"} <= outcomes
