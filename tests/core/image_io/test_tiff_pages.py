"""Which page of a TIFF is the picture, which files are named instead of opened, and that no hostile one harms."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture
from studio.core.image_io.tiff_writer import encode_tiff
from studio.core.picture import Picture
from tests.support.picture_files import encoded, noise, quarters, tiff


def pages(*values: np.ndarray[Any, Any], kinds: tuple[int, ...] = (), **settings: Any) -> bytes:
    file = BytesIO()
    with tifffile.TiffWriter(file, **settings) as writer:
        for index, each in enumerate(values):
            kind = kinds[index] if kinds else 0
            writer.write(each, photometric="rgb", metadata=None, subfiletype=kind)
    return file.getvalue()


MASKED = [struct.pack("<HHII", 254, 4, 1, kind) for kind in (1, 4)]


def raw_page(**tags: tuple[int, int, int]) -> dict[int, tuple[int, int, int]]:
    return {
        256: (4, 1, 32), 257: (4, 1, 32), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1), 277: (3, 1, 1),
        278: (4, 1, 32), 279: (4, 1, 1024), 273: (4, 1, 4096), **{int(key[1:]): value for key, value in tags.items()},
    }  # fmt: skip


def page_of(**tags: tuple[int, int, int]) -> bytes:
    return tiff(raw_page(**tags)).ljust(4096, b"\0") + bytes(range(256)) * 4


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_reduced_page_is_not_the_picture(order: str, big: bool) -> None:
    data = pages(noise(20, 16), quarters(), kinds=(1, 0), byteorder=order, bigtiff=big)
    picture = decode_picture(data, "a.tif")
    assert np.array_equal(picture.pixels, quarters())
    assert picture.notes == ()


def test_the_largest_of_several_pages_is_opened_and_a_note_says_so() -> None:
    picture = decode_picture(pages(noise(20, 16), quarters(), noise(24, 20)), "a.tif")
    assert np.array_equal(picture.pixels, quarters())
    assert picture.notes == ("This file has 3 pages; page 2, the largest, was opened.",)


def test_of_equal_pages_the_first_is_opened_and_a_note_says_so() -> None:
    picture = decode_picture(pages(quarters(), quarters() // 2), "a.tif")
    assert np.array_equal(picture.pixels, quarters())
    assert picture.notes == ("This file has 2 pages; page 1, the first, was opened.",)


def test_a_file_of_nothing_but_a_reduced_page_opens() -> None:
    assert np.array_equal(decode_picture(pages(quarters(), kinds=(1,)), "a.tif").pixels, quarters())


def test_a_mask_is_not_the_picture() -> None:
    data = pages(noise(64, 64), quarters(), kinds=(1, 0)).replace(MASKED[0], MASKED[1], 1)
    assert np.array_equal(decode_picture(data, "a.tif").pixels, quarters())


def test_the_full_picture_in_a_subdirectory_is_found() -> None:
    file = BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(noise(20, 16), photometric="rgb", metadata=None, subifds=1, subfiletype=1)
        writer.write(quarters(), photometric="rgb", metadata=None)
    assert np.array_equal(decode_picture(file.getvalue(), "a.tif").pixels, quarters())


def test_resolution_and_camera_come_with_the_page() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x8769] = "Maker", {0x829A: 0.5}
    picture = decode_picture(encode_tiff(quarters(), b"", exif.tobytes(), b"", 240), "a.tif")
    kept = Image.Exif()
    kept.load(picture.metadata.exif)
    assert (picture.metadata.dpi, kept[0x010F]) == (240, "Maker")
    assert float(kept.get_ifd(0x8769)[0x829A]) == 0.5


@pytest.mark.parametrize("big", [False, True])
def test_a_resolution_per_centimetre_is_read_from_any_tiff(big: bool) -> None:
    file = BytesIO()
    tifffile.imwrite(file, quarters(), bigtiff=big, resolution=(100, 100), resolutionunit=3, photometric="rgb")
    assert decode_picture(file.getvalue(), "a.tif").metadata.dpi == 254


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (page_of(_50706=(1, 4, 1)), "DNG"),
        (page_of(_262=(3, 1, 32803)), "a raw file of a camera"),
        (page_of(_262=(3, 1, 34892)), "a raw file of a camera"),
        (page_of(_259=(3, 1, 34713)), "a raw file of a camera"),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(64), "CR2"),
        (b"\0\0\0\x18ftypcrx " + bytes(64), "CR3"),
        (b"IIRO\x08\0\0\0" + bytes(64), "ORF"),
        (b"IIU\0\x08\0\0\0" + bytes(64), "RW2"),
        (b"FUJIFILMCCD-RAW 0201" + bytes(64), "RAF"),
        (b"FOVb" + bytes(64), "X3F"),
    ],
)  # fmt: skip
def test_raw_files_are_named_and_not_called_damaged(data: bytes, kind: str) -> None:
    with pytest.raises(PictureError, match=kind) as caught:
        decode_picture(data, "a.raw")
    assert "raw converter" in caught.value.remedy


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (page_of(_262=(3, 1, 32845)), "LogLuv"),
        (page_of(_259=(3, 1, 34676)), "LogLuv"),
        (page_of(_259=(3, 1, 6)), "old-style JPEG"),
        (page_of(_259=(3, 1, 34887)), "LERC"),
        (page_of(_259=(3, 1, 12345)), "12345"),
        (page_of(_262=(3, 1, 10)), "ITU Lab"),
        (page_of(_258=(3, 1, 64), _339=(3, 1, 6)), "complex"),
        (page_of(_262=(3, 1, 5), _332=(3, 1, 2), _277=(3, 1, 4)), "inks"),
        (page_of(_262=(3, 1, 5)), "1 of the 4 samples"),
    ],
)
def test_a_kind_of_tiff_that_is_not_read_is_named(data: bytes, kind: str) -> None:
    with pytest.raises(PictureError, match=f"cannot be opened: .*{kind}"):
        decode_picture(data, "a.tif")


def test_a_chain_of_pages_in_a_circle_ends() -> None:
    data = bytearray(pages(quarters()))
    at = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, at)[0]
    struct.pack_into("<I", data, at + 2 + 12 * count, at)
    assert np.array_equal(decode_picture(bytes(data), "a.tif").pixels, quarters())


@pytest.mark.parametrize("offset", [0, 3, 2**31, 2**32 - 1])
def test_a_first_page_that_is_nowhere_is_refused(offset: int) -> None:
    with pytest.raises(PictureError):
        decode_picture(b"II*\0" + struct.pack("<I", offset) + bytes(200), "a.tif")


@pytest.mark.parametrize("head", [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"II+\0\x08\0\0\0", b"II*\0\x08\0\0\0"])
def test_a_head_alone_is_refused(head: bytes) -> None:
    with pytest.raises(PictureError):
        decode_picture(head, "a.tif")


HOSTILE = {
    "a million strips": page_of(_278=(4, 1, 1), _273=(4, 50_000_000, 8), _279=(4, 50_000_000, 8)),
    "no rows per strip": page_of(_278=(4, 1, 0)),
    "tiles of nothing": page_of(_322=(4, 1, 0), _323=(4, 1, 0), _324=(4, 1, 4096), _325=(4, 1, 1024)),
    "tiny tiles": page_of(
        _256=(4, 1, 9999), _257=(4, 1, 9999), _322=(4, 1, 1), _323=(4, 1, 1), _324=(4, 1, 4096), _325=(4, 1, 1024)
    ),
    "endless tiles": page_of(_322=(4, 1, 2**31), _323=(4, 1, 2**31), _324=(4, 1, 4096), _325=(4, 1, 1024)),
    "65535 samples": page_of(_277=(3, 1, 65535)),
    "no samples": page_of(_277=(3, 1, 0), _262=(3, 1, 2)),
    "bits that are none": page_of(_258=(3, 1, 0)),
    "33 bits": page_of(_258=(3, 1, 33)),
    "a strip beyond the end": page_of(_273=(4, 1, 2**31)),
    "a strip longer than the file": page_of(_279=(4, 1, 2**31)),
    "no strips": page_of(_279=(4, 0, 0), _273=(4, 0, 0)),
    "an unknown predictor": page_of(_317=(3, 1, 99), _259=(3, 1, 5)),
    "lzw of rubbish": page_of(_259=(3, 1, 5)),
    "jpeg of rubbish": page_of(_259=(3, 1, 7)),
    "webp of rubbish": page_of(_259=(3, 1, 50001)),
    "jpeg 2000 of rubbish": page_of(_259=(3, 1, 34712)),
    "zstandard of rubbish": page_of(_259=(3, 1, 50000)),
    "fax of rubbish": page_of(_259=(3, 1, 4), _258=(3, 1, 1)),
    "a subdirectory that is itself": page_of(_330=(4, 1, 8), _254=(4, 1, 1)),
    "3 dimensions": page_of(_32997=(4, 1, 1000)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_tiff_ends_in_a_picture_or_one_sentence(name: str) -> None:
    try:
        picture = decode_picture(HOSTILE[name], "a.tif")
    except PictureError as error:
        assert "a.tif" in error.message
    else:
        assert (picture.width, picture.height) == (32, 32)


@pytest.mark.parametrize("compression", [8, 32946])
def test_a_strip_that_inflates_to_gigabytes_stops_at_what_the_page_needs(compression: int) -> None:
    deflate = zlib.compressobj(9)
    bomb = b"".join([*(deflate.compress(bytes(2**20)) for _ in range(300)), deflate.flush()])
    tags = raw_page(_259=(3, 1, compression), _279=(4, 1, len(bomb)))
    data = tiff(tags).ljust(4096, b"\0") + bomb
    tracemalloc.start()
    try:
        with suppress(PictureError):
            decode_picture(data, "bomb.tif")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50 * 2**20


def test_a_jpeg_strip_that_says_it_is_larger_than_the_strip_is_refused() -> None:
    jpeg = bytearray(encoded("JPEG", noise(32, 32)[..., 0]))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", 60_000, 60_000)
    data = tiff(raw_page(_259=(3, 1, 7), _279=(4, 1, len(jpeg)))).ljust(4096, b"\0") + bytes(jpeg)
    with pytest.raises(PictureError, match="damaged"):
        decode_picture(data, "a.tif")


def decoded_in_one_strip(**settings: Any) -> tuple[Picture, int]:
    """What is read of 2000 x 2000 px of 16 bits in one strip, and how many bytes that takes at most."""
    grey = np.tile(np.arange(2000, dtype=np.uint16) * 32, (2000, 1))
    data = BytesIO()
    tifffile.imwrite(data, grey, photometric="minisblack", rowsperstrip=2000, **settings)
    file = data.getvalue()
    decode_picture(encoded("TIFF", quarters()), "warm.tif")
    tracemalloc.start()
    try:
        picture = decode_picture(file, "deep.tif")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return picture, peak


def test_a_large_uncompressed_strip_is_read_in_pieces() -> None:
    picture, peak = decoded_in_one_strip()
    assert peak < picture.nbytes + 20 * 2**20
    assert picture.pixels[7, 1999].tolist() == [249, 249, 249]


def test_pillows_limit_of_pixels_does_not_stop_a_tiff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # above twice of which Pillow's own way in fails
    assert np.array_equal(decode_picture(pages(quarters()), "a.tif").pixels, quarters())


def test_a_large_compressed_strip_is_converted_in_pieces() -> None:
    picture, peak = decoded_in_one_strip(compression="zlib")
    assert peak < picture.nbytes + 3 * 2 * 2000**2
