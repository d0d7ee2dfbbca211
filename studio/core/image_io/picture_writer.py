"""Export pictures: five formats, sRGB profile, EXIF, credits; verified before the old file is let go."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studio.core.errors import PictureError
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.exif import exported
from studio.core.image_io.formats import EXPORT_SUFFIXES, WRITE_LIMITS, ExportFormat, format_of
from studio.core.image_io.header_checks import DECODER_ERRORS, LARGEST_PIXELS
from studio.core.image_io.picture_reader import decode, hush_pillow
from studio.core.image_io.tiff_writer import encode_tiff
from studio.core.image_io.xmp import Credits, to_xmp
from studio.core.picture import Metadata, Picture, Pixels
from studio.core.storage.atomic_write import replace_file

_PILLOW_NAMES = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "avif": "AVIF"}
_FULL_CHROMA_QUALITY = 85  # from here on colour is kept at full resolution (4:4:4), as red strokes need
_ELSEWHERE = "The old file is untouched. Try again or save elsewhere."
_LOSSY_TOLERANCE = 40  # levels, on the mean of a sixteenth of the picture; a broken file is off by far more


@dataclass(frozen=True)
class ExportOptions:
    """How a file is written.

    quality: 1-100, of JPEG, WebP and AVIF. size: (width, height) px to scale to, None for the picture's own.
    dpi: None for what the photo came with. keep_gps: the place, and serial numbers too; with keep_exif only.
    label_ai: IPTC's "made with AI" mark.
    lossless: of WebP; PNG and TIFF always are, JPEG and AVIF never.
    """

    format: ExportFormat = "png"
    quality: int = 92
    size: tuple[int, int] | None = None
    dpi: float | None = None
    keep_exif: bool = True
    keep_gps: bool = False
    label_ai: bool = True
    lossless: bool = False

    def __post_init__(self) -> None:
        if self.format not in WRITE_LIMITS:
            raise PictureError(f"{self.format} is no export format; choose one of {', '.join(WRITE_LIMITS)}.")
        if not 1 <= self.quality <= 100:
            raise PictureError(f"The quality is {self.quality}; it must be between 1 and 100.")
        if self.dpi is not None and not 1 < self.dpi <= 100_000:
            raise PictureError(f"The resolution is {self.dpi:g} dpi; it must be between 2 and 100,000.")

    @property
    def is_lossless(self) -> bool:
        """Whether the file holds exactly the picture's pixels."""
        return self.format in ("png", "tiff") or (self.format == "webp" and self.lossless)


def save_picture(
    picture: Picture,
    path: Path,
    options: ExportOptions | None = None,
    credits: Credits | None = None,  # noqa: A002 (an interactive builtin)
    *,
    allow_plain: bool = False,
) -> int:
    """Write the picture to `path` and return the bytes written. options: None takes the format from the suffix.

    The file is written beside `path`, opened again and compared before it takes the name; on any failure `path` is as
    it was. Raises PictureError; also for a picture of one colour (`check_result`) unless `allow_plain`: pass True where
    a source was plain too.
    """
    if options is None:
        options = ExportOptions(format_of(path))
    elif format_of(path) != options.format:
        endings = " or ".join(suffix for suffix, name in EXPORT_SUFFIXES.items() if name == options.format)
        raise PictureError(f"{path.name} would hold a {options.format.upper()} picture.", f"End its name in {endings}.")
    if not allow_plain:
        check_result(picture)
    try:
        image = _prepare(picture, options)
        data = _encode(image, picture.metadata, options, credits)
        replace_file(path, data, lambda written: _verify(written, path.name, image, options))
    except MemoryError as error:
        raise _too_little_memory() from error
    return len(data)


def encode_picture(picture: Picture, options: ExportOptions, credits: Credits | None = None) -> bytes:  # noqa: A002
    """The bytes `save_picture` would write: for the clipboard, and to tell a file's size. Raises PictureError.

    JPEG has no transparency: the picture is laid on white. Other formats keep it.
    """
    try:
        return _encode(_prepare(picture, options), picture.metadata, options, credits)
    except MemoryError as error:
        raise _too_little_memory() from error


def check_export_size(width: int, height: int, format_name: ExportFormat) -> None:
    """Raise PictureError unless a picture of width x height px can be written in this format."""
    longest = WRITE_LIMITS[format_name].edge
    if min(width, height) < 1 or width * height > LARGEST_PIXELS:
        raise PictureError(
            f"{width:,} x {height:,} px cannot be exported; the limit is {LARGEST_PIXELS // 10**6} megapixels.",
            "Choose another size.",
        )
    if max(width, height) > longest:
        raise PictureError(
            f"{format_name.upper()} holds at most {longest:,} px on an edge, and this is {width:,} x {height:,} px.",
            "Choose a smaller size, or PNG or TIFF.",
        )


def check_result(picture: Picture) -> None:
    """Raise PictureError if the picture has one colour only, as black frames and numbers gone wrong have."""
    if is_plain(picture):
        red, green, blue = (int(value) for value in picture.pixels[0, 0])
        color = "black" if red == green == blue == 0 else f"one colour (#{red:02x}{green:02x}{blue:02x})"
        raise PictureError(
            f"The result is all {color}: something went wrong.", "Paint it again, or with less strength."
        )


def is_plain(picture: Picture) -> bool:
    """Whether all pixels have the same colour."""
    pixels = picture.pixels
    return bool((pixels[0] == pixels[0, 0]).all() and (pixels == pixels[:1]).all())  # most end after one row


def _prepare(picture: Picture, options: ExportOptions) -> Image.Image:
    width, height = options.size or (picture.width, picture.height)
    check_export_size(width, height, options.format)
    image = _as_image(picture.pixels, picture.alpha)
    if image.size != (width, height):
        # Pillow weighs colours by their alpha here, so that hidden ones do not bleed into the edge.
        image = image.resize((width, height), Image.Resampling.LANCZOS)
        if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")  # the little transparency there was is averaged away
    if options.format == "jpeg" and image.mode == "RGBA":
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image).convert("RGB")
    return image


def _encode(image: Image.Image, metadata: Metadata, options: ExportOptions, made_of: Credits | None) -> bytes:
    hush_pillow()
    limits = WRITE_LIMITS[options.format]
    dpi = options.dpi or metadata.dpi
    exif = exported(
        metadata.exif if options.keep_exif else b"",
        keep_gps=options.keep_gps,
        dpi=dpi,
        size=image.size,
        most=limits.exif,
    )
    xmp = to_xmp(made_of, options.label_ai, limits.xmp) if made_of is not None else b""
    try:
        try:
            return _written(image, options, exif, xmp, dpi)
        except DECODER_ERRORS:
            if not exif:
                raise
            return _written(image, options, b"", xmp, dpi)  # what a camera noted never stops an export
    except MemoryError:
        raise
    except DECODER_ERRORS as error:
        raise PictureError(f"The picture could not be written as {options.format.upper()}: {error}.") from error


def _written(image: Image.Image, options: ExportOptions, exif: bytes, xmp: bytes, dpi: float | None) -> bytes:
    if options.format == "tiff":
        return encode_tiff(image, srgb_profile(), exif, xmp, dpi)
    buffer = BytesIO()
    settings = _settings(options, exif, xmp, dpi)
    image.save(buffer, _PILLOW_NAMES[options.format], icc_profile=srgb_profile(), **settings)
    return buffer.getvalue()


def _settings(options: ExportOptions, exif: bytes, xmp: bytes, dpi: float | None) -> dict[str, Any]:
    chroma = "4:4:4" if options.quality >= _FULL_CHROMA_QUALITY else "4:2:0"
    settings: dict[str, Any] = {"dpi": (dpi, dpi)} if dpi is not None else {}
    match options.format:
        case "png":
            chunks = PngInfo()
            if xmp:
                chunks.add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8"))
            return settings | {"exif": exif, "pnginfo": chunks}
        case "jpeg":
            return settings | {"exif": exif, "xmp": xmp, "quality": options.quality, "subsampling": chroma}
        case "webp":
            exact = {"lossless": options.lossless, "exact": options.lossless}  # exact: colours under alpha 0 too
            return exact | {"exif": exif, "xmp": xmp, "quality": options.quality}
        case _:
            return {"exif": exif, "xmp": xmp, "quality": options.quality, "subsampling": chroma}


def _verify(written: Path, name: str, image: Image.Image, options: ExportOptions) -> None:
    """Raise PictureError unless the file decodes to what was to be written."""
    try:
        with written.open("rb") as file:
            found = decode(file, name, smallest_edge=1, keep_hidden=True)
    except PictureError as error:
        raise PictureError(f"{name} could not be read back after writing: {error.message}", _ELSEWHERE) from error
    if found.notes:
        raise PictureError(f"{name} came out incomplete: {found.notes[0]}", _ELSEWHERE)
    again = _as_image(found.pixels, found.alpha)
    if again.size != image.size:
        raise PictureError(f"{name} came out as {found.width} x {found.height} px.", _ELSEWHERE)
    if options.is_lossless:
        is_same = again.mode == image.mode and np.array_equal(np.asarray(again), np.asarray(image))
    else:
        is_same = bool(np.abs(_grid(again) - _grid(image)).max() <= _LOSSY_TOLERANCE)
    if not is_same:
        raise PictureError(f"{name} came out with other pixels than the picture has.", _ELSEWHERE)


def _too_little_memory() -> PictureError:
    return PictureError("There is not enough memory for a picture this large.", "Choose a smaller size.")


def _as_image(pixels: Pixels, alpha: Pixels | None) -> Image.Image:
    if alpha is None or alpha.min() == 255:
        return Image.fromarray(pixels)
    return Image.fromarray(np.dstack((pixels, alpha)))


def _grid(image: Image.Image) -> NDArray[np.int16]:
    # Weighted by alpha: what is hidden under alpha 0, lossy codecs throw away.
    weighted = image.convert("RGBA").convert("RGBa")
    return np.asarray(weighted.resize((4, 4), Image.Resampling.BOX)).astype(np.int16)
