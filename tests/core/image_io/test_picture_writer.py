"""Exports: what comes back from the five formats, what is refused, and what the file says about itself."""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.core.card import Card
from studio.core.errors import PictureError
from studio.core.image_io import (
    ExportOptions,
    check_result,
    decode_picture,
    encode_picture,
    format_of,
    open_picture,
    save_picture,
)
from studio.core.image_io import picture_writer as save_picture_module
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.formats import ExportFormat
from studio.core.image_io.picture_reader import decode
from studio.core.image_io.xmp import Credits, read_recipe
from studio.core.picture import Metadata, Picture
from studio.core.recipe import StyleRecipe
from tests.support.picture_files import noise, quarters

ENDINGS: dict[ExportFormat, str] = {
    "png": ".png",
    "jpeg": ".jpg",
    "webp": ".webp",
    "tiff": ".tif",
    "avif": ".avif",
    "jxl": ".jxl",
    "ora": ".ora",
}
FORMATS: tuple[ExportFormat, ...] = ("png", "jpeg", "webp", "tiff", "avif")  # those that Pillow opens

LOSSLESS = [ExportOptions("png"), ExportOptions("tiff"), ExportOptions("webp", lossless=True)]
LOSSY = [ExportOptions("jpeg"), ExportOptions("webp"), ExportOptions("avif")]
DEEP = [
    ExportOptions("png", depth=16),
    ExportOptions("tiff", depth=16, profile="adobe-rgb"),
    ExportOptions("avif", depth=10),
    ExportOptions("jxl"),
    ExportOptions("jxl", depth=16, lossless=True),
    ExportOptions("ora", depth=16),
    ExportOptions("webp", profile="display-p3"),
]
CREDITS = Credits("Bridge", (), (), StyleRecipe(strength=0.25, seed=11), "bridge.jpg")


def name_of(options: ExportOptions) -> str:
    return f"{options.format}{'-lossless' if options.lossless else ''}-{options.depth}-{options.profile}"


def camera_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x8769] = "Maker", {0x9003: "2020:02:03 04:05:06", 0x927C: b"note" * 50}
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 1.5)}
    return exif.tobytes()


@pytest.fixture
def picture() -> Picture:
    """Noise without transparency, with a camera's EXIF and a GPS position."""
    return Picture(noise(), "photo.jpg", metadata=Metadata(camera_exif(), 240.0))


@pytest.fixture
def see_through() -> Picture:
    """Noise with every alpha, and colours under alpha 0."""
    return Picture(noise(), "logo.png", noise(channels=4)[..., 3])


@pytest.mark.parametrize("options", LOSSLESS, ids=name_of)
def test_lossless_formats_give_back_every_byte(
    options: ExportOptions, picture: Picture, see_through: Picture, tmp_path: Path
) -> None:
    for source in (picture, see_through):
        path = tmp_path / f"a{ENDINGS[options.format]}"
        assert save_picture(source, path, options) == path.stat().st_size
        with path.open("rb") as file:
            assert decode(file, "again", keep_hidden=True).fingerprint == source.fingerprint


@pytest.mark.parametrize("options", LOSSY, ids=name_of)
def test_lossy_formats_stay_close(options: ExportOptions) -> None:
    again = decode_picture(encode_picture(Picture(quarters()), options), "again")
    assert np.abs(again.pixels.astype(int) - quarters()).mean() < 4  # WebP halves the colour resolution


@pytest.mark.parametrize("format_name", ["webp", "avif"])
def test_lossy_formats_keep_transparency(format_name: ExportFormat, tmp_path: Path) -> None:
    alpha = np.zeros((32, 48), np.uint8)
    alpha[8:24, 12:36] = 255
    path = tmp_path / f"a.{format_name}"
    save_picture(Picture(quarters(), alpha=alpha), path)
    again = open_picture(path)
    assert again.alpha is not None
    assert np.abs(again.alpha.astype(int) - alpha).mean() < 2
    assert np.abs(again.pixels[12, 20].astype(int) - quarters()[12, 20]).max() < 16


