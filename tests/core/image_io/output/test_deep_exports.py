"""Exports of 10 and 16 bits and in other profiles, read again by other readers, and what cannot be written."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from studio.core.errors import PictureError
from studio.core.image_io import ExportOptions, Layer, decode_picture, encode_picture, save_picture
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.output.iso_boxes import boxes_in
from studio.core.image_io.output.jpeg_xl_colors import with_colors
from studio.core.image_io.output.rgb_profiles import convert, export_profile
from studio.core.image_io.xmp import Credits, read_recipe
from studio.core.picture import Metadata, Picture, from_deep
from studio.core.recipe import StyleRecipe

CREDITS = Credits("Bridge & <Sea>", (), (), StyleRecipe(strength=0.25, seed=11), "bridge.jpg")
ALL = slice(None)


def exif() -> bytes:
    block = Image.Exif()
    block[0x010F], block[0x8769] = "Maker", {0x9003: "2020:02:03 04:05:06"}
    return block.tobytes()


def gradient(alpha: bool = False) -> Picture:
    """Many more colours than 8 bits have."""
    y, x = np.mgrid[0:90, 0:120]
    deep = np.stack((x * 541, y * 700 + x, 65_535 - x * 200 - y * 300), axis=-1).astype(np.uint16)
    pixels, fine = from_deep(deep)
    opacity = np.clip(y * 3, 0, 255).astype(np.uint8) if alpha else None
    return Picture(pixels, "sea.png", opacity, metadata=Metadata(exif(), 240.0), fine=fine)


def deep_values(picture: Picture) -> Any:
    colors = picture.deep_rows(ALL)
    return colors if picture.alpha is None else np.dstack((colors, picture.alpha * np.uint16(257)))


def read_png(data: bytes) -> Any:
    return imagecodecs.png_decode(data)


def read_tiff(data: bytes) -> Any:
    return tifffile.imread(BytesIO(data))


LOSSLESS = {
    "png": (ExportOptions("png", depth=16), read_png),
    "tiff": (ExportOptions("tiff", depth=16), read_tiff),
    "jxl": (ExportOptions("jxl", depth=16, lossless=True), imagecodecs.jpegxl_decode),
    "ora": (ExportOptions("ora", depth=16), lambda data: read_png(ZipFile(BytesIO(data)).read("mergedimage.png"))),
}


@pytest.mark.parametrize("alpha", [False, True], ids=["opaque", "transparent"])
@pytest.mark.parametrize("name", LOSSLESS)
def test_16_bits_are_written_as_they_were_painted(name: str, alpha: bool, tmp_path: Path) -> None:
    options, read = LOSSLESS[name]
    picture, path = gradient(alpha), tmp_path / f"a.{name}"
    assert save_picture(picture, path, options, CREDITS) == path.stat().st_size
    found = read(path.read_bytes())
    assert found.dtype == np.uint16
    assert np.array_equal(found, deep_values(picture))


def test_an_avif_of_10_bits_is_close_to_the_16() -> None:
    for picture in (gradient(), gradient(alpha=True)):
        data = encode_picture(picture, ExportOptions("avif", quality=95, depth=10), CREDITS)
        found = imagecodecs.avif_decode(data)
        assert found.shape == deep_values(picture).shape
        assert np.abs(found / 1023 - deep_values(picture) / 65535).mean() < 0.003
        with Image.open(BytesIO(data)) as image:  # libavif finds all of it
            assert image.info["icc_profile"] == srgb_profile()
            assert image.getexif()[0x010F] == "Maker"
            assert b"Bridge" in image.info["xmp"]


def test_a_jpeg_xl_carries_exif_and_credits_in_its_boxes() -> None:
    for options in (ExportOptions("jxl", quality=80), ExportOptions("jxl", depth=16, lossless=True)):
        boxes = dict(boxes_in(encode_picture(gradient(), options, CREDITS)))
        kept = Image.Exif()
        kept.load(b"Exif\0\0" + boxes[b"Exif"][4:])
        assert kept[0x010F] == "Maker"
        assert b"Bridge &amp; &lt;Sea&gt;" in boxes[b"xml "]
    found = imagecodecs.jpegxl_decode(encode_picture(gradient(), ExportOptions("jxl", quality=90), CREDITS))
    assert np.abs(found.astype(int) - gradient().pixels).mean() < 2
    sizes = [len(encode_picture(gradient(), ExportOptions("jxl", quality=each))) for each in (20, 60, 95)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("name", ["png", "tiff", "avif", "jxl", "ora"])
def test_the_recipe_comes_back_from_every_format(name: Any) -> None:
    depth = 10 if name == "avif" else 16
    data = encode_picture(gradient(), ExportOptions(name, depth=depth), CREDITS)
    assert read_recipe(data) == CREDITS.recipe
    without = encode_picture(gradient(), ExportOptions(name, depth=depth))
    for broken in (without, data[:60] if name in ("jxl", "ora") else without):
        with pytest.raises(PictureError, match="carries no recipe"):
            read_recipe(broken)


def test_a_png_of_16_bits_carries_everything() -> None:
    with Image.open(BytesIO(encode_picture(gradient(), ExportOptions("png", depth=16), CREDITS))) as image:
        image.load()
        assert image.info["icc_profile"] == srgb_profile()
        assert round(image.info["dpi"][0]) == 240
        assert image.getexif()[0x010F] == "Maker"
        assert "Bridge" in image.info["xmp"].decode()


def test_a_tiff_of_16_bits_carries_everything() -> None:
    with tifffile.TiffFile(BytesIO(encode_picture(gradient(), ExportOptions("tiff", depth=16), CREDITS))) as file:
        page = file.pages[0]
        assert page.tags["BitsPerSample"].value == (16, 16, 16)
        assert page.iccprofile == srgb_profile()
        assert page.tags["XResolution"].value == (240, 1)
        assert b"Bridge" in page.tags["XMP"].value
        assert page.tags["Make"].value == "Maker"


@pytest.mark.parametrize("profile", ["display-p3", "adobe-rgb"])
@pytest.mark.parametrize(("name", "depth"), [("png", 8), ("png", 16), ("jpeg", 8), ("webp", 8), ("tiff", 8),
                                             ("tiff", 16), ("avif", 8), ("avif", 10)])  # fmt: skip
def test_another_profile_is_in_the_file_and_its_colours_are_the_same(profile: str, name: Any, depth: int) -> None:
    picture = gradient()
    data = encode_picture(picture, ExportOptions(name, quality=98, depth=depth, profile=profile), CREDITS)
    with Image.open(BytesIO(data)) as image:
        assert image.info["icc_profile"] == export_profile(profile, Metadata())
        # The camera's word on its colours must not contradict it.
        assert image.getexif().get_ifd(0x8769)[0xA001] == 0xFFFF
    if name == "png" and depth == 16:
        assert np.array_equal(read_png(data), convert(picture.deep_rows(ALL), export_profile(profile, Metadata())))
    back = decode_picture(data, "a")  # to sRGB again, by littleCMS
    assert np.abs(back.pixels.astype(int) - picture.pixels).mean() < 2.5


def test_the_photos_own_profile_goes_into_the_export() -> None:
    adobe = export_profile("adobe-rgb", Metadata())
    picture = Picture(gradient().pixels, metadata=Metadata(icc=adobe))
    with Image.open(BytesIO(encode_picture(picture, ExportOptions("jpeg", profile="photo")))) as image:
        assert image.info["icc_profile"] == adobe


def test_8_bits_are_as_they_were_unless_something_is_asked_for() -> None:
    picture = gradient()
    plain = picture.with_pixels(picture.pixels)
    for name in ("png", "jpeg", "webp", "tiff", "avif"):
        assert encode_picture(picture, ExportOptions(name)) == encode_picture(plain, ExportOptions(name))  # type: ignore[arg-type]
    assert encode_picture(plain, ExportOptions("png", dither=True)) == encode_picture(plain, ExportOptions("png"))


def test_dithering_spreads_what_8_bits_leave_out() -> None:
    pixels, fine = from_deep(np.full((64, 64, 3), 257 * 70 + 100, np.uint16))
    picture = Picture(pixels, fine=fine)
    data = encode_picture(picture, ExportOptions("png", dither=True))
    assert decode_picture(data, "a").pixels.mean() == pytest.approx(70 + 100 / 257, abs=0.01)
    assert set(np.unique(decode_picture(encode_picture(picture, ExportOptions("png")), "a").pixels)) == {70}


def test_a_deep_export_is_resized_in_16_bits() -> None:
    data = encode_picture(gradient(), ExportOptions("png", size=(60, 45), depth=16))
    found = read_png(data)
    assert found.shape == (45, 60, 3)
    exact = gradient().deep_rows(ALL).reshape(45, 2, 60, 2, 3).mean(axis=(1, 3))
    assert np.abs(found[4:-4, 4:-4] - exact[4:-4, 4:-4]).max() < 40  # a ramp stays a ramp


def test_a_jpeg_in_another_profile_lies_on_white() -> None:
    picture = Picture(np.zeros((32, 32, 3), np.uint8), alpha=np.zeros((32, 32), np.uint8))
    data = encode_picture(picture, ExportOptions("jpeg", profile="adobe-rgb"))
    assert decode_picture(data, "a.jpg").pixels.min() >= 254


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"format": "jpeg", "depth": 16}, "JPEG is written in 8 bits and not in 16. Choose PNG or TIFF"),
        ({"format": "png", "depth": 10}, "PNG is written in 8 or 16 bits and not in 10. Choose AVIF"),
        ({"format": "jxl", "profile": "photo"}, "JPEG XL is written in sRGB, Display P3 or Adobe RGB"),
        ({"intent": "pretty"}, "pretty is not a rendering intent"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_words(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(PictureError, match=words):
        ExportOptions(**fields)


@pytest.mark.parametrize(("name", "depth"), [("jpeg", 8), ("avif", 10), ("tiff", 16), ("png", 16)])
def test_options_go_over_to_another_format_as_far_as_it_holds_them(name: Any, depth: int) -> None:
    options = ExportOptions("png", depth=16, profile="adobe-rgb").in_format(name)
    assert (options.format, options.depth, options.profile) == (name, depth, "adobe-rgb")
    assert ExportOptions("png", depth=16, profile="adobe-rgb").in_format("jxl").profile == "adobe-rgb"
    assert ExportOptions("png", profile="photo").in_format("jxl").profile == "srgb"


def test_an_openraster_file_is_laid_out_as_its_specification_says(tmp_path: Path) -> None:
    photo = Picture(gradient().pixels[::2, ::2], "photo.jpg")
    artwork, path = gradient(alpha=True), tmp_path / "art.ora"
    layers = (Layer("photo.jpg & co", photo), Layer("Mask", photo, is_visible=False))
    save_picture(artwork, path, ExportOptions("ora"), CREDITS, layers=layers)
    with ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", ZIP_STORED, b"")
        assert archive.read("mimetype") == b"image/openraster"
        assert path.read_bytes()[30:54] == b"mimetypeimage/openraster"  # where other programs look for it
        assert archive.testzip() is None
        stack = archive.read("stack.xml").decode()
        assert '<image version="0.0.3" w="120" h="90" xres="240" yres="240">' in stack
        names = [line.split('"')[0] for line in stack.split('name="')[1:]]
        assert names == ["Artwork", "photo.jpg &amp; co", "Mask"]  # the topmost first
        assert stack.count('visibility="hidden"') == 1
        for number in range(3):
            with Image.open(archive.open(f"data/layer{number}.png")) as image:
                assert image.size == (120, 90)
        with Image.open(archive.open("Thumbnails/thumbnail.png")) as image:
            assert max(image.size) <= 256
        with Image.open(archive.open("mergedimage.png")) as image:
            image.load()
            assert np.array_equal(np.asarray(image), np.dstack((artwork.pixels, artwork.alpha)))
            assert "Bridge" in image.info["xmp"].decode()
            assert ImageCms.getProfileName(ImageCms.ImageCmsProfile(BytesIO(image.info["icc_profile"])))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("profile", ["display-p3", "adobe-rgb"])
def test_a_lossless_jpeg_xl_holds_the_values_of_another_space(profile: str, alpha: bool, depth: int) -> None:
    picture = gradient(alpha)
    options = ExportOptions("jxl", depth=depth, lossless=True, profile=profile)
    found = imagecodecs.jpegxl_decode(encode_picture(picture, options, CREDITS))
    wanted = imagecodecs.png_decode(encode_picture(picture, ExportOptions("png", depth=depth, profile=profile)))
    assert found.dtype == wanted.dtype and np.array_equal(found, wanted)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("profile", ["display-p3", "adobe-rgb"])
def test_a_lossy_jpeg_xl_comes_out_in_the_space_it_names(profile: str, depth: int) -> None:
    picture, peak = gradient(), (1 << depth) - 1
    found = imagecodecs.jpegxl_decode(
        encode_picture(picture, ExportOptions("jxl", depth=depth, quality=100, profile=profile))
    )
    wanted = imagecodecs.png_decode(encode_picture(picture, ExportOptions("png", depth=depth, profile=profile)))
    plain = imagecodecs.png_decode(encode_picture(picture, ExportOptions("png", depth=depth)))
    off, as_srgb = (np.abs(found / peak - values / peak).mean() for values in (wanted, plain))
    assert off < 0.004 and as_srgb > 3 * off


@pytest.mark.parametrize("profile", ["display-p3", "adobe-rgb"])
def test_a_jpeg_xl_of_another_space_is_verified_and_saved(tmp_path: Path, profile: str) -> None:
    for lossless in (False, True):
        options = ExportOptions("jxl", lossless=lossless, profile=profile)
        assert save_picture(gradient(), tmp_path / "sea.jxl", options, CREDITS) > 0


@pytest.mark.parametrize("shape", [(8, 8), (40, 64), (33, 47), (300, 1021), (256, 256), (600, 400)])
@pytest.mark.parametrize("channels", [3, 4])
def test_the_header_of_any_jpeg_xl_is_changed_and_nothing_else(shape: tuple[int, int], channels: int) -> None:
    values = np.random.default_rng(5).integers(0, 256, (*shape, channels), np.uint8)
    for settings in ({"lossless": True}, {"distance": 1.0}):
        codestream = bytes(imagecodecs.jpegxl_encode(values, effort=3, usecontainer=False, **settings))
        changed = with_colors(codestream, "display-p3")
        assert changed[-20:] == codestream[-20:] and 0 < len(changed) - len(codestream) < 8
        assert imagecodecs.jpegxl_decode(changed).shape == values.shape
        with pytest.raises(ValueError, match="other colours"):
            with_colors(changed, "adobe-rgb")


@pytest.mark.parametrize("data", [b"", b"\xff\x0a", b"\xff\x0a\x00", b"GIF89a", bytes(40)])
def test_what_is_no_jpeg_xl_is_not_changed(data: bytes) -> None:
    with pytest.raises(ValueError):
        with_colors(data, "display-p3")


@pytest.mark.parametrize("lossless", [False, True])
def test_a_jpeg_xl_of_16_bits_says_srgb_and_not_linear_light(lossless: bool) -> None:
    data = encode_picture(gradient(), ExportOptions("jxl", depth=16, lossless=lossless))
    codestream = dict(boxes_in(data))[b"jxlc"]
    assert with_colors(codestream, "srgb") == codestream
    by_itself = bytes(imagecodecs.jpegxl_encode(gradient().deep_rows(ALL), lossless=True, usecontainer=True))
    linear = dict(boxes_in(by_itself))[b"jxlc"]
    assert with_colors(linear, "srgb") != linear  # else the encoder has changed, and `_linear` is wrong
