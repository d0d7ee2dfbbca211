"""A corpus of TIFFs of all kinds, made here; what each must look like is computed from the specification."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from studio.core.errors import PictureError
from studio.core.image_io import decode_picture
from studio.core.image_io.color_profile import srgb_profile
from studio.core.picture import Pixels
from tests.support.picture_files import noise, stored, tiff

HEIGHT, WIDTH = 24, 40
SEEN = noise(WIDTH, HEIGHT)  # what must be seen of a picture in colour
GREY = SEEN[..., 0]
GREY_SEEN = np.repeat(GREY[..., None], 3, axis=2)
ALPHA = noise(WIDTH, HEIGHT, 4)[..., 3]
LOSSLESS = ("lzw", "zlib", "packbits", "zstd", "lzma")


@dataclass(frozen=True)
class Case:
    name: str
    data: bytes
    pixels: Pixels
    alpha: Pixels | None = None
    tolerance: int = 0
    covered: Pixels | None = field(default=None)
    """Where the pixels count; None: everywhere."""


def written(values: np.ndarray[Any, Any], **settings: Any) -> bytes:
    file = BytesIO()
    with_defaults = {"metadata": None, "software": False} | settings
    tifffile.imwrite(file, values, **with_defaults)
    return file.getvalue()


def scaled(levels: Pixels, kind: str) -> np.ndarray[Any, Any]:
    """Levels 0..255 in another type, white staying white."""
    dtype = np.dtype(kind)
    if dtype.kind == "f":
        return (levels / np.float64(255)).astype(dtype)
    white = int(np.iinfo(dtype).max)
    return np.array([(2 * level * white + 255) // 510 for level in range(256)], dtype)[levels]


def of_sample_types() -> Iterator[Case]:
    for kind in ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"):
        tolerance = 1 if kind == "i1" else 0  # 128 steps for 256 levels
        for order in "<>":
            for big in (False, True):
                where = f"{kind} {order} {'big' if big else 'classic'}"
                settings: dict[str, Any] = {"byteorder": order, "bigtiff": big}
                rgb, grey = scaled(SEEN, kind), scaled(GREY, kind)
                yield Case(f"rgb {where}", written(rgb, photometric="rgb", **settings), SEEN, None, tolerance)
                yield Case(
                    f"grey {where}", written(grey, photometric="minisblack", **settings), GREY_SEEN, None, tolerance
                )
                if kind in ("u1", "u2", "u4", "f4"):
                    inverse = scaled(255 - GREY, kind)
                    data = written(inverse, photometric="miniswhite", **settings)
                    yield Case(f"white is zero {where}", data, GREY_SEEN)


def of_layouts() -> Iterator[Case]:
    layouts: dict[str, dict[str, Any]] = {
        "one strip": {},
        "strips of 1": {"rowsperstrip": 1},
        "strips of 7": {"rowsperstrip": 7},
        "tiles": {"tile": (16, 16)},
        "wide tiles": {"tile": (16, 32)},
        "tiles larger than the picture": {"tile": (64, 64)},
    }
    for kind in ("u1", "u2", "f4"):
        for name, layout in layouts.items():
            for planar in ("contig", "separate"):
                values = scaled(SEEN, kind)
                values = values if planar == "contig" else np.moveaxis(values, 2, 0)
                data = written(values, photometric="rgb", planarconfig=planar, **layout)
                yield Case(f"{name} {planar} {kind}", data, SEEN)


def of_compressions() -> Iterator[Case]:
    for compression in LOSSLESS:
        for kind in ("u1", "u2", "f4"):
            for predictor in (False, True):
                if predictor and compression == "packbits":
                    continue
                for tile in (None, (16, 16)):
                    data = written(
                        scaled(SEEN, kind), photometric="rgb", compression=compression, predictor=predictor, tile=tile
                    )
                    name = f"{compression}{' predicted' if predictor else ''} {kind}{' tiles' if tile else ''}"
                    yield Case(name, data, SEEN)
    smooth = np.linspace(0, 255, WIDTH).round().astype(np.uint8)[None, :, None].repeat(HEIGHT, 0).repeat(3, 2)
    for compression, tolerance in (("jpeg", 8), ("webp", 8), ("jpeg2000", 8)):
        for tile in (None, (16, 16)):
            data = written(smooth, photometric="rgb", compression=compression, tile=tile)
            yield Case(f"{compression}{' tiles' if tile else ''}", data, smooth, None, tolerance)
    grey = written(smooth[..., 0], photometric="minisblack", compression="jpeg")
    yield Case("jpeg grey", grey, smooth, None, 8)
    file = BytesIO()
    colored = np.dstack((smooth[..., 0], smooth[..., 0] // 2, 255 - smooth[..., 0]))
    Image.fromarray(colored).save(file, "TIFF", compression="jpeg", quality=95)
    yield Case("jpeg in YCbCr, subsampled", file.getvalue(), colored, None, 10)
    bits = np.where(GREY > 127, 255, 0).astype(np.uint8)
    for name in ("group3", "group4", "tiff_lzw", "packbits"):
        file = BytesIO()
        Image.fromarray(bits).convert("1").save(file, "TIFF", compression=name)
        yield Case(f"1 bit {name}", file.getvalue(), np.repeat(bits[..., None], 3, axis=2))
    for options, name in ((1, "in two dimensions"), (4, "with filled lines"), (5, "in two dimensions, filled")):
        file = BytesIO()
        Image.fromarray(bits).convert("1").save(file, "TIFF", compression="group3", tiffinfo={292: options})
        yield Case(f"1 bit group3 {name}", file.getvalue(), np.repeat(bits[..., None], 3, axis=2))


def of_bits() -> Iterator[Case]:
    for bits in (1, 2, 4, 6, 10, 12, 14):
        for photometric in ("minisblack", "miniswhite"):
            white = 2**bits - 1
            codes = np.rint(GREY * (white / 255)).astype(np.uint16 if bits > 8 else np.uint8)
            seen = np.rint(codes * (255 / white)).astype(np.uint8)
            stored = codes if photometric == "minisblack" else (white - codes).astype(codes.dtype)
            row_bits = "".join
            packed = b"".join(
                int(row_bits(f"{value:0{bits}b}" for value in row).ljust(-(-WIDTH * bits // 8) * 8, "0"), 2).to_bytes(
                    -(-WIDTH * bits // 8)
                )
                for row in stored.tolist()
            )
            tags = {
                256: (4, 1, WIDTH), 257: (4, 1, HEIGHT), 258: (3, 1, bits), 259: (3, 1, 1),
                262: (3, 1, 1 if photometric == "minisblack" else 0), 277: (3, 1, 1), 278: (4, 1, HEIGHT),
                279: (4, 1, len(packed)),
            }  # fmt: skip
            tags[273] = (4, 1, 8 + 2 + 12 * (len(tags) + 1) + 4)
            yield Case(f"{bits} packed bits {photometric}", tiff(tags, packed), np.repeat(seen[..., None], 3, axis=2))
    for kind in ("u2", "i2", "u4", "i4"):
        for bits in (8, 10, 12, 14, 15):
            white = 2**bits - 1
            for told in (True, False):
                range_bits = np.dtype(kind).itemsize * 8 - (kind[0] == "i")
                if bits > range_bits or (not told and (bits > range_bits - 4 or bits in (14, 15))):
                    continue  # nothing tells: see `deep_pixels.likely_white`
                for colors, seen in ((GREY, GREY_SEEN), (SEEN, SEEN)):
                    codes = np.rint(colors * (white / 255)).astype(kind)
                    extra = [(281, "I", 1, white, True)] if told else []
                    photometric = "minisblack" if colors.ndim == 2 else "rgb"
                    data = written(codes, photometric=photometric, extratags=extra)
                    expected = np.rint(np.rint(colors * (white / 255)) * (255 / white)).astype(np.uint8)
                    assert np.abs(expected.astype(int) - (colors if colors.ndim == 3 else GREY)).max() <= 1
                    yield Case(f"{bits} bits in {kind} {photometric}{'' if told else ' untold'}", data, seen, None, 1)


def of_white() -> Iterator[Case]:
    full = scaled(GREY // 8, "u2")  # a dark picture, which the tag calls 16 bits
    data = written(full, photometric="minisblack", extratags=[(281, "H", 1, 65535, True)])
    yield Case("dark but 16 bits", data, np.repeat((GREY // 8)[..., None], 3, axis=2))
    for white in (2.0, 1000.0):
        data = written(
            (GREY / 255 * white).astype("f4"), photometric="minisblack", extratags=[(341, "f", 1, white, True)]
        )
        yield Case(f"floats up to {white}", data, GREY_SEEN)
    for white in (255.0, 4095.0, 65535.0):
        yield Case(
            f"floats like {white}", written((GREY / 255 * white).astype("f4"), photometric="minisblack"), GREY_SEEN
        )
    below_knee = np.minimum(GREY, 200)
    hdr = (below_knee / 255).astype("f4")
    hdr[0, :6] = (1.3, 5.0, np.inf, np.nan, -1.0, 1.0)
    expected = np.repeat(below_knee[..., None], 3, axis=2)
    expected[0, :6] = np.array((238, 255, 255, 0, 0, 236))[:, None]  # 0.8 + 0.2 (1 - exp((0.8 - x) / 0.2))
    expected[0, 0] = round(255 * (0.8 + 0.2 * (1 - np.exp(-0.5 / 0.2))))
    expected[0, 5] = round(255 * (0.8 + 0.2 * (1 - np.exp(-0.2 / 0.2))))
    yield Case("highlights above 1", written(hdr, photometric="minisblack"), expected)


def of_alpha() -> Iterator[Case]:
    visible = (ALPHA > 0).astype(np.uint8)
    for kind in ("u1", "u2", "f4"):
        for planar in ("contig", "separate"):
            for colors, seen, photometric in ((SEEN, SEEN, "rgb"), (GREY[..., None], GREY_SEEN, "minisblack")):
                color, opacity = scaled(colors, kind), scaled(ALPHA, kind)
                for extra in ("unassalpha", "assocalpha"):
                    stored = color
                    tolerance = 0
                    if extra == "assocalpha":
                        share = ALPHA[..., None] / 255
                        stored = color * share if kind == "f4" else np.rint(color * share)
                        tolerance = {"u1": 255, "u2": 2, "f4": 1}[kind]
                    values = np.dstack((stored.astype(color.dtype), opacity))
                    values = values if planar == "contig" else np.moveaxis(values, 2, 0)
                    data = written(values, photometric=photometric, extrasamples=[extra], planarconfig=planar)
                    covered = visible if extra == "unassalpha" else (ALPHA > 160).astype(np.uint8)
                    tolerance = min(tolerance, 2)
                    yield Case(f"{photometric} {extra} {planar} {kind}", data, seen, ALPHA, tolerance, covered)
    values = np.dstack((SEEN, ALPHA))
    yield Case(
        "an extra sample that is no alpha", written(values, photometric="rgb", extrasamples=["unspecified"]), SEEN
    )


def of_color_models() -> Iterator[Case]:
    inks = noise(WIDTH, HEIGHT, 4)
    part = inks.astype(np.float64) / 255
    seen = np.rint(255 * (1 - part[..., :3]) * (1 - part[..., 3:])).astype(np.uint8)
    for kind in ("u1", "u2", "f4"):
        for planar in ("contig", "separate"):
            values = scaled(inks, kind)
            values = values if planar == "contig" else np.moveaxis(values, 2, 0)
            data = written(values, photometric="separated", planarconfig=planar)
            yield Case(f"CMYK {planar} {kind}", data, seen, None, 2)
    lab = np.stack(
        (GREY / 255 * 60 + 20, (ALPHA / 255 - 0.5) * 20, (SEEN[..., 1] / 255 - 0.5) * 20), axis=-1
    )  # within sRGB
    lab_seen = srgb_of_lab(lab)
    eight = np.dstack((np.rint(lab[..., :1] * 2.55), np.rint(lab[..., 1:]) % 256)).astype(np.uint8)
    sixteen = np.dstack((np.rint(lab[..., :1] * 655.35), np.rint(lab[..., 1:] * 256) % 65536)).astype(np.uint16)
    offset8 = np.dstack((np.rint(lab[..., :1] * 2.55), np.rint(lab[..., 1:]) + 128)).astype(np.uint8)
    offset16 = np.dstack((np.rint(lab[..., :1] * 655.35), np.rint((lab[..., 1:] + 128) * 256))).astype(np.uint16)
    for name, values, tolerance in (("u1", eight, 4), ("u2", sixteen, 1), ("f4", lab.astype("f4"), 1)):
        yield Case(f"CIELab {name}", written(values, photometric="cielab"), lab_seen, None, tolerance)
    for name, values, tolerance in (("u1", offset8, 4), ("u2", offset16, 1)):
        yield Case(f"ICCLab {name}", written(values, photometric="icclab"), lab_seen, None, tolerance)
    table = noise(256, 1)[0]
    for scale, what in ((257, "16 bits"), (1, "8 bits, as old writers have it")):
        data = written(GREY, photometric="palette", colormap=table.T.astype(np.uint16) * scale)
        yield Case(f"palette in {what}", data, table[GREY])
    for bits in (1, 2, 4):
        codes = GREY >> (8 - bits)
        file = BytesIO()
        image = Image.fromarray(codes.astype(np.uint8))
        image.putpalette(table[: 2**bits].tobytes())
        image.save(file, "TIFF", bits=bits)
        yield Case(f"palette of {2**bits}", file.getvalue(), table[codes])
    y = 0.299 * SEEN[..., 0] + 0.587 * SEEN[..., 1] + 0.114 * SEEN[..., 2]
    ycc = np.stack((y, 128 + (SEEN[..., 2] - y) / 1.772, 128 + (SEEN[..., 0] - y) / 1.402), axis=-1)
    values = np.rint(ycc).clip(0, 255).astype(np.uint8)
    data = written(values, photometric="rgb", extratags=[(530, "H", 2, (1, 1), True)])
    at = data.index(struct.pack("<HHIHH", 262, 3, 1, 2, 0))
    yield Case("YCbCr", data[: at + 8] + struct.pack("<H", 6) + data[at + 10 :], SEEN, None, 3)


def of_profiles() -> Iterator[Case]:
    for kind in ("u1", "u2", "f4"):
        yield Case(
            f"sRGB profile {kind}",
            written(scaled(SEEN, kind), photometric="rgb", iccprofile=srgb_profile()),
            SEEN,
            None,
            1,
        )
        linear = linear_profile()
        light = np.where(SEEN / 255 <= 0.04045, SEEN / 255 / 12.92, ((SEEN / 255 + 0.055) / 1.055) ** 2.4)
        if kind != "u1":
            values = light.astype("f4") if kind == "f4" else np.rint(light * 65535).astype("u2")
            yield Case(f"linear profile {kind}", written(values, photometric="rgb", iccprofile=linear), SEEN, None, 3)


def of_omissions() -> Iterator[Case]:
    for rows in (24, 7):  # no StripByteCounts
        data = written(SEEN, photometric="rgb", rowsperstrip=rows)
        yield Case(
            f"no lengths of strips of {rows}", data.replace(struct.pack("<H", 279), struct.pack("<H", 999)), SEEN
        )
    data = written(SEEN, photometric="rgb", rowsperstrip=24)
    for tag, name in ((278, "rows per strip"), (284, "planar configuration"), (259, "compression")):
        at = data.index(struct.pack("<HH", tag, 4 if tag == 278 else 3))
        yield Case(f"no {name}", data[:at] + struct.pack("<H", 999) + data[at + 2 :], SEEN)


def of_orientations() -> Iterator[Case]:
    for orientation in range(1, 9):
        pixels = stored(SEEN, orientation)
        for kind in ("u1", "u2"):
            values = scaled(pixels, kind)
            for layout in ({"rowsperstrip": 5}, {"tile": (16, 16)}):
                data = written(values, photometric="rgb", extratags=[(274, "H", 1, orientation, True)], **layout)
                yield Case(f"turned {orientation} {kind} {next(iter(layout))}", data, SEEN)


def linear_profile() -> bytes:
    """The sRGB profile with straight curves."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(132, 132 + 12 * int.from_bytes(profile[128:132]), 12):
        tag, offset, size = struct.unpack(">4sII", profile[at : at + 12])
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            profile[offset : offset + size] = (b"curv" + bytes(8)).ljust(size, b"\0")
    return bytes(profile)


