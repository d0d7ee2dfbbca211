"""Opening: every format, mode, profile and orientation ends as the upright sRGB picture one can compute by hand."""

from __future__ import annotations

import struct
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from studio.core.image_io import OPEN_SUFFIXES, color_profile, decode_picture, open_picture
from studio.core.image_io import picture_reader as door
from studio.core.image_io.color.upright_pixels import _UPRIGHT, upright_pixels
from studio.core.image_io.color_profile import eight_bits, full_scale, srgb_profile
from studio.core.image_io.tiff import segments as tiff_segments
from studio.core.picture import Picture
from tests.support.picture_files import HEIC, encoded, noise, png, quarters, stored_quarters

LOSSY = 8  # levels a flat colour may move in a JPEG, AVIF or HEIC
LINEAR_SRGB_TO_XYZ = np.array(((0.4361, 0.3851, 0.1431), (0.2225, 0.7169, 0.0606), (0.0139, 0.0971, 0.7142)))  # D50
LINEAR_P3_TO_XYZ = np.array(((0.5151, 0.2920, 0.1571), (0.2412, 0.6922, 0.0666), (-0.0011, 0.0419, 0.7841)))


def opened(image: Image.Image, format_name: str, **settings: object) -> Picture:
    file = BytesIO()
    image.save(file, format_name, **settings)
    return decode_picture(file.getvalue(), f"a.{format_name.lower()}")


def flat(mode: str, color: object) -> Image.Image:
    return Image.new(mode, (24, 16), color)


def profile_with(primaries: np.ndarray) -> bytes:
    """The sRGB profile with these (3, 3) columns for red, green and blue in XYZ."""
    profile = bytearray(srgb_profile())
    for at in range(132, 132 + 12 * int.from_bytes(profile[128:132]), 12):
        tag, offset, _ = struct.unpack(">4sII", profile[at : at + 12])
        if tag in (b"rXYZ", b"gXYZ", b"bXYZ"):
            column = primaries[:, b"rgb".index(tag[:1])]
            profile[offset + 8 : offset + 20] = struct.pack(">3i", *(round(value * 65536) for value in column))
    return bytes(profile)


def black_only_profile() -> bytes:
    """A CMYK profile of a printer with black ink alone: L* falls from 100 to 0 with K, the other inks do nothing."""
    identity = bytes(range(256))
    corners = b"".join(bytes((0 if ink & 1 else 255, 128, 128)) for ink in range(16))  # K varies fastest
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    table += identity * 4 + corners + identity * 3
    header = bytearray(128)
    header[8:12], header[12:24], header[36:40] = b"\2\x40\0\0", b"prtrCMYKLab ", b"acsp"
    header[68:80] = struct.pack(">3i", 63190, 65536, 54061)  # D50
    offset = 128 + 4 + 2 * 12
    tags = struct.pack(">I4sII4sII", 2, b"A2B0", offset, len(table), b"A2B1", offset, len(table))
    header[0:4] = struct.pack(">I", offset + len(table))
    return bytes(header) + tags + table


def linear(levels: np.ndarray) -> np.ndarray:
    values = levels / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def levels(values: np.ndarray) -> np.ndarray:
    clipped = values.clip(0, 1)
    return 255 * np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize(
    ("format_name", "tolerance"),
    [("PNG", 0), ("TIFF", 0), ("BMP", 0), ("GIF", 0), ("JPEG", LOSSY), ("WEBP", LOSSY), ("AVIF", LOSSY)],
)
def test_each_format_shows_the_same_picture(format_name: str, tolerance: int) -> None:
    picture = opened(Image.fromarray(quarters()), format_name, **({"quality": 95} if tolerance else {}))
    middle = np.s_[4::8, 4::8]  # away from the edges, where codecs ring
    assert np.abs(picture.pixels[middle].astype(int) - quarters()[middle]).max() <= tolerance
    assert picture.alpha is None
    assert not picture.pixels.flags.writeable


def test_a_heic_opens_upright_with_its_exif() -> None:
    picture = decode_picture(HEIC, "a.heic")
    assert np.abs(picture.pixels[4::8, 4::8].astype(int) - quarters()[4::8, 4::8]).max() <= LOSSY
    exif = Image.Exif()
    exif.load(picture.metadata.exif)
    assert exif[0x010F] == "Studio"
    assert exif.get_ifd(0x8825)[1] == "N"
    assert 0x0112 not in exif