def test_a_jpeg_lies_on_white_paper() -> None:
    alpha = np.zeros((32, 48), np.uint8)
    alpha[:, :16], alpha[:, 16:32] = 255, 51
    again = decode_picture(encode_picture(Picture(quarters() * 0, alpha=alpha), ExportOptions("jpeg")), "a.jpg")
    assert again.alpha is None
    assert np.abs(again.pixels[16, [4, 24, 44], 0].astype(int) - (0, 204, 255)).max() <= 2


def test_colour_has_full_resolution_at_high_quality() -> None:
    stripes = np.zeros((32, 48, 3), np.uint8)
    stripes[:, ::2, 0] = stripes[:, 1::2, 2] = 200  # red and blue, 1 px wide
    for format_name in ("jpeg", "avif"):
        again = decode_picture(encode_picture(Picture(stripes), ExportOptions(format_name)), "a").pixels
        assert again[16, 20, 0] > again[16, 21, 0] + 100


def test_a_lower_quality_makes_a_smaller_file(picture: Picture) -> None:
    for format_name in ("jpeg", "webp", "avif"):
        sizes = [len(encode_picture(picture, ExportOptions(format_name, quality))) for quality in (20, 60, 95)]
        assert sizes == sorted(sizes)
        assert sizes[0] < sizes[2]


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_export_says_that_it_is_srgb(format_name: ExportFormat, see_through: Picture) -> None:
    with Image.open(BytesIO(encode_picture(see_through, ExportOptions(format_name)))) as image:
        assert image.info["icc_profile"] == srgb_profile()
    assert ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(srgb_profile()))).startswith("sRGB")


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("keep_gps", [False, True])
def test_exif_is_kept_and_gps_only_if_asked(format_name: ExportFormat, keep_gps: bool, picture: Picture) -> None:
    with Image.open(BytesIO(encode_picture(picture, ExportOptions(format_name, keep_gps=keep_gps)))) as image:
        exif = image.getexif()
        assert exif[0x010F] == "Maker"
        assert exif.get_ifd(0x8769)[0x9003] == "2020:02:03 04:05:06"
        assert exif.get_ifd(0x8769).get(0x927C) == (b"note" * 50 if keep_gps else None)
        assert (exif.get_ifd(0x8769)[0xA002], exif.get_ifd(0x8769)[0xA003]) == image.size
        assert exif.get_ifd(0x8825) == ({1: "N", 2: (52.0, 30.0, 1.5)} if keep_gps else {})


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_maker_note_has_the_type_that_strict_readers_ask_for(format_name: ExportFormat, picture: Picture) -> None:
    data = encode_picture(picture, ExportOptions(format_name, keep_gps=True))
    little, big = (struct.pack(f"{order}HHI", 0x927C, 7, 200) for order in "<>")  # tag, UNDEFINED, bytes
    assert (little in data) != (big in data)


@pytest.mark.parametrize("format_name", FORMATS)
def test_nothing_of_the_exif_is_left_if_not_wanted(format_name: ExportFormat, picture: Picture) -> None:
    data = encode_picture(picture, ExportOptions(format_name, keep_exif=False))
    assert b"Maker" not in data
    assert b"2020:02:03" not in data


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize(
    "block", [b"rubbish", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(range(200))]
)
def test_a_corrupt_exif_never_stops_an_export(format_name: ExportFormat, block: bytes) -> None:
    broken = Picture(noise(), metadata=Metadata(block))
    assert decode_picture(encode_picture(broken, ExportOptions(format_name)), "a").width == 40


def test_a_maker_note_too_long_for_a_jpeg_is_left_out_and_the_rest_kept() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x8769] = "Maker", {0x9003: "2020:02:03 04:05:06", 0x927C: bytes(70_000)}
    data = encode_picture(Picture(noise(), metadata=Metadata(exif.tobytes())), ExportOptions("jpeg", keep_gps=True))
    with Image.open(BytesIO(data)) as image:
        assert image.getexif()[0x010F] == "Maker"
        assert image.getexif().get_ifd(0x8769).keys() >= {0x9003}


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_resolution_comes_back(format_name: ExportFormat, picture: Picture) -> None:
    assert decode_picture(encode_picture(picture, ExportOptions(format_name)), "a").metadata.dpi == 240
    assert decode_picture(encode_picture(picture, ExportOptions(format_name, dpi=300)), "a").metadata.dpi == 300


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_recipe_and_the_label_are_in_every_format(
    format_name: ExportFormat, see_through: Picture, tmp_path: Path
) -> None:
    path = tmp_path / f"a{ENDINGS[format_name]}"
    save_picture(see_through, path, credits=CREDITS)
    assert read_recipe(path) == CREDITS.recipe
    assert read_recipe(path.read_bytes()) == CREDITS.recipe
    assert b"digitalsourcetype/compositeWithTrainedAlgorithmicMedia" in path.read_bytes()
    unlabelled = encode_picture(see_through, ExportOptions(format_name, label_ai=False), CREDITS)
    assert b"digitalsourcetype" not in unlabelled
    assert read_recipe(unlabelled) == CREDITS.recipe