def srgb_of_lab(lab: np.ndarray[Any, Any]) -> Pixels:
    y = (lab[..., 0] + 16) / 116
    f = np.stack((y + lab[..., 1] / 500, y, y - lab[..., 2] / 200), axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * (0.9642, 1.0, 0.8249)
    to_xyz = np.array(((0.4361, 0.3851, 0.1431), (0.2225, 0.7169, 0.0606), (0.0139, 0.0971, 0.7142)))
    light = (xyz @ np.linalg.inv(to_xyz).T).clip(0, 1)
    codes = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    levels: Pixels = np.rint(255 * codes).astype(np.uint8)
    return levels


CORPUS = {
    case.name: case
    for cases in (
        of_sample_types, of_layouts, of_compressions, of_bits, of_white, of_alpha, of_color_models, of_profiles,
        of_omissions, of_orientations,
    )
    for case in cases()
}  # fmt: skip


@pytest.mark.parametrize("name", CORPUS)
def test_a_tiff_looks_as_its_numbers_say(name: str) -> None:
    case = CORPUS[name]
    picture = decode_picture(case.data, "a.tif")
    covered = np.ones(case.pixels.shape[:2], bool) if case.covered is None else case.covered.astype(bool)
    difference = np.abs(picture.pixels.astype(int) - case.pixels)[covered]
    assert difference.max() <= case.tolerance
    if case.alpha is None:
        assert picture.alpha is None
    else:
        assert picture.alpha is not None
        assert np.abs(picture.alpha.astype(int) - case.alpha).max() <= (1 if case.tolerance else 0)


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(CORPUS) >= 350


def test_a_damaged_tiff_of_any_kind_gives_a_picture_or_a_picture_error() -> None:
    rng = np.random.default_rng(9)
    cases = list(CORPUS.values())
    outcomes = []
    for index in range(600):
        damaged = bytearray(cases[int(rng.integers(len(cases)))].data)
        end = 300 if index % 3 else len(damaged)  # mostly in the tags
        for at in rng.integers(0, min(end, len(damaged)), int(rng.integers(1, 6))):
            damaged[at] = int(rng.integers(256))
        try:
            outcomes.append(
                decode_picture(bytes(damaged[: None if index % 4 else len(damaged) // 2]), "a.tif") is not None
            )
        except PictureError as error:
            assert "a.tif" in error.message
            outcomes.append(False)
    assert 100 < sum(outcomes) < 500
