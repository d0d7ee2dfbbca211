"""Write an OpenRaster file: the layers of an artwork as a ZIP of PNGs that Krita, GIMP and MyPaint open."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from PIL import Image

from studio.core.displayable import displayable
from studio.core.image_io.output.output_values import LayerValues, Values
from studio.core.image_io.output.png_writer import encode_png

MIME_TYPE = b"image/openraster"
_VERSION = "0.0.3"
_THUMBNAIL_EDGE = 256  # px
_MERGED, _THUMBNAIL, _STACK = "mergedimage.png", "Thumbnails/thumbnail.png", "stack.xml"


def encode_openraster(
    layers: Sequence[LayerValues], merged: Values, icc: bytes, exif: bytes, xmp: bytes, dpi: float | None
) -> bytes:
    """An OpenRaster file. layers: the topmost first. merged: what they look like together; it carries EXIF and XMP.

    Source: OpenRaster Baseline 0.0.5 (openraster.org): the MIME type first and not compressed, a stack of layers, their
    PNGs under data/, the merged picture and a thumbnail of at most 256 px.
    """
    height, width = merged.shape[:2]
    root = Element("image", {"version": _VERSION, "w": str(width), "h": str(height)})
    if dpi is not None:
        root.set("xres", str(round(dpi)))
        root.set("yres", str(round(dpi)))
    stack = SubElement(root, "stack")
    files: list[tuple[str, bytes]] = []
    for number, layer in enumerate(layers):
        place = f"data/layer{number}.png"
        told = {"name": displayable(layer.name), "src": place, "x": "0", "y": "0", "opacity": "1.0"}
        told |= {"visibility": "visible" if layer.is_visible else "hidden", "composite-op": "svg:src-over"}
        SubElement(stack, "layer", told)
        files.append((place, encode_png(layer.values, icc, b"", b"", dpi)))
    files.append((_MERGED, encode_png(merged, icc, exif, xmp, dpi)))
    files.append((_THUMBNAIL, _thumbnail(merged)))
    stack_xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr(ZipInfo("mimetype"), MIME_TYPE, ZIP_STORED)
        archive.writestr(ZipInfo(_STACK), stack_xml, ZIP_DEFLATED)
        for name, data in files:
            archive.writestr(ZipInfo(name), data, ZIP_STORED)  # PNGs are compressed already
    return file.getvalue()


def read_openraster(data: bytes) -> tuple[list[LayerValues], Values]:
    """The layers and the merged picture of a file that `encode_openraster` has made. Raises ValueError."""
    import imagecodecs

    try:
        with ZipFile(BytesIO(data)) as archive:
            first = archive.infolist()[0]
            if (first.filename, first.compress_type, archive.read(first)) != ("mimetype", ZIP_STORED, MIME_TYPE):
                raise ValueError("it does not begin with its type")
            root = ElementTree.fromstring(archive.read(_STACK))
            layers = [
                LayerValues(
                    layer.get("name", ""),
                    imagecodecs.png_decode(archive.read(layer.get("src", ""))),
                    layer.get("visibility") == "visible",
                )
                for layer in root.iterfind("stack/layer")
            ]
            return layers, imagecodecs.png_decode(archive.read(_MERGED))
    except (BadZipFile, KeyError, IndexError, ElementTree.ParseError, RuntimeError) as error:
        raise ValueError(str(error)) from error


def _thumbnail(merged: Values) -> bytes:
    step = max(1, min(merged.shape[:2]) // (4 * _THUMBNAIL_EDGE))  # of the largest, what is averaged is enough
    levels = merged[::step, ::step]
    if levels.dtype == np.uint16:
        levels = ((levels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(levels))
    image.thumbnail((_THUMBNAIL_EDGE, _THUMBNAIL_EDGE), Image.Resampling.LANCZOS)
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