def test_a_jpeg_with_more_credits_than_a_segment_holds_still_has_its_recipe() -> None:
    card = Card(
        "a", "style", "\N{WATER WAVE}" * 900, "\N{EARTH GLOBE AMERICAS}" * 900, "1900", "CC0", "s" * 900, Path("a")
    )
    many = replace(CREDITS, styles=(card,) * 40)
    data = encode_picture(Picture(noise()), ExportOptions("jpeg"), many)
    assert read_recipe(data) == CREDITS.recipe
    assert b" more" in data


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_export_is_the_same_bytes(format_name: ExportFormat, picture: Picture) -> None:
    options = ExportOptions(format_name)
    assert encode_picture(picture, options, CREDITS) == encode_picture(picture, options, CREDITS)


@pytest.mark.parametrize("size", [(20, 12), (80, 48), (30, 40)])
def test_an_export_has_the_size_asked_for(size: tuple[int, int], picture: Picture, tmp_path: Path) -> None:
    save_picture(picture, tmp_path / "a.png", ExportOptions(size=size))
    again = open_picture(tmp_path / "a.png") if min(size) >= 16 else None
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == size
    assert again is None or (again.width, again.height) == size


def test_hidden_colours_do_not_bleed_when_scaled() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, :32], pixels[:, 32:] = (255, 0, 0), (0, 255, 0)
    alpha = np.zeros((64, 64), np.uint8)
    alpha[:, :32] = 255  # opaque red beside hidden green
    again = decode_picture(encode_picture(Picture(pixels, alpha=alpha), ExportOptions(size=(24, 24))), "a")
    assert again.alpha is not None
    seen = again.pixels[again.alpha > 16]
    assert seen[:, 0].min() >= 240
    assert seen[:, 1].max() <= 10


@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("a.png", "png"),
        ("A.JPG", "jpeg"),
        ("a.jpeg", "jpeg"),
        ("a.b.tiff", "tiff"),
        ("a.webp", "webp"),
        ("a.avif", "avif"),
    ],
)
def test_the_suffix_tells_the_format(name: str, format_name: str) -> None:
    assert format_of(Path(name)) == format_name


@pytest.mark.parametrize("name", ["a.gif", "a.heic", "a", "a.png.", ".png"])
def test_another_suffix_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(PictureError, match=r"\.png, \.jpg, \.jpeg, \.webp, \.tif, \.tiff, \.avif"):
        format_of(Path(name))


