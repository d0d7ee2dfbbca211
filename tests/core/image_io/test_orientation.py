"""A picture is upright wherever its file says how it lies, whatever the type of the number, and is turned only once."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
import tifffile
from PIL import Image

from studio.core.image_io import decode_picture
from studio.core.picture import Picture, Pixels
from tests.support.picture_files import Chunk, encoded, quarters, stored_quarters

LOSSY = 8  # levels a flat colour may move
PACKETS = {
    "attribute": '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{}"/></rdf:RDF>'
    "</x:xmpmeta>",
    "element": '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/">\n'
    "<tiff:Orientation>{}</tiff:Orientation>\n</rdf:Description></rdf:RDF></x:xmpmeta>",
}


def tag(kind: int, count: int, value: bytes, order: str = "<") -> bytes:
    """An EXIF block with Orientation alone, of this type; a value of more than 4 bytes is put behind."""
    placed = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(f"{order}I", 26)
    head = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHI", 0x0112, kind, count) + placed
    return head + struct.pack(f"{order}IH", 8, 1) + entry + bytes(4) + (value if len(value) > 4 else b"")


def in_file(format_name: str, pixels: Pixels, exif: bytes | None = None, xmp: str | None = None) -> Picture:
    settings: dict[str, object] = {} if format_name == "PNG" else {"quality": 95}
    if exif is not None:
        settings["exif"] = b"Exif\0\0" + exif
    if xmp is not None and format_name != "PNG":
        settings["xmp"] = xmp.encode()
    data = encoded(format_name, pixels, **settings)
    if xmp is not None and format_name == "PNG":
        data = with_chunk(data, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp.encode())
    return decode_picture(data, "a")


def with_chunk(data: bytes, kind: bytes, body: bytes, *, is_behind: bool = False) -> bytes:
    chunk: Chunk = (kind, body)
    written = struct.pack(">I", len(body)) + b"".join(chunk) + struct.pack(">I", zlib.crc32(kind + body))
    at = len(data) - 12 if is_behind else 33
    return data[:at] + written + data[at:]


def raw_profile(name: bytes, block: bytes) -> bytes:
    digits = block.hex().encode()
    lines = b"\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return b"Raw profile type " + name + b"\0\n" + name + b"\n%8d\n" % len(block) + lines + b"\n"


def is_upright(picture: Picture) -> bool:
    middle = np.s_[4::8, 4::8]
    if picture.pixels.shape != quarters().shape:
        return False
    return bool(np.abs(picture.pixels[middle].astype(int) - quarters()[middle]).max() <= LOSSY)


TYPES = {
    "short": lambda number, order: tag(3, 1, struct.pack(f"{order}H", number), order),
    "long": lambda number, order: tag(4, 1, struct.pack(f"{order}I", number), order),
    "byte": lambda number, order: tag(1, 1, bytes([number]), order),
    "signed short": lambda number, order: tag(8, 1, struct.pack(f"{order}h", number), order),
    "text": lambda number, order: tag(2, 2, b"%d\0" % number, order),
    "undefined": lambda number, order: tag(7, 1, bytes([number]), order),
    "rational": lambda number, order: tag(5, 1, struct.pack(f"{order}II", number, 1), order),
    "float": lambda number, order: tag(11, 1, struct.pack(f"{order}f", number), order),
    "several": lambda number, order: tag(3, 2, struct.pack(f"{order}HH", number, number), order),
}


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("orientation", [3, 6])
def test_the_type_of_the_number_does_not_matter(orientation: int, kind: str, order: str, format_name: str) -> None:
    assert is_upright(in_file(format_name, stored_quarters(orientation), TYPES[kind](orientation, order)))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("how", PACKETS)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_xmp_alone_turns_the_picture(format_name: str, how: str, orientation: int) -> None:
    assert is_upright(in_file(format_name, stored_quarters(orientation), xmp=PACKETS[how].format(orientation)))


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("by_exif", "by_xmp"), [(1, 6), (6, 1), (6, 6), (8, 3)])
def test_exif_weighs_more_than_xmp(format_name: str, by_exif: int, by_xmp: int) -> None:
    exif, xmp = TYPES["short"](by_exif, "<"), PACKETS["attribute"].format(by_xmp)
    assert is_upright(in_file(format_name, stored_quarters(by_exif), exif, xmp))


@pytest.mark.parametrize("impossible", [0, 9, 300, 65_535])
def test_an_impossible_number_counts_as_none(impossible: int) -> None:
    exif = TYPES["short"](impossible, "<")
    assert is_upright(in_file("JPEG", stored_quarters(1), exif))
    assert is_upright(in_file("JPEG", stored_quarters(6), exif, PACKETS["element"].format(6)))


@pytest.mark.parametrize("text", [b"six\0", b"\0\0\0\0", b"6.5\0", b"-6\0\0"])
def test_text_that_is_no_number_counts_as_none(text: bytes) -> None:
    assert is_upright(in_file("JPEG", stored_quarters(1), tag(2, 4, text)))


@pytest.mark.parametrize("packet", ["", "<", '<a tiff:Orientation="9"/>', '<a tiff:Orientation="66"/>', "\0" * 100])
def test_an_odd_packet_turns_nothing(packet: str) -> None:
    assert is_upright(in_file("WEBP", stored_quarters(1), xmp=packet))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"eXIf"])
@pytest.mark.parametrize("is_behind", [False, True], ids=["before", "behind"])
def test_a_png_may_tell_it_before_and_behind_its_pixels(orientation: int, kind: bytes, is_behind: bool) -> None:
    block = TYPES["short"](orientation, ">")
    body = raw_profile(b"exif", b"Exif\0\0" + block)
    if kind == b"zTXt":
        keyword, text = body.split(b"\0", 1)
        body = keyword + b"\0\0" + zlib.compress(text)
    data = with_chunk(
        encoded("PNG", stored_quarters(orientation)), kind, block if kind == b"eXIf" else body, is_behind=is_behind
    )
    assert is_upright(decode_picture(data, "a.png"))


def test_the_profile_of_imagemagick_may_be_called_app1() -> None:
    data = with_chunk(
        encoded("PNG", stored_quarters(6)), b"tEXt", raw_profile(b"APP1", b"Exif\0\0" + TYPES["short"](6, "<"))
    )
    assert is_upright(decode_picture(data, "a.png"))
    packet = b"http://ns.adobe.com/xap/1.0/\0" + PACKETS["element"].format(6).encode()
    data = with_chunk(encoded("PNG", stored_quarters(6)), b"tEXt", raw_profile(b"APP1", packet))
    assert is_upright(decode_picture(data, "a.png"))


def test_the_chunk_weighs_more_than_the_text() -> None:
    data = with_chunk(
        encoded("PNG", stored_quarters(8)), b"tEXt", raw_profile(b"exif", b"Exif\0\0" + TYPES["short"](3, "<"))
    )
    assert is_upright(decode_picture(with_chunk(data, b"eXIf", TYPES["short"](8, "<")), "a.png"))


@pytest.mark.parametrize(
    "text", [b"", b"\nexif\n", b"\nexif\n     9\nnothex", b"\nexif\nmany\n00", b"\nexif\n 99999\n00"]
)
def test_a_profile_as_text_that_cannot_be_read_turns_nothing(text: bytes) -> None:
    data = with_chunk(encoded("PNG", stored_quarters(1)), b"tEXt", b"Raw profile type exif\0" + text)
    assert is_upright(decode_picture(data, "a.png"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_avif_is_turned_by_its_boxes_alone(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()  # Pillow writes irot and imir of it
    Image.fromarray(stored_quarters(orientation)).save(
        file, "AVIF", quality=95, exif=exif, xmp=PACKETS["element"].format(3).encode()
    )
    assert is_upright(decode_picture(file.getvalue(), "a.avif"))


def test_the_exif_of_an_avif_that_says_something_else_does_not_turn_it() -> None:
    block = tag(3, 1, b"\6\0").replace(b"\x12\x01\3\0", b"\x13\x01\3\0")  # a number that Pillow leaves alone
    data = encoded("AVIF", stored_quarters(1), quality=95, exif=b"Exif\0\0" + block)
    assert data.count(b"\x13\x01\3\0") == 1
    assert is_upright(decode_picture(data.replace(b"\x13\x01\3\0", b"\x12\x01\3\0"), "a.avif"))


def test_no_orientation_is_carried_on() -> None:
    picture = in_file("JPEG", stored_quarters(6), TYPES["text"](6, "<"), PACKETS["attribute"].format(6))
    assert picture.metadata.exif == b""
    assert decode_picture(encoded("JPEG", picture.pixels, exif=picture.metadata.exif), "a").pixels.shape == (32, 48, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", PACKETS)
def test_a_tiff_without_a_tag_is_turned_by_its_xmp(orientation: int, form: str) -> None:
    packet = PACKETS[form].format(orientation).encode()
    tags = [(700, 1, len(packet), packet, True)]
    file = BytesIO()
    tifffile.imwrite(file, stored_quarters(orientation), photometric="rgb", extratags=tags)
    assert is_upright(decode_picture(file.getvalue(), "a.tif"))
    file = BytesIO()
    tifffile.imwrite(file, stored_quarters(3), photometric="rgb", extratags=[*tags, (274, 3, 1, 3, True)])
    assert is_upright(decode_picture(file.getvalue(), "a.tif"))
