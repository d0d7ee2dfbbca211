"""Export pictures: sRGB or another profile, EXIF, credits, layers; verified before the old file is let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studio.core.errors import PictureError
from studio.core.image_io.color_profile import srgb_profile
from studio.core.image_io.exif import exported
from studio.core.image_io.formats import EXPORT_SUFFIXES, WRITE_LIMITS, ExportFormat, format_of, format_title
from studio.core.image_io.header_checks import DECODER_ERRORS, LARGEST_PIXELS
from studio.core.image_io.output.avif_writer import encode_avif
from studio.core.image_io.output.content_credentials import check_signable, signed
from studio.core.image_io.output.export_options import ExportOptions
from studio.core.image_io.output.jpeg_xl_writer import encode_jpeg_xl
from studio.core.image_io.output.openraster import encode_openraster
from studio.core.image_io.output.output_values import (
    LayerValues,
    Sheet,
    Values,
    image_of,
    output_values,
    pixel_values,
)
from studio.core.image_io.output.png_writer import encode_png
from studio.core.image_io.output.read_back import verify
from studio.core.image_io.output.rgb_profiles import export_profile, is_of_inks
from studio.core.image_io.output.signing_key import SigningKey
from studio.core.image_io.picture_reader import hush_pillow
from studio.core.image_io.tiff_writer import encode_tiff
from studio.core.image_io.xmp import Credits, to_xmp
from studio.core.picture import Metadata, Picture
from studio.core.storage.atomic_write import replace_file

_PILLOW_NAMES: dict[ExportFormat, str] = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "avif": "AVIF"}
_FULL_CHROMA_QUALITY = 85  # from here on colour is kept at full resolution (4:4:4), as red strokes need


@dataclass(frozen=True)
class Layer:
    """A picture that is written below the artwork where a format has layers; scaled to its size."""

    name: str
    picture: Picture
    is_visible: bool = True


def save_picture(
    picture: Picture,
    path: Path,
    options: ExportOptions | None = None,
    credits: Credits | None = None,  # noqa: A002 (an interactive builtin)
    *,
    allow_plain: bool = False,
    layers: Sequence[Layer] = (),
    key: SigningKey | None = None,
    photos: Sequence[bytes | None] = (),
) -> int:
    """Write the picture to `path` and return the bytes written. options: None takes the format from the suffix.

    The file is written beside `path`, opened again and compared before it takes the name; on any failure `path` is as
    it was. Raises PictureError; also for a picture of one colour (`check_result`) unless `allow_plain`: pass True where
    a source was plain too. layers: what lies below the artwork in OpenRaster, the topmost first. key: signs the file,
    which is read back with its signature. photos: as of `signed`.
    """
    if key is not None:
        check_signable(options.format if options is not None else format_of(path))
    if options is None:
        options = ExportOptions(format_of(path))
    elif format_of(path) != options.format:
        endings = " or ".join(suffix for suffix, name in EXPORT_SUFFIXES.items() if name == options.format)
        raise PictureError(
            f"{path.name} would hold a {format_title(options.format)} picture.", f"End its name in {endings}."
        )
    if not allow_plain:
        check_result(picture)
    try:
        sheet = _prepare(picture, options, layers)
        data = _encode(sheet, picture.metadata, options, credits)
        if key is not None:
            made_of = credits or Credits(path.stem, (), (), None)
            data = signed(data, options.format, key, made_of, no_learn=options.no_learn, photos=photos)
        replace_file(path, data, lambda written: verify(written, path.name, sheet, options, key))
    except MemoryError as error:
        raise _too_little_memory() from error
    return len(data)


def encode_picture(
    picture: Picture,
    options: ExportOptions,
    credits: Credits | None = None,  # noqa: A002
    layers: Sequence[Layer] = (),
    key: SigningKey | None = None,
    photos: Sequence[bytes | None] = (),
) -> bytes:
    """The bytes `save_picture` would write: for the clipboard, and to tell a file's size. Raises PictureError.

    JPEG and inks have no transparency: the picture is laid on white. All else keeps it.
    """
    try:
        data = _encode(_prepare(picture, options, layers), picture.metadata, options, credits)
        if key is None:
            return data
        made_of = credits or Credits("", (), (), None)
        return signed(data, options.format, key, made_of, no_learn=options.no_learn, photos=photos)
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
        title = format_title(format_name)
        raise PictureError(
            f"{title} holds at most {longest:,} px on an edge, and this is {width:,} x {height:,} px.",
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


def _prepare(picture: Picture, options: ExportOptions, layers: Sequence[Layer]) -> Sheet:
    size = options.size or (picture.width, picture.height)
    check_export_size(*size, options.format)
    icc = export_profile(options.profile, picture.metadata, options.format)
    on_white = options.format == "jpeg" or is_of_inks(icc)
    is_as_shown = options.depth == 8 and icc == srgb_profile() and not (options.dither and picture.fine is not None)

    def values_of(each: Picture, colors: bytes = icc) -> Values:
        if is_as_shown:
            return np.asarray(_as_shown(each, size, on_white=on_white))
        return output_values(
            each,
            size,
            colors,
            options.intent,
            options.depth,
            on_white=on_white,
            is_dithered=options.dither,
        )

    painted = values_of(picture)
    if options.format == "jxl" and not options.lossless and icc != srgb_profile():
        return Sheet(painted, icc, given=values_of(picture, srgb_profile()))
    if options.format != "ora":
        return Sheet(painted, icc)
    below = [LayerValues(layer.name, values_of(layer.picture), layer.is_visible) for layer in layers]
    return Sheet(painted, icc, (LayerValues("Artwork", painted), *below))


def _as_shown(picture: Picture, size: tuple[int, int], *, on_white: bool) -> Image.Image:
    """The bytes that are on the screen."""
    image = Image.fromarray(pixel_values(picture.pixels, picture.alpha))
    if image.size != size:
        # Pillow weighs colours by their alpha here, so that hidden ones do not bleed into the edge.
        image = image.resize(size, Image.Resampling.LANCZOS)
        if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")  # the little transparency there was is averaged away
    if on_white and image.mode == "RGBA":
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image).convert("RGB")
    return image


def _encode(sheet: Sheet, metadata: Metadata, options: ExportOptions, made_of: Credits | None) -> bytes:
    hush_pillow()
    limits = WRITE_LIMITS[options.format]
    dpi = options.dpi or metadata.dpi
    exif = exported(
        metadata.exif if options.keep_exif else b"",
        keep_gps=options.keep_gps,
        dpi=dpi,
        size=(sheet.values.shape[1], sheet.values.shape[0]),
        most=limits.exif,
        is_srgb=sheet.is_srgb,
    )
    xmp = to_xmp(made_of, options.label_ai, limits.xmp, options.no_learn) if made_of is not None else b""
    try:
        try:
            return _written(sheet, options, exif, xmp, dpi)
        except DECODER_ERRORS:
            if not exif:
                raise
            return _written(sheet, options, b"", xmp, dpi)  # what a camera noted never stops an export
    except MemoryError:
        raise
    except DECODER_ERRORS as error:
        raise PictureError(f"The picture could not be written as {format_title(options.format)}: {error}.") from error


def _written(sheet: Sheet, options: ExportOptions, exif: bytes, xmp: bytes, dpi: float | None) -> bytes:
    values, icc = sheet.values, sheet.icc
    match options.format, options.depth:
        case "tiff", _:
            return encode_tiff(values, icc, exif, xmp, dpi, is_inks=sheet.is_inks)
        case "png", 16:
            return encode_png(values, icc, exif, xmp, dpi)
        case "avif", 10:
            return encode_avif(values, options.quality, icc, sheet.is_srgb, exif, xmp)
        case "jxl", _:
            given = values if sheet.given is None else sheet.given
            return encode_jpeg_xl(given, options.quality, options.lossless, exif, xmp, options.profile)
        case "ora", _:
            return encode_openraster(sheet.layers, values, icc, exif, xmp, dpi)
    buffer = BytesIO()
    settings = _settings(options, exif, xmp, dpi)
    image_of(values, is_inks=sheet.is_inks).save(buffer, _PILLOW_NAMES[options.format], icc_profile=icc, **settings)
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


def _too_little_memory() -> PictureError:
    return PictureError("There is not enough memory for a picture this large.", "Choose a smaller size.")