def test_a_suffix_of_another_format_is_refused(picture: Picture, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"a\.png would hold a JPEG"):
        save_picture(picture, tmp_path / "a.png", ExportOptions("jpeg"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("values", "limit"),
    [
        ({"quality": 0}, "between 1 and 100"),
        ({"quality": 101}, "between 1 and 100"),
        ({"dpi": 0.0}, "100,000"),
        ({"dpi": float("nan")}, "100,000"),
        ({"format": "gif"}, "png, jpeg, webp, tiff, avif"),
    ],
)
def test_options_out_of_range_are_refused_with_the_limit(values: dict[str, object], limit: str) -> None:
    with pytest.raises(PictureError, match=limit):
        ExportOptions(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("format_name", "size", "limit"),
    [
        ("png", (20_000, 20_000), "200 megapixels"),
        ("png", (0, 20), "200 megapixels"),
        ("webp", (16_384, 16), "16,383 px"),
        ("jpeg", (16, 65_501), "65,500 px"),
    ],
)
def test_a_size_a_format_cannot_hold_is_refused_with_the_limit(
    format_name: ExportFormat, size: tuple[int, int], limit: str, picture: Picture
) -> None:
    with pytest.raises(PictureError, match=limit):
        encode_picture(picture, ExportOptions(format_name, size=size))


@pytest.mark.parametrize(("level", "word"), [(0, "black"), (128, "one colour")])
def test_a_plain_result_is_never_reported_as_done(level: int, word: str, tmp_path: Path) -> None:
    plain = Picture(np.full((20, 20, 3), level, np.uint8))
    with pytest.raises(PictureError, match=word):
        check_result(plain)
    with pytest.raises(PictureError, match=word):
        save_picture(plain, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
    save_picture(plain, tmp_path / "a.png", allow_plain=True)  # a plain photo in a plain style
    assert open_picture(tmp_path / "a.png").fingerprint == plain.fingerprint


def test_one_pixel_of_another_colour_is_a_result() -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[19, 19, 2] = 1
    check_result(Picture(pixels))


@pytest.mark.parametrize("options", [*LOSSLESS, *LOSSY, *DEEP], ids=name_of)
@pytest.mark.parametrize("damage", ["black", "cut", "smaller", "another"])
def test_a_file_that_is_not_the_picture_never_takes_the_name(
    options: ExportOptions, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_writer = save_picture_module._written

    def damaged(values: Any) -> Any:
        match damage:
            case "black":
                return np.zeros_like(values)
            case "smaller":
                return values[:20, :20]
            case "another":
                return np.ascontiguousarray(values[::-1, ::-1])
        return values

    def broken_writer(sheet: Any, *rest: Any) -> bytes:
        values = damaged(sheet.values)
        given = None if sheet.given is None else damaged(sheet.given)
        layers = tuple(replace(layer, values=values) for layer in sheet.layers)
        data = true_writer(replace(sheet, values=values, layers=layers, given=given), *rest)
        return data[: len(data) // 2] if damage == "cut" else data

    path = tmp_path / f"a{ENDINGS[options.format]}"
    path.write_bytes(b"the old file")
    monkeypatch.setattr(save_picture_module, "_written", broken_writer)
    with pytest.raises(PictureError, match=path.name):
        save_picture(Picture(quarters()), path, options)
    assert path.read_bytes() == b"the old file"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("options", [*LOSSLESS, *LOSSY, *DEEP, ExportOptions("ora")], ids=name_of)
@pytest.mark.parametrize("size", [(1, 1), (3, 3), (12, 12), (1, 8192), (8192, 1)])
def test_the_smallest_and_the_narrowest_pictures_are_written(
    options: ExportOptions, size: tuple[int, int], tmp_path: Path
) -> None:
    width, height = size
    for alpha in (None, np.zeros((height, width), np.uint8)):
        for quality in (1, 90):
            path = tmp_path / f"a{ENDINGS[options.format]}"
            picture = Picture(noise(*size), alpha=alpha)
            assert save_picture(picture, path, replace(options, quality=quality), allow_plain=True)


@pytest.mark.parametrize("options", LOSSY, ids=name_of)
def test_few_pixels_of_black_and_white_are_written_however_coarsely(options: ExportOptions, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    path = tmp_path / f"a{ENDINGS[options.format]}"
    for size in ((1, 1), (1, 2), (2, 2), (3, 3), (8, 8)):
        for quality in (1, 5, 10, 30):
            for _ in range(4):
                pixels = rng.choice(np.array((0, 255), np.uint8), (*size, 3))
                assert save_picture(Picture(pixels), path, replace(options, quality=quality), allow_plain=True)


def test_transparency_that_scaling_averages_away_is_no_failure(tmp_path: Path) -> None:
    alpha = np.full((32, 48), 255, np.uint8)
    alpha[5, 5] = 254
    save_picture(Picture(quarters(), alpha=alpha), tmp_path / "a.png", ExportOptions(size=(24, 16)))
    assert open_picture(tmp_path / "a.png").alpha is None


@pytest.mark.parametrize("step", ["_prepare", "_written", "verify"])
def test_too_little_memory_is_an_error_with_a_remedy(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhaust(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(save_picture_module, step, exhaust)
    with pytest.raises(PictureError, match="not enough memory") as caught:
        save_picture(Picture(noise()), tmp_path / "a.png")
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []
