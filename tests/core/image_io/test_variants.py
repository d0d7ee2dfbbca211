"""Variants of kinds of files that programs have opened wrong: each shows the pixels it was made of, or is named.

They follow public bug classes of browsers, viewers and libraries; all are made here.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms
from PIL.ImageCms import Flags

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture
from studio.core.image_io.output.rgb_profiles import export_profile
from studio.core.picture import Metadata, Picture
from tests.core.image_io.test_deep_kinds import with_property
from tests.support.made_profiles import grey_profile
from tests.support.picture_files import encoded, noise, png, quarters

Values = np.ndarray[Any, Any]
WIDTH, HEIGHT = 48, 32
NOISE, QUARTERS = noise(WIDTH, HEIGHT), quarters()
VEIL = np.dstack((NOISE, np.full((HEIGHT, WIDTH), 100, np.uint8)))
P3, ADOBE = (export_profile(name, Metadata()) for name in ("display-p3", "adobe-rgb"))
LINEAR_GREY = grey_profile(lambda codes: codes)
TURN_6 = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 274, 3, 1, 6, 0, 0)
TURN_6_LITTLE = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 274, 3, 1, 6, 0, 0)
XMP_3 = (
    b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="3"/></rdf:RDF></x:xmpmeta>'
)


def opened(data: bytes) -> Picture:
    picture = decode_picture(bytes(data), "a")
    assert picture.notes == ()
    return picture


def farthest(picture: Picture, expected: Values) -> int:
    assert picture.pixels.shape == expected.shape
    return int(np.abs(picture.pixels.astype(int) - expected).max())


def by_little_cms(pixels: Values, profile: bytes) -> Values:
    converted = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=Flags.BLACKPOINTCOMPENSATION | Flags.NOOPTIMIZE,
    )
    return np.asarray(converted).astype(int)


def tiff(values: Values, **settings: Any) -> bytes:
    file = BytesIO()
    tifffile.imwrite(file, values, **{"photometric": "rgb"} | settings)
    return file.getvalue()


def planes(values: Values) -> Values:
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def segment(marker: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


JPEG = encoded("JPEG", QUARTERS, quality=98, subsampling=0)
JPEG_SHOWN = np.asarray(Image.open(BytesIO(JPEG))).astype(int)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_floats_in_differences_of_their_bytes(kind: str, order: str, planar: str) -> None:
    values = (NOISE / 255).astype(order + kind)
    stored = values if planar == "contig" else planes(values)
    settings = {"predictor": 3, "compression": "zlib", "byteorder": order, "rowsperstrip": 7}
    data = tiff(stored, planarconfig=planar, **settings)
    assert farthest(opened(data), np.rint(values.astype(float) * 255)) <= 1


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_tiles_that_reach_beyond_the_picture_in_a_big_tiff_of_the_other_byte_order(kind: Any, planar: str) -> None:
    shown = np.tile(NOISE, (3, 3, 1))
    values = shown.astype(kind) * kind(257 if kind is np.uint16 else 1)
    stored = values if planar == "contig" else planes(values)
    settings = {"bigtiff": True, "byteorder": ">", "tile": (32, 64), "compression": "zlib", "predictor": 2}
    assert farthest(opened(tiff(stored, planarconfig=planar, **settings)), shown) == 0


@pytest.mark.parametrize(
    ("values", "settings", "alpha"),
    [
        (NOISE.astype(np.uint16) * 257, {"byteorder": ">", "compression": "lzw", "predictor": 2}, None),
        (np.dstack((NOISE, np.full((HEIGHT, WIDTH, 2), 7, np.uint8))), {"extrasamples": ["unspecified", "unassalpha"]},
         7),
        (planes(VEIL), {"planarconfig": "separate", "extrasamples": ["unassalpha"]}, 100),
        *((NOISE, {"compression": name}, None) for name in ("zstd", "lzma", "packbits", "jpeg2000")),
    ],
)  # fmt: skip
def test_a_tiff_of_any_layout_has_its_pixels(values: Values, settings: dict[str, Any], alpha: int | None) -> None:
    picture = opened(tiff(values, **settings))
    assert farthest(picture, NOISE) == 0
    assert (picture.alpha is None) == (alpha is None)
    assert alpha is None or (picture.alpha == alpha).all()


def test_a_palette_in_a_tiff_is_in_the_colours_of_its_profile() -> None:
    image = Image.fromarray(NOISE).quantize(200)
    file = BytesIO()
    image.save(file, "TIFF", icc_profile=ADOBE)
    assert farthest(opened(file.getvalue()), by_little_cms(np.asarray(image.convert("RGB")), ADOBE)) <= 1


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "WEBP"])
def test_a_profile_and_alpha_go_together(format_name: str) -> None:
    settings = {"lossless": True, "exact": True} if format_name == "WEBP" else {}
    picture = opened(encoded(format_name, VEIL, icc_profile=P3, **settings))
    assert picture.alpha is not None
    assert (picture.alpha == 100).all()
    assert farthest(picture, by_little_cms(NOISE, P3)) <= 1


@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
def test_the_darkest_grey_of_a_profile_is_exact(format_name: str) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (16, 1))
    light = np.arange(256) / 255
    expected = np.rint(255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055))
    picture = opened(encoded(format_name, ramp, icc_profile=LINEAR_GREY))
    assert farthest(picture, np.broadcast_to(expected[None, :, None], (16, 256, 3))) <= 1


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (lambda icc: struct.pack(">I", len(icc) + 1000) + icc[4:], True),
        (lambda icc: icc + bytes(300), True),
        (lambda icc: icc[:-30], False),
        (lambda icc: bytes(4) + icc[4:], False),
    ],
    ids=["says it is longer", "zeros behind", "cut off", "says it is empty"],
)
def test_a_profile_of_another_size_than_it_says(change: Callable[[bytes], bytes], counts: bool) -> None:
    expected = by_little_cms(NOISE, P3) if counts else NOISE
    assert farthest(opened(encoded("PNG", NOISE, icc_profile=change(P3))), expected) <= 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("first", [0, 1])
def test_a_profile_in_segments_of_any_order(order: tuple[int, ...], first: int) -> None:
    parts = P3[:200], P3[200:400], P3[400:]
    segments = b"".join(segment(0xE2, b"ICC_PROFILE\0", bytes((part + first, 3)), parts[part]) for part in order)
    expected = by_little_cms(JPEG_SHOWN.astype(np.uint8), P3)
    assert farthest(opened(JPEG[:2] + segments + JPEG[2:]), expected) <= 1


@pytest.mark.parametrize(
    "before",
    [
        segment(0xE1, b"Exif\0\0", TURN_6),
        segment(0xE1, b"Exif\0\0", TURN_6_LITTLE),
        segment(0xE1, XMP_3) + segment(0xE1, b"Exif\0\0", TURN_6),
        segment(0xE1, b"Exif\0\0", TURN_6) + segment(0xE1, XMP_3),
        segment(0xFE, b"a remark") + segment(0xE1, b"Exif\0\0", TURN_6),
    ],
)
@pytest.mark.parametrize("is_late", [True, False])
def test_exif_turns_a_jpeg_wherever_it_stands(before: bytes, is_late: bool) -> None:
    stored = encoded("JPEG", np.ascontiguousarray(np.rot90(QUARTERS)), quality=98, subsampling=0)
    expected = np.rot90(np.asarray(Image.open(BytesIO(stored))).astype(int), -1)
    at = stored.index(b"\xff\xda") if is_late else 2
    assert farthest(opened(stored[:at] + before + stored[at:]), expected) == 0


def test_a_jpeg_that_begins_twice_and_one_with_fill_bytes() -> None:
    assert farthest(opened(b"\xff\xd8" + JPEG), JPEG_SHOWN) == 0
    assert farthest(opened(JPEG[:2] + b"\xff\xff" + JPEG[2:]), JPEG_SHOWN) == 0


def test_a_jpeg_of_red_green_and_blue() -> None:
    assert farthest(opened(encoded("JPEG", QUARTERS, quality=98, keep_rgb=True)), QUARTERS) <= 4


def test_what_follows_a_jpeg_such_as_a_gain_map_is_not_the_picture() -> None:
    gain = encoded("JPEG", np.full((16, 16), 90, np.uint8))
    assert farthest(opened(JPEG + gain), JPEG_SHOWN) == 0
    file = BytesIO()
    others = [Image.fromarray(NOISE).resize((24, 16))]
    Image.fromarray(QUARTERS).save(file, "MPO", save_all=True, append_images=others, quality=98, subsampling=0)
    assert farthest(opened(file.getvalue()), JPEG_SHOWN) <= 2


@pytest.mark.parametrize("has_mark", [True, False])
def test_inks_of_a_jpeg_are_inverted_by_the_mark_of_adobe_alone(has_mark: bool) -> None:
    inks = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    inks[:16], inks[16:] = (255, 0, 0, 0), (0, 0, 255, 40)
    file = BytesIO()
    stored = inks if has_mark else 255 - inks  # Pillow inverts what it writes
    Image.frombytes("CMYK", (WIDTH, HEIGHT), stored.tobytes()).save(file, "JPEG", quality=98)
    data = file.getvalue()
    at = data.index(b"Adobe")
    if not has_mark:
        data = data[: at - 4] + data[at - 2 + int.from_bytes(data[at - 2 : at]) :]
    part = 1 - inks / 255
    assert farthest(opened(data), np.rint(255 * part[..., :3] * part[..., 3:])) <= 6


@pytest.mark.parametrize(
    ("boxes", "turn"),
    [
        (((b"irot", 1), (b"imir", 0)), lambda values: np.rot90(values)[::-1]),
        (((b"irot", 1), (b"imir", 1)), lambda values: np.rot90(values)[:, ::-1]),
        (((b"irot", 3), (b"imir", 1)), lambda values: np.rot90(values, -1)[:, ::-1]),
        (((b"irot", 2), (b"imir", 0)), lambda values: np.rot90(values, 2)[::-1]),
    ],
)
@pytest.mark.parametrize("bits", [8, 10])
def test_an_avif_is_turned_and_then_mirrored(boxes: Any, turn: Callable[[Values], Values], bits: int) -> None:
    values = QUARTERS if bits == 8 else QUARTERS.astype(np.uint16) * 4
    data = bytes(imagecodecs.avif_encode(values, level=100, bitspersample=bits, pixelformat="444", matrix=0))
    upright = opened(data).pixels
    for kind, number in boxes:
        data = with_property(data, kind, bytes((number,)))
    assert farthest(opened(data), turn(upright)) == 0


@pytest.mark.parametrize("flag", [0x10, 0x08, 0x20], ids=["alpha", "EXIF", "profile"])
def test_a_webp_whose_header_forgets_what_it_has(flag: int) -> None:
    image = np.ascontiguousarray(np.rot90(VEIL))
    data = bytearray(encoded("WEBP", image, lossless=True, exact=True, icc_profile=P3, exif=b"Exif\0\0" + TURN_6))
    data[data.index(b"VP8X") + 8] &= ~flag
    picture = opened(data)
    assert picture.alpha is not None
    if flag != 0x20:
        assert farthest(picture, by_little_cms(NOISE, P3)) <= 1


def test_a_transparent_grey_of_16_bits() -> None:
    grey = (np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) * 40).astype(np.uint16)
    clear = (b"tRNS", struct.pack(">H", int(grey[3, 3])))
    picture = opened(png(WIDTH, HEIGHT, 16, 0, grey.astype(">u2").tobytes(), clear))
    assert picture.alpha is not None
    assert np.argwhere(picture.alpha == 0).tolist() == [[3, 3]]
    away = picture.alpha > 0
    assert np.array_equal(picture.pixels[away][:, 0], np.rint(grey[away] / 257))


def test_a_png_with_empty_chunks_of_pixels() -> None:
    data = png(WIDTH, HEIGHT, 8, 2, NOISE.tobytes())
    at = data.index(b"IDAT") - 4
    empty = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    assert farthest(opened(data[:at] + empty + data[at:-12] + empty + data[-12:]), NOISE) == 0


def test_the_default_picture_of_an_apng_that_is_not_in_its_film() -> None:
    file = BytesIO()
    Image.fromarray(QUARTERS).save(
        file, "PNG", save_all=True, append_images=[Image.fromarray(NOISE)], default_image=True
    )
    assert farthest(opened(file.getvalue()), QUARTERS) == 0


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\0\0\1\0\1\0", "an icon"),
        (b"\0\0\2\0\1\0", "a cursor"),
        (b"icns\0\0\1\0", "an icon of macOS"),
        (b"P6\n48 32\n255\n", "a PNM picture"),
        (b"P7\nWIDTH 16\n", "a PNM picture"),
        (b"Pf\n16 16\n-1.0\n", "a PFM picture"),
        (b"\x0a\5\1\x08", "a PCX picture"),
        (b"\0\0\2" + bytes(9) + b"\x30\0\x20\0\x18\x20", "a Targa picture"),
        (b"\x01\xda\1\1", "an SGI picture"),
        (b"8BPS\0\1", "a Photoshop document"),
        (b"v/1\1", "an OpenEXR picture"),
        (b"#?RADIANCE\n", "a Radiance picture"),
        (b"qoif", "a QOI picture"),
        (b"/* XPM */", "an XPM icon"),
        (b"SDPX", "a DPX film frame"),
        (b"farbfeld", "a farbfeld picture"),
        (b"\x01\0\0\0" + bytes(36) + b" EMF", "a Windows metafile"),
        (b"PK\3\4" + bytes(26) + b"mimetypeapplication/x-krita", "a Krita document"),
        (b"PK\3\4" + bytes(26) + b"mimetypeimage/openraster", "an OpenRaster document"),
        (b"RIFF\0\0\0\0AVI LIST", "a film"),
        (b"\x1aE\xdf\xa3", "a film"),
    ],
)
def test_a_file_of_another_kind_is_named(data: bytes, what: str) -> None:
    with pytest.raises(PictureError) as caught:
        decode_picture(data + bytes(64), "a")
    assert what in caught.value.message


def test_a_png_out_of_an_app_is_named_and_not_called_damaged() -> None:
    data = png(WIDTH, HEIGHT, 8, 2, NOISE.tobytes())
    chunk = struct.pack(">I", 4) + b"CgBI\x50\0\x20\6" + struct.pack(">I", zlib.crc32(b"CgBI\x50\0\x20\6"))
    with pytest.raises(PictureError, match="from an iOS app"):
        decode_picture(data[:8] + chunk + data[8:], "a.png")


@pytest.mark.parametrize(
    ("junk", "sentence"), [(b"x" * 70_000, "belong to nothing"), (b"!\xfe" + b"\1x" * 70_000 + b"\0", "parts before")]
)
def test_a_gif_of_much_rubbish_before_its_pixels_is_refused_at_once(junk: bytes, sentence: str) -> None:
    data = encoded("GIF", QUARTERS)
    at = 13 + (3 << (data[10] & 7) + 1)
    with pytest.raises(PictureError, match=sentence):
        decode_picture(data[:at] + junk + data[at:], "a.gif")
    remark = b"!\xfe" + b"\1x" * 1000 + b"\0"
    assert opened(data[:at] + remark + data[at:]).width == WIDTH
