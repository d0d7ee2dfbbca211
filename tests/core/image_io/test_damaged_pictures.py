"""Whatever is wrong with a file, opening it ends in a Picture or one clear PictureError, and nothing else."""

from __future__ import annotations

import os
import struct
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture, open_picture
from studio.core.picture import SMALLEST_EDGE, Picture
from tests.support.picture_files import encoded, noise, one_of_each_format, png, quarters, tiff

SEEDS = one_of_each_format()
BIG = 30_000  # px, squared: far beyond the limit


def mutations(seed: bytes) -> Iterator[bytes]:
    """Cuts, flipped bits, zeroed and doubled parts, foreign heads and tails, and sizes that lie; seeded."""
    rng = np.random.default_rng(len(seed))
    length = len(seed)
    for cut in (1, 3, 8, 13, 20, 40, 100, length // 3, length // 2, length * 3 // 4, length - 20, length - 1):
        yield seed[:cut]
    for _ in range(12):
        damaged = bytearray(seed)
        for at in rng.integers(0, length, int(rng.integers(1, 9))):
            damaged[at] ^= 1 << int(rng.integers(8))
        yield bytes(damaged)
    for at in (8, 30, 100):
        lying = bytearray(seed)
        lying[at : at + 4] = b"\xff\xff\xff\xff"
        yield bytes(lying)
        yield seed[:at] + bytes(64) + seed[at + 64 :]
        yield seed[:at] + rng.bytes(64) + seed[at + 64 :]
        yield seed[:at] + seed[at // 2 :]
    for head in (
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"SIMPLE  =                    T",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"BM",
    ):
        yield head + seed[len(head) :]
    yield seed + seed
    yield bytes(length)


@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_file_gives_a_picture_or_a_picture_error(name: str) -> None:
    tried = refused = 0
    for data in mutations(SEEDS[name]):
        tried += 1
        try:
            picture = decode_picture(data, name)
        except PictureError as error:
            refused += 1
            assert name in error.message
            assert "\n" not in str(error)
        else:
            assert isinstance(picture, Picture)
    assert tried >= 40
    assert refused >= tried // 3  # the rest lost a few pixels or some metadata


@pytest.mark.parametrize("name", SEEDS)
def test_the_undamaged_seeds_open(name: str) -> None:
    assert min(decode_picture(SEEDS[name], name).pixels.shape[:2]) >= 24


def test_a_file_of_0_bytes_says_so() -> None:
    with pytest.raises(PictureError, match=r"a\.jpg is empty: it has 0 bytes"):
        decode_picture(b"", "a.jpg")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "EPS"),
        (b"%PDF-1.7\n", "PDF"),
        (b"SIMPLE  =                    T", "FITS"),
        (b"8BPS\0\1", "Photoshop"),
        (b"\n<!DOCTYPE HTML><html>", "web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    ],
)
def test_a_stranger_called_png_is_named(head: bytes, kind: str) -> None:
    with pytest.raises(PictureError, match=kind) as caught:
        decode_picture(head, "painting.png")
    assert "JPEG, PNG" in caught.value.remedy


def test_text_is_no_picture() -> None:
    with pytest.raises(PictureError, match="not a picture the studio knows"):
        decode_picture(b"To do: paint the bridge", "list.jpg")


@pytest.mark.parametrize("suffix", [".jpg", ".gif", ".tif"])
def test_the_content_counts_and_not_the_suffix(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"really a PNG{suffix}"
    path.write_bytes(encoded("PNG", quarters()))
    assert np.array_equal(open_picture(path).pixels, quarters())


HUGE = {
    "huge.png": png(BIG, BIG, 1, 0, b""),
    "wide.png": png(65_535**2 // 256, 256, 8, 2, b""),
    "huge.jpg": SEEDS["a.jpg"].replace(struct.pack(">HH", 24, 40), struct.pack(">HH", BIG, BIG)),
    "huge.gif": b"GIF89a" + struct.pack("<HH", BIG, BIG) + SEEDS["a.gif"][10:],
    "huge.bmp": SEEDS["a.bmp"][:18] + struct.pack("<ii", BIG, BIG) + SEEDS["a.bmp"][26:],
    "huge.tif": tiff(
        {256: (4, 1, BIG), 257: (4, 1, BIG), 258: (3, 1, 8), 262: (3, 1, 1), 273: (4, 1, 8), 279: (4, 1, 8)}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_too_many_pixels_are_refused_from_the_header_with_the_limit(name: str) -> None:
    # Decoding would end in another sentence: none of these files has the pixels.
    with pytest.raises(PictureError, match="limit is 200 megapixels"):
        decode_picture(HUGE[name], name)


def test_an_edge_beyond_the_limit_is_refused_with_that_limit() -> None:
    with pytest.raises(PictureError, match="limit is 100,000 px on an edge"):
        decode_picture(png(100_001, 16, 1, 0, b""), "strip.png")


def test_a_webp_that_only_promises_its_canvas_is_refused() -> None:
    body = b"WEBPVP8X" + struct.pack("<II", 10, 0) + (16_382).to_bytes(3, "little") * 2
    with pytest.raises(PictureError):
        decode_picture(b"RIFF" + struct.pack("<I", len(body)) + body, "huge.webp")


def test_a_picture_below_the_smallest_edge_is_refused_with_the_limit() -> None:
    with pytest.raises(PictureError, match=rf"40 x 15 px; the smallest is {SMALLEST_EDGE} x {SMALLEST_EDGE} px"):
        decode_picture(encoded("PNG", noise(40, 15)), "a.png")
    assert decode_picture(encoded("PNG", noise(40, 16)), "a.png").height == 16


CUT = {
    "a png whose few bytes cannot inflate to its size": png(14_000, 14_000, 8, 2, b"\0" * 14_000),
    "a webp cut": SEEDS["a.webp"][:-5],
    "an avif cut": SEEDS["a.avif"][:-5],
    "a heic cut": SEEDS["a.heic"][:-5],
    "a bmp cut": SEEDS["a.bmp"][:-500],
    "a tiff whose strips lie beyond its end": SEEDS["raw.tif"][:-10],
}


@pytest.mark.parametrize("what", CUT)
def test_a_file_that_ends_too_early_is_refused_by_its_structure(what: str) -> None:
    with pytest.raises(PictureError, match="cut off: the file ends before the picture does"):
        decode_picture(CUT[what], what)


@pytest.mark.parametrize("head", [b"Comment\0\0", b"Raw profile type exif\0\0"])
def test_a_png_whose_text_inflates_to_gigabytes_opens_without_it(head: bytes) -> None:
    bomb = zlib.compress(bytes(512 * 2**20), 9)
    data = png(32, 32, 8, 2, b"\7" * (32 * 32 * 3), (b"zTXt", head + bomb))
    tracemalloc.start()
    try:
        assert decode_picture(data, "bomb.png").metadata.exif == b""
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200 * 2**20


@pytest.mark.parametrize("container", ["tiff", "jpeg", "avif"])
def test_tags_that_all_claim_the_same_megabytes_are_refused(container: str) -> None:
    padding = 2**20 if container != "jpeg" else 0
    tags = dict.fromkeys(range(40_000, 45_000 if container == "jpeg" else 49_000), (1, 2**20, 8))
    bomb = tiff({256: (4, 1, 32), 257: (4, 1, 32), **tags}, bytes(padding))
    match container:
        case "tiff":
            data = bomb
        case "jpeg":  # in several segments, as Pillow joins them
            parts = [bomb[at : at + 60_000] for at in range(0, len(bomb), 60_000)] * 4
            segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(part) + 8) + b"Exif\0\0" + part for part in parts)
            data = b"\xff\xd8" + segments + SEEDS["a.jpg"][2:]
        case "avif":
            data = SEEDS["a.avif"] + struct.pack(">I4s", len(bomb) + 8, b"free") + bomb
    with pytest.raises(PictureError, match="tags claim more data than the file has"):
        decode_picture(data, f"bomb.{container}")


@pytest.mark.parametrize("byte", [0x80, 0xC5, 0xFF])
def test_a_heic_whose_item_names_are_no_text_is_refused_before_it_can_crash_the_decoder(byte: int) -> None:
    damaged = bytearray(SEEDS["a.heic"])
    damaged[damaged.index(b"Exif")] = byte
    with pytest.raises(PictureError, match="list of contents cannot be read"):
        decode_picture(bytes(damaged), "a.heic")


def test_a_jpeg_with_thousands_of_scans_is_refused() -> None:
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\0" * 4
    with pytest.raises(PictureError, match="200 scans"):
        decode_picture(SEEDS["a.jpg"][:-2] + scan * 300 + b"\xff\xd9", "slow.jpg")


@pytest.mark.parametrize(
    "filler", [b"\xff", b"\0", b"\xff\0", b"\xff\xd8", b"\xff\xfe\0\2"], ids=lambda filler: filler.hex(" ")
)
@pytest.mark.parametrize("marker", [b"\xff\xdb", b"\xff\xda"], ids=["before the tables", "before the pixels"])
def test_a_jpeg_with_megabytes_between_its_parts_is_refused_before_a_decoder_sees_them(
    filler: bytes, marker: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, tail = SEEDS["a.jpg"].split(marker, 1)
    monkeypatch.setattr(Image, "open", lambda *_args, **_settings: pytest.fail("a decoder saw it"))
    with pytest.raises(PictureError, match=r"a\.jpg is damaged"):
        decode_picture(head + filler * (2**20 // len(filler)) + marker + tail, "a.jpg")


def test_a_jpeg_with_megabytes_of_filling_in_its_pixels_is_refused() -> None:
    data = SEEDS["a.jpg"]
    with pytest.raises(PictureError, match=r"a\.jpg is damaged: more than 65,536 bytes of it belong to nothing"):
        decode_picture(data[:-20] + b"\xff" * 2**20 + data[-20:], "a.jpg")


@pytest.mark.parametrize("filler", [b"\xff", b"\0"])
def test_a_jpeg_with_a_few_bytes_between_its_parts_opens(filler: bytes) -> None:
    data = SEEDS["a.jpg"]
    padded = decode_picture(data.replace(b"\xff\xdb", filler * 1000 + b"\xff\xdb"), "a.jpg")
    assert np.array_equal(padded.pixels, decode_picture(data, "a.jpg").pixels)


def test_damaged_exif_does_not_keep_a_photo_from_opening() -> None:
    data = encoded("JPEG", quarters(), exif=b"Exif\0\0II*\0\x08\0\0\0" + b"\xff" * 60)
    picture = decode_picture(data, "a.jpg")
    assert picture.metadata.exif == b""
    assert (picture.width, picture.height) == (48, 32)


def test_a_folder_a_missing_file_and_a_dead_link_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="is a folder"):
        open_picture(tmp_path)
    with pytest.raises(PictureError, match=r"gone\.jpg is not there any more"):
        open_picture(tmp_path / "gone.jpg")
    link = tmp_path / "link.jpg"
    link.symlink_to(tmp_path / "gone.jpg")
    with pytest.raises(PictureError, match=r"link\.jpg is a link to a file that is gone"):
        open_picture(link)


@pytest.mark.parametrize("path", ["a\0b.jpg", "x" * 300 + ".jpg", "file.jpg/inside.jpg"])
def test_an_impossible_path_is_a_picture_error(path: str, tmp_path: Path) -> None:
    (tmp_path / "file.jpg").write_bytes(SEEDS["a.jpg"])
    with pytest.raises(PictureError):
        open_picture(tmp_path / path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_pipe_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    with pytest.raises(PictureError, match="not an ordinary file"):
        open_picture(pipe)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:  # a real mode of 0 stops everybody but root
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "a.jpg"
    path.write_bytes(SEEDS["a.jpg"])
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PictureError, match="may not be read"):
        open_picture(path)


def test_a_disk_that_fails_while_reading_is_blamed_and_not_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FailingFile:
        def __enter__(self) -> FailingFile:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def read(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    path = tmp_path / "a.jpg"
    path.write_bytes(SEEDS["a.jpg"])
    monkeypatch.setattr(Path, "open", lambda *_: FailingFile())
    with pytest.raises(PictureError, match="Input/output error"):
        open_picture(path)