def test_the_first_picture_of_an_mpo_opens() -> None:
    file = BytesIO()
    first, second = Image.fromarray(quarters()), flat("RGB", "black").resize((48, 32))
    first.save(file, "MPO", save_all=True, append_images=[second], quality=95)
    picture = decode_picture(file.getvalue(), "a.mpo")
    assert np.abs(picture.pixels[4, 4].astype(int) - quarters()[4, 4]).max() <= LOSSY


@pytest.mark.parametrize("format_name", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_or_page_of_many_opens(format_name: str) -> None:
    image = flat("RGB", (250, 0, 0))
    picture = opened(image, format_name, save_all=True, append_images=[flat("RGB", (0, 0, 250))] * 3)
    assert picture.pixels[0, 0, 0] > 240 > 10 > picture.pixels[0, 0, 2]


def test_the_picture_knows_its_name_and_where_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "Été 😀.png"
    path.write_bytes(encoded("PNG", quarters()))
    picture = open_picture(path)
    assert (picture.name, picture.source) == ("Été 😀.png", path)
    assert decode_picture(path.read_bytes(), "pasted").source is None


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_once_and_forgotten(format_name: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Maker"
    picture = opened(Image.fromarray(stored_quarters(orientation)), format_name, exif=exif)
    assert (picture.width, picture.height) == (48, 32)
    assert np.abs(picture.pixels[4::8, 4::8].astype(int) - quarters()[4::8, 4::8]).max() <= LOSSY
    kept = Image.Exif()
    kept.load(picture.metadata.exif)
    assert dict(kept) == {0x010F: "Maker"}


def test_orientation_turns_the_transparency_too() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = np.dstack((np.rot90(quarters()), np.full((48, 32), 255, np.uint8)))
    pixels[:16, :16, 3] = 9  # upper left as stored, upper right when upright
    alpha = opened(Image.fromarray(pixels), "PNG", exif=exif).alpha
    assert alpha is not None
    assert (alpha[0, 47], alpha[0, 0], alpha[31, 47]) == (9, 255, 255)


@pytest.mark.parametrize(
    ("mode", "color", "expected"),
    [
        ("L", 77, (77, 77, 77)),
        ("1", 1, (255, 255, 255)),
        ("CMYK", (51, 102, 153, 0), (204, 153, 102)),
        ("CMYK", (0, 0, 0, 128), (127, 127, 127)),
        ("I;16", 257 * 100, (100, 100, 100)),
        ("I", 65_535, (255, 255, 255)),
        ("F", 0.2, (51, 51, 51)),
        ("F", 51.0, (51, 51, 51)),
    ],
)
def test_every_kind_of_colour_becomes_rgb(mode: str, color: object, expected: tuple[int, ...]) -> None:
    picture = opened(flat(mode, color), "TIFF")
    assert picture.pixels.dtype == np.uint8
    assert tuple(picture.pixels[3, 5]) == expected
    assert picture.alpha is None


def test_a_jpeg_in_cmyk_is_not_a_negative() -> None:
    # Photoshop's way, and Pillow's: the values in the file are inverted and an Adobe mark says so.
    pixel = opened(flat("CMYK", (51, 102, 153, 0)), "JPEG", quality=95).pixels[3, 5]
    assert np.abs(pixel.astype(int) - (204, 153, 102)).max() <= 3


def test_grey_beyond_8_bits_is_rounded() -> None:
    for values, kind, expected in (
        ([0, 128, 129, 300, 65_535], np.uint16, [0, 0, 1, 1, 255]),
        ([0, 2**31 - 1], np.int32, [0, 255]),
        ([np.nan, -1.0, np.inf, 0.5, 1.0], np.float32, [0, 0, 0, 128, 255]),
    ):
        grey = np.array([values], kind)
        assert eight_bits(grey, full_scale(grey)).tolist() == [expected]


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_all_strips_of_a_deep_picture_have_the_same_white(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff_segments, "PART", 32 * 4)
    grey = np.full((16, 32), 32_896, kind)
    grey[-1] = 65_535
    pixels = opened(Image.fromarray(grey), "TIFF").pixels
    assert set(pixels[:15].flat) == {128}
    assert set(pixels[15].flat) == {255}


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16", "CMYK", "I", "F"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_of_any_mode_can_be_turned(mode: str, orientation: int) -> None:
    black_above = np.zeros((30, 40), np.uint8)
    black_above[15:] = 255
    grey = Image.fromarray(black_above)
    deep = {"I;16": np.uint16, "I": np.int32}
    image = Image.fromarray(black_above.astype(deep[mode]) * 257) if mode in deep else grey.convert(mode)
    assert image.mode == mode
    door.hush_pillow()
    pixels, alpha = upright_pixels(image, orientation)
    expected = black_above if orientation == 1 else np.asarray(grey.transpose(_UPRIGHT[orientation]))
    assert alpha is None
    assert (pixels > 127).tolist() == np.stack([expected > 127] * 3, 2).tolist()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_strips_fit_together_whichever_way_they_are_turned(orientation: int, monkeypatch: pytest.MonkeyPatch) -> None:
    image, exif = Image.fromarray(noise(40, 30, channels=4)), Image.Exif()
    exif[0x0112] = orientation
    whole = opened(image, "PNG", exif=exif)
    monkeypatch.setattr("studio.core.image_io.color.upright_pixels.STRIP", 7 * 40)
    assert opened(image, "PNG", exif=exif).fingerprint == whole.fingerprint
    assert whole.alpha is not None


def test_a_deep_grey_picture_takes_no_more_than_its_own_values_and_a_strip() -> None:
    file = encoded("PNG", np.add.outer(np.arange(2000, dtype=np.uint16), np.arange(2000, dtype=np.uint16)))
    tracemalloc.start()
    try:
        picture = decode_picture(file, "deep.png")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert picture.fine is not None
    assert peak < picture.nbytes + 40 * color_profile.STRIP


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not tell a peak that can be reset")
def test_the_worst_picture_is_opened_without_a_second_copy(tmp_path: Path) -> None:
    path, exif = tmp_path / "turned.png", Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGBA", (4000, 4000), (200, 100, 50, 128))
    image.save(path, exif=exif, icc_profile=profile_with(LINEAR_P3_TO_XYZ), compress_level=1)
    peaks = """if True:
        import sys
        from pathlib import Path
        from studio.core.image_io import open_picture
        def peak():
            lines = Path("/proc/self/status").read_text().splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
        before = peak()
        open_picture(Path(sys.argv[1]))
        print(1024 * (peak() - before))
    """
    run = subprocess.run([sys.executable, "-c", peaks, path], capture_output=True, text=True, check=True)
    pixels = 4000 * 4000
    decoded, kept, room = 4 * pixels, 4 * pixels, 2 * pixels
    assert kept < int(run.stdout) < decoded + kept + room


def test_a_16_bit_grey_png_opens_in_8_bits() -> None:
    row = struct.pack(">16H", *(257 * value for value in range(0, 256, 16)))
    assert decode_picture(png(16, 16, 16, 0, row * 16), "a.png").pixels[5, :, 1].tolist() == list(range(0, 256, 16))


def test_16_bit_colour_opens_in_8_bits() -> None:
    values = (257 * 10, 257 * 100, 257 * 250)
    assert tuple(decode_picture(png(16, 16, 16, 2, struct.pack(">3H", *values) * 256), "a").pixels[2, 3]) == (
        10,
        100,
        250,
    )
    tags = ImageFileDirectory_v2(prefix=b"II")
    tags[256], tags[257], tags[258], tags[259], tags[262], tags[277] = 16, 16, (16, 16, 16), 1, 2, 3
    tags[273], tags[278], tags[279] = 0, 16, 16 * 16 * 6
    file = BytesIO()
    tags.save(file)
    file.write(struct.pack("<3H", *values) * 256)
    assert tuple(decode_picture(file.getvalue(), "a.tif").pixels[2, 3]) == (10, 100, 250)


def test_transparency_of_every_kind_is_kept() -> None:
    rgba = np.dstack((quarters(), np.arange(48 * 32).reshape(32, 48) % 256)).astype(np.uint8)
    picture = opened(Image.fromarray(rgba), "PNG")
    assert np.array_equal(picture.alpha, rgba[..., 3])  # type: ignore[arg-type]
    visible = rgba[..., 3] > 0
    assert np.array_equal(picture.pixels[visible], quarters()[visible])

    grey = opened(flat("LA", (77, 9)), "PNG")
    assert tuple(grey.pixels[0, 0]) == (77, 77, 77)
    assert grey.alpha is not None
    assert grey.alpha.tolist() == [[9] * 24] * 16


@pytest.mark.parametrize("format_name", ["PNG", "GIF"])
def test_a_transparent_palette_colour_becomes_alpha(format_name: str) -> None:
    image = flat("P", 0)
    image.putpalette([200, 30, 30, 10, 20, 30])
    image.paste(1, (0, 0, 12, 16))
    picture = opened(image, format_name, transparency=1)
    assert picture.alpha is not None
    assert (picture.alpha[0, 0], picture.alpha[0, 23]) == (0, 255)
    assert tuple(picture.pixels[0, 23]) == (200, 30, 30)


def test_a_16_bit_png_with_a_transparent_colour_opens() -> None:
    rows = (struct.pack(">3H", 2570, 25700, 64250) + struct.pack(">3H", 0, 0, 257)) * 128
    picture = decode_picture(png(16, 16, 16, 2, rows, (b"tRNS", struct.pack(">3H", 2570, 25700, 64250))), "a.png")
    assert picture.alpha is not None
    assert picture.alpha[0, :2].tolist() == [0, 255]


def test_full_opacity_is_no_transparency() -> None:
    assert opened(flat("RGBA", (1, 2, 3, 255)), "PNG").alpha is None


def test_a_profile_with_red_and_blue_exchanged_exchanges_them() -> None:
    picture = opened(flat("RGB", (200, 100, 50)), "PNG", icc_profile=profile_with(LINEAR_SRGB_TO_XYZ[:, ::-1]))
    assert np.abs(picture.pixels[0, 0].astype(int) - (50, 100, 200)).max() <= 1


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "JPEG", "WEBP", "AVIF"])
def test_display_p3_is_converted_by_its_matrix(format_name: str) -> None:
    color = np.array((180, 120, 90))
    expected = levels(np.linalg.inv(LINEAR_SRGB_TO_XYZ) @ LINEAR_P3_TO_XYZ @ linear(color))
    settings = {"quality": 100} if format_name not in ("PNG", "TIFF") else {}
    picture = opened(flat("RGB", tuple(color)), format_name, icc_profile=profile_with(LINEAR_P3_TO_XYZ), **settings)
    assert np.abs(expected - color).max() > 10  # the profile does matter here
    assert np.abs(picture.pixels[5, 5] - expected).max() <= (4 if settings else 1.5)


