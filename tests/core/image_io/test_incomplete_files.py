"""Nothing whole is called damaged, and nothing that lacks pixels is called whole: a corpus made here, file by file."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import tifffile
from imagecodecs import bitorder_decode
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture
from studio.core.image_io.picture_reader import PART_IS_MISSING
from studio.core.image_io.tiff.directory import read_directories
from studio.core.image_io.tiff.missing_pixels import fax_lacks_pixels
from studio.core.picture import Picture, Pixels
from tests.support.picture_files import encoded, noise

SIDE = 96  # px


def photo() -> Pixels:
    """Something of everything, with its end as busy as its beginning."""
    slope = np.add.outer(np.arange(SIDE), np.arange(SIDE)) % 256
    pixels = np.stack((slope, 255 - slope, slope * 3 % 256), 2) // 2 + noise(SIDE, SIDE) // 3
    return pixels.astype(np.uint8)


def _jpeg(mode: str = "RGB", **settings: object) -> bytes:
    file = BytesIO()
    Image.fromarray(photo()).convert(mode).save(file, "JPEG", **{"quality": 90, **settings})
    return file.getvalue()


JPEGS = {
    "baseline": _jpeg(),
    "4:4:4": _jpeg(subsampling="4:4:4"),
    "optimised": _jpeg(optimize=True),
    "grey": _jpeg("L"),
    "cmyk": _jpeg("CMYK"),
    "progressive": _jpeg(progressive=True),
    "progressive grey": _jpeg("L", progressive=True),
    "with restarts": _jpeg(restart_marker_rows=1),
}
_BODY = {name: data.rindex(b"\xff\xda") + 40 for name, data in JPEGS.items()}  # inside the (last) scan
FILM = (np.random.default_rng(1).bytes(200_000) + b"\xff\xda" * 300 + b"\xff\xd8\xff\xe1\0\x08Exif\0\0") * 3
WHOLE_JPEGS: dict[str, Callable[[bytes], bytes]] = {
    "as it was": lambda data: data,
    "no end mark": lambda data: data[:-2],
    "no end mark, zeros behind": lambda data: data[:-2] + bytes(5000),
    "half an end mark": lambda data: data[:-1],
    "a film behind": lambda data: data + FILM,
    "zeros behind": lambda data: data + bytes(70_000),
    "fill bytes before the end mark": lambda data: data[:-2] + b"\xff" * 9 + data[-2:],
    "zeros before the end mark": lambda data: data[:-2] + bytes(3000) + data[-2:],
    "a few zeros before the end mark": lambda data: data[:-2] + bytes(20) + data[-2:],
    "a comment of 60 kB": lambda data: data[:2] + b"\xff\xfe\xea\x62" + bytes(60_000) + data[2:],
}


def _overwritten(data: bytes, at: int, hole: bytes) -> bytes:
    return data[:at] + hole + data[at + len(hole) :]


BROKEN_JPEGS: dict[str, Callable[[bytes, int], bytes]] = {
    "the last half never came": lambda data, at: (
        data[: (at + len(data)) // 2] + bytes(len(data) - (at + len(data)) // 2)
    ),
    "the last tenth never came": lambda data, at: data[: len(data) - len(data) // 10] + bytes(len(data) // 10),
    "cut off": lambda data, at: data[: (at + len(data)) // 2],
    "cut off, with an end mark": lambda data, at: data[: (at + len(data)) // 2] + b"\xff\xd9",
    "a hole of zeros": lambda data, at: _overwritten(data, at, bytes(600)),
    "bytes that belong elsewhere": lambda data, at: _overwritten(data, at, data[-60:-20].replace(b"\xff", b"\xfe")),
    "a foreign block": lambda data, at: _overwritten(data, (at + len(data)) // 2, b"\xff\x17garbage\xff\x03" * 40),
}


@pytest.mark.parametrize("change", WHOLE_JPEGS)
@pytest.mark.parametrize("kind", JPEGS)
def test_a_whole_jpeg_opens_whole(kind: str, change: str) -> None:
    expected = decode_picture(JPEGS[kind], "a.jpg")
    picture = decode_picture(WHOLE_JPEGS[change](JPEGS[kind]), "a.jpg")
    assert picture.notes == ()
    assert picture.fingerprint == expected.fingerprint


# Left out: what only a second decoding of each picture would tell, or of each part of it.
UNNOTICED = [("progressive", "cut off, with an end mark"), ("progressive", "bytes that belong elsewhere"),
             ("restarts", "bytes that belong elsewhere")]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (kind, change)
        for kind in JPEGS
        for change in BROKEN_JPEGS
        if not any(part in kind and change == what for part, what in UNNOTICED)
    ],
)
def test_a_jpeg_that_lacks_pixels_opens_with_a_note(kind: str, change: str) -> None:
    picture = decode_picture(BROKEN_JPEGS[change](JPEGS[kind], _BODY[kind]), "a.jpg")
    assert picture.notes == (PART_IS_MISSING,)
    assert (picture.width, picture.height) == (SIDE, SIDE)


@pytest.mark.parametrize("kind", ["progressive", "progressive grey"])
def test_of_a_progressive_jpeg_what_came_before_a_foreign_block_is_shown(kind: str) -> None:
    whole = decode_picture(JPEGS[kind], "a.jpg").pixels
    damaged = BROKEN_JPEGS["a foreign block"](JPEGS[kind], _BODY[kind])
    assert np.abs(decode_picture(damaged, "a.jpg").pixels.astype(int) - whole).mean() < 12


def test_the_rows_that_came_are_shown() -> None:
    whole = decode_picture(JPEGS["baseline"], "a.jpg").pixels
    data = JPEGS["baseline"]
    broken = decode_picture(data[: _BODY["baseline"] + 2500] + bytes(4000), "a.jpg").pixels
    assert np.array_equal(whole[:16], broken[:16])
    assert (np.abs(broken[-1].astype(int) - 128) <= 1).all()


@pytest.mark.parametrize("grey", [127, 128, 129])
@pytest.mark.parametrize("settings", [{}, {"progressive": True}, {"optimize": True}, {"restart_marker_rows": 1}])
def test_a_picture_that_ends_in_middle_grey_is_whole(grey: int, settings: dict[str, object]) -> None:
    pixels = photo()
    pixels[SIDE // 2 :] = grey
    for data in (encoded("JPEG", pixels, **settings), encoded("JPEG", pixels, **settings)[:-2]):
        assert decode_picture(data, "a.jpg").notes == ()


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize(
    "settings", [{}, {"progressive": True}, {"optimize": True}, {"restart_marker_blocks": 2, "subsampling": "4:2:0"}]
)
def test_a_flat_picture_is_whole_though_it_is_full_of_zeros(level: int, settings: dict[str, object]) -> None:
    flat = np.full((1500, 1500, 3), level, np.uint8)
    assert decode_picture(encoded("JPEG", flat, **settings), "a.jpg").notes == ()


RESTARTS: dict[str, dict[str, Any]] = {
    "a row": {"restart_marker_rows": 1},
    "a block": {"restart_marker_blocks": 1},
    "5 blocks of half the colours": {"restart_marker_blocks": 5, "subsampling": "4:2:0"},
    "7 blocks of colours on their side": {"restart_marker_blocks": 7, "subsampling": "4:2:2"},
    "more than there are": {"restart_marker_blocks": 60_000},
    "progressive": {"restart_marker_blocks": 11, "progressive": True, "subsampling": "4:2:0"},
}


def _restarting(kind: str, mode: str = "RGB") -> tuple[bytes, Pixels]:
    """A JPEG of a size that no blocks fill, with restarts, and its pixels."""
    pixels = photo()[:83, :91]
    file = BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, "JPEG", quality=90, **RESTARTS[kind])
    return file.getvalue(), decode_picture(file.getvalue(), "a.jpg").pixels


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("kind", RESTARTS)
def test_a_jpeg_with_restarts_is_whole_also_with_one_more_at_the_end(kind: str, mode: str) -> None:
    data, pixels = _restarting(kind, mode)
    marks = len(re.findall(rb"\xff[\xd0-\xd7]", data[data.rindex(b"\xff\xda") :]))
    picture = decode_picture(data[:-2] + bytes((0xFF, 0xD0 + marks % 8)) + data[-2:], "a.jpg")
    assert decode_picture(data, "a.jpg").notes == picture.notes == ()
    assert np.array_equal(picture.pixels, pixels)


@pytest.mark.parametrize("told", [0, 2, 40])
@pytest.mark.parametrize("kind", [kind for kind in RESTARTS if kind != "more than there are"])
def test_a_jpeg_whose_restarts_are_others_than_it_says_has_a_note(kind: str, told: int) -> None:
    data, pixels = _restarting(kind)
    at = data.index(b"\xff\xdd\0\4") + 4
    picture = decode_picture(_overwritten(data, at, told.to_bytes(2)), "a.jpg")
    assert picture.notes == (PART_IS_MISSING,) and not np.array_equal(picture.pixels, pixels)


def test_a_jpeg_of_which_nothing_came_is_refused() -> None:
    data = JPEGS["baseline"]
    start = data.index(b"\xff\xda") + 14
    with pytest.raises(PictureError, match="cut off"):
        decode_picture(data[:start] + bytes(5000), "a.jpg")


# PNG -----------------------------------------------------------------------------------------------------------------


def _chunk(kind: bytes, body: bytes, *, sum_error: int = 0, length_error: int = 0) -> bytes:
    checksum = zlib.crc32(kind + body) ^ sum_error
    return struct.pack(">I", max(0, len(body) + length_error)) + kind + body + struct.pack(">I", checksum)


def _png(mode: str, level: int = 6) -> bytes:
    file, image = BytesIO(), Image.fromarray(photo())
    (image.quantize(64) if mode == "P" else image.convert(mode)).save(file, "PNG", compress_level=level)
    return file.getvalue()


def _split(data: bytes) -> bytes:
    """The same with its pixels in many chunks, some of them empty."""
    at = data.index(b"IDAT") - 4
    size = int.from_bytes(data[at : at + 4])
    body = data[at + 8 : at + 8 + size]
    pieces = [_chunk(b"IDAT", body[start : start + 999]) for start in range(0, size, 999)]
    return data[:at] + _chunk(b"IDAT", b"").join(pieces) + data[at + 12 + size :]


PNGS = {
    "rgb": _png("RGB"),
    "rgba": _png("RGBA"),
    "grey": _png("L"),
    "palette": _png("P"),
    "16 bit": encoded("PNG", (photo()[..., 0].astype(np.uint16) * 257)),
    "not packed": _png("RGB", 0),
    "split": _split(_png("RGB")),
}
_INSERTED = {
    "a text with a wrong checksum": _chunk(b"tEXt", b"Title\0Bridge", sum_error=1),
    "a time with a wrong checksum": _chunk(b"tIME", bytes(7), sum_error=5),
    "a resolution with a wrong checksum": _chunk(b"pHYs", bytes(9), sum_error=5),
    "a short resolution": _chunk(b"pHYs", bytes(3)),
    "an empty gamma": _chunk(b"gAMA", b""),
    "a long gamma": _chunk(b"gAMA", bytes(40)),
    "a profile that is not packed": _chunk(b"iCCP", b"icc\0\0nonsense"),
    "a profile with a wrong checksum": _chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(900)), sum_error=9),
    "a transparent colour with a wrong checksum": _chunk(b"tRNS", bytes(6), sum_error=9),
    "a text longer than it says": _chunk(b"tEXt", b"Title\0" + b"Bridge" * 30, length_error=-40),
    "a text shorter than it says": _chunk(b"tEXt", b"Title\0Bridge", length_error=50),
    "a text much shorter than it says": _chunk(b"tEXt", b"Title\0Bridge", length_error=2**30),
    "2 MB of packed text": _chunk(b"zTXt", b"Title\0\0" + zlib.compress(bytes(2 * 2**20))),
    "2 MB of text": _chunk(b"tEXt", b"Title\0" + b"x" * 2 * 2**20),
    "a gigabyte of packed text": _chunk(b"zTXt", b"Title\0\0" + zlib.compress(bytes(2**26))),
    "text of the wrong kind": _chunk(b"iTXt", b"XML:com.adobe.xmp"),
    "a private chunk": _chunk(b"prVt", b"anything"),
    "a broken EXIF": _chunk(b"eXIf", b"II*\0\xff\xff\xff\xff"),
    "unknown code points": _chunk(b"cICP", bytes((99, 99, 0, 1))),
    "an animation of nothing": _chunk(b"acTL", struct.pack(">II", 4, 0)),
}
WHOLE_PNGS: dict[str, Callable[[bytes], bytes]] = {
    **{
        what: lambda data, chunk=chunk: data[:33] + chunk + data[33:]  # type: ignore[misc]
        for what, chunk in _INSERTED.items()
    },
    "no end mark": lambda data: data[:-12],
    "half an end mark": lambda data: data[:-5],
    "no end mark, zeros behind": lambda data: data[:-12] + bytes(5000),
    "a film behind": lambda data: data + FILM,
    "broken text behind the pixels": lambda data: data[:-12] + _chunk(b"tEXt", b"a", sum_error=3) + data[-12:],
    "only the checksum of the pixels is wrong": lambda data: _with_wrong_sum(data),
}


def _with_wrong_sum(data: bytes) -> bytes:
    at = data.index(b"IDAT") - 4
    end = at + 8 + int.from_bytes(data[at : at + 4])
    return data[:end] + bytes(4) + data[end + 4 :]


def _pixel_bytes(data: bytes) -> tuple[int, int]:
    at = data.index(b"IDAT") + 4
    return at, data.rindex(b"IEND") - 8


def _half_zeroed(data: bytes) -> bytes:
    start, end = _pixel_bytes(data)
    middle = (start + end) // 2
    return data[:middle] + bytes(end - middle) + data[end:]


BROKEN_PNGS: dict[str, Callable[[bytes], bytes]] = {
    "half of its pixels are zeros": _half_zeroed,
    "the last half never came": lambda data: data[: len(data) // 2] + bytes(len(data) - len(data) // 2),
    "cut off": lambda data: data[: sum(_pixel_bytes(data)) // 2],
    "a hole of zeros": lambda data: _overwritten(data, sum(_pixel_bytes(data)) // 2, bytes(300)),
}


@pytest.mark.parametrize("change", WHOLE_PNGS)
@pytest.mark.parametrize("kind", PNGS)
def test_a_whole_png_opens_whole(kind: str, change: str) -> None:
    expected = decode_picture(PNGS[kind], "a.png")
    picture = decode_picture(WHOLE_PNGS[change](PNGS[kind]), "a.png")
    assert picture.notes == ()
    assert picture.fingerprint == expected.fingerprint


@pytest.mark.parametrize("change", BROKEN_PNGS)
@pytest.mark.parametrize("kind", PNGS)
def test_a_png_that_lacks_pixels_opens_with_a_note(kind: str, change: str) -> None:
    whole = decode_picture(PNGS[kind], "a.png").pixels
    picture = decode_picture(BROKEN_PNGS[change](PNGS[kind]), "a.png")
    assert picture.notes == (PART_IS_MISSING,)
    assert np.array_equal(picture.pixels[:8], whole[:8])


def test_a_png_whose_stream_ends_before_the_last_row_opens_with_a_note() -> None:
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in photo()[:40]))
    header = PNGS["rgb"][8:33]
    picture = decode_picture(b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", packed) + _chunk(b"IEND", b""), "a.png")
    assert picture.notes == (PART_IS_MISSING,)
    assert np.array_equal(picture.pixels[:40], photo()[:40])


def test_a_png_whose_last_row_is_black_is_whole() -> None:
    pixels = photo()
    pixels[-9:] = 0
    assert decode_picture(encoded("PNG", pixels), "a.png").notes == ()


def test_a_png_of_which_nothing_came_is_refused() -> None:
    start, end = _pixel_bytes(PNGS["rgb"])
    with pytest.raises(PictureError, match="cut off"):
        decode_picture(PNGS["rgb"][:start] + bytes(end - start), "a.png")


def test_a_broken_checksum_of_the_header_is_refused() -> None:
    data = bytearray(PNGS["rgb"])
    data[30] ^= 1
    with pytest.raises(PictureError, match="damaged"):
        decode_picture(bytes(data), "a.png")


# Others --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", ["WEBP", "AVIF"])
@pytest.mark.parametrize("behind", [b"\0" * 9000, FILM, b"\xffrubbish that is no box"], ids=["zeros", "film", "text"])
def test_anything_behind_the_end_is_passed_over(format_name: str, behind: bytes) -> None:
    data = encoded(format_name, photo(), quality=90)
    picture = decode_picture(data + behind, "a")
    assert picture.notes == ()
    assert picture.fingerprint == decode_picture(data, "a").fingerprint


@pytest.mark.parametrize("settings", [{}, {"lossless": True}], ids=["lossy", "lossless"])
def test_a_webp_whose_end_never_came_is_never_called_whole(settings: dict[str, object]) -> None:
    data = encoded("WEBP", photo(), **settings)
    broken = data[: len(data) * 2 // 3]
    assert _is_noted_or_refused(broken + bytes(len(data) - len(broken)), "a.webp")


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_an_avif_whose_end_never_came_is_never_called_whole(share: float) -> None:
    data = encoded("AVIF", photo(), quality=90)
    kept = int(len(data) * share)
    assert _is_noted_or_refused(data[:kept] + bytes(len(data) - kept), "a.avif")


def _tiff(compression: str, **settings: Any) -> bytes:
    file = BytesIO()
    if compression.startswith(("group", "tiff_ccitt")):
        picture = Image.fromarray(noise(200, 200)[..., 0] > 127)
        picture.save(file, "TIFF", compression=compression, tiffinfo={292: settings.get("options", 0)})
    else:
        tifffile.imwrite(file, photo(), photometric="rgb", compression=compression, **settings)
    return file.getvalue()


def _abbreviated() -> bytes:
    """A TIFF of strips of JPEG whose tables are in a tag, as libtiff writes it."""
    file = BytesIO()
    Image.fromarray(photo()).save(file, "TIFF", compression="jpeg", quality=90, tiffinfo={278: 32})
    return file.getvalue()


TIFFS = {
    "jpeg": _tiff("jpeg"),
    "jpeg in strips": _tiff("jpeg", rowsperstrip=32),
    "jpeg in tiles": _tiff("jpeg", tile=(64, 64)),
    "jpeg with tables of its own": _abbreviated(),
    "webp": _tiff("webp"),
    "fax 2": _tiff("tiff_ccitt"),
    "fax 3": _tiff("group3"),
    "fax 3 in two dimensions": _tiff("group3", options=5),
    "fax 4": _tiff("group4"),
}


def _last_segment(tiff: bytes) -> tuple[int, int]:
    """Its first byte, and the one behind it."""
    (page, *_) = read_directories(BytesIO(tiff))
    tags = (324, 325) if 324 in page else (273, 279)
    offset, count = (int(page.numbers(tag, 1000)[-1]) for tag in tags)
    return offset, offset + count


@pytest.mark.parametrize("kind", TIFFS)
def test_a_tiff_whose_segments_are_whole_opens_whole(kind: str) -> None:
    assert decode_picture(TIFFS[kind], "a.tif").notes == ()


@pytest.mark.parametrize("kind", TIFFS)
def test_a_tiff_whose_last_segment_never_came_to_its_end_is_never_called_whole(kind: str) -> None:
    start, end = _last_segment(TIFFS[kind])
    middle = (start + end) // 2
    assert _is_noted_or_refused(_overwritten(TIFFS[kind], middle, bytes(end - middle)), "a.tif")


@pytest.mark.parametrize("kind", [kind for kind in TIFFS if kind.startswith(("jpeg", "fax"))])
def test_a_tiff_with_a_hole_of_zeros_is_never_called_whole(kind: str) -> None:
    start, end = _last_segment(TIFFS[kind])
    assert _is_noted_or_refused(_overwritten(TIFFS[kind], (start + end) // 2, bytes(300)), "a.tif")


@pytest.mark.parametrize("kind", [kind for kind in TIFFS if kind.startswith("jpeg")])
def test_a_tiff_of_which_a_jpeg_does_not_end_where_its_pixels_do_opens_with_a_note(kind: str) -> None:
    start, end = _last_segment(TIFFS[kind])
    middle = (start + end) // 2
    moved = TIFFS[kind][middle + 200 : end - 2] + TIFFS[kind][middle - 198 : middle] + b"\xff\xd9"
    data = _overwritten(TIFFS[kind], end - len(moved), moved)
    assert _is_noted_or_refused(data, "a.tif")


@pytest.mark.parametrize("kind", ["fax 3", "fax 4"])
@pytest.mark.parametrize("order", [1, 2])
def test_zeros_behind_the_end_of_a_fax_are_no_damage(kind: str, order: int) -> None:
    start, end = _last_segment(TIFFS[kind])
    fax = TIFFS[kind][start:end].rstrip(b"\0") + (b"" if kind == "fax 4" else b"\0\x10\x01\0\x10\x01")
    assert not fax_lacks_pixels((fax if order == 1 else bitorder_decode(fax)) + bytes(300))


def _is_noted_or_refused(data: bytes, name: str) -> bool:
    try:
        picture: Picture = decode_picture(data, name)
    except PictureError:
        return True
    return picture.notes == (PART_IS_MISSING,)


def test_the_note_is_a_sentence() -> None:
    assert re.fullmatch(r"Part of this file is missing.*\.", PART_IS_MISSING)