@pytest.mark.parametrize("format_name", ["TIFF", "JPEG"])
def test_a_cmyk_profile_decides_what_the_inks_look_like(format_name: str) -> None:
    white, black = (
        opened(flat("CMYK", inks), format_name, icc_profile=black_only_profile())
        for inks in ((255, 255, 255, 0), (0, 0, 0, 255))
    )
    assert white.pixels.min() >= 250  # without the profile: black
    assert black.pixels.max() <= 5


def test_an_srgb_profile_changes_no_pixel() -> None:
    other = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(opened(Image.fromarray(noise()), "PNG", icc_profile=other).pixels, noise())


@pytest.mark.parametrize("profile", [b"rubbish", srgb_profile()[:200], bytes(600)], ids=["rubbish", "cut", "zeros"])
def test_a_bad_profile_counts_as_srgb(profile: bytes) -> None:
    assert np.array_equal(opened(Image.fromarray(noise()), "PNG", icc_profile=profile).pixels, noise())


def test_a_profile_of_another_colour_space_is_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert np.array_equal(opened(Image.fromarray(noise()), "TIFF", icc_profile=lab).pixels, noise())


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "TIFF", "BMP"])
def test_the_resolution_is_read(format_name: str) -> None:
    assert opened(flat("RGB", "white"), format_name, dpi=(300, 300)).metadata.dpi == 300


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_no_resolution_is_made_up(format_name: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    assert opened(flat("RGB", "white"), format_name, exif=exif).metadata.dpi is None


def test_a_tiffs_structure_and_a_thumbnail_are_not_carried_on() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0100] = "A bridge", 24
    carried = Image.Exif()
    carried.load(opened(flat("RGB", "white"), "TIFF", exif=exif).metadata.exif)
    assert dict(carried) == {0x010E: "A bridge"}


def test_several_threads_may_open_pictures_at_once() -> None:
    odd_exif = encoded("JPEG", quarters(), exif=b"Exif\0\0II*\0\x08\0\0\0" + b"\x02\0" * 40)  # Pillow warns of it
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda _: decode_picture(odd_exif, "a.jpg"), range(64)))
    assert len({picture.fingerprint for picture in pictures}) == 1


def test_suffixes_are_lower_case_and_cover_what_is_promised() -> None:
    assert {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif", ".heic", ".bmp", ".gif"} <= set(OPEN_SUFFIXES)
    assert not {".eps", ".fits", ".pdf", ".svg"} & set(OPEN_SUFFIXES)


def test_importing_the_door_loads_no_codec_that_is_not_needed_and_changes_nothing_in_pillow() -> None:
    code = (
        "import sys; from PIL import Image; limit = Image.MAX_IMAGE_PIXELS; "
        "import studio.core.image_io, studio.core.image_io.xmp; "
        "assert 'pi_heif' not in sys.modules and 'PIL.AvifImagePlugin' not in sys.modules; "
        "assert Image.MAX_IMAGE_PIXELS == limit and not {'HEIF', 'EPS', 'FITS', 'PDF'} & set(Image.OPEN)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
