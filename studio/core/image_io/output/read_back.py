"""Read a file that was just written, its values as they are: nothing is converted, so they can be compared."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np

from studio.core.image_io.formats import ExportFormat
from studio.core.image_io.output.openraster import LayerValues, read_openraster
from studio.core.image_io.output.output_values import Values
from studio.core.image_io.picture_reader import read_header


def written_values(path: Path, name: str, format_name: ExportFormat, depth: int) -> tuple[Values, bytes | None]:
    """The values (H, W, 3 or 4) in a file, and its ICC profile; None where the format has another way to tell.

    Raises PictureError or DECODER_ERRORS where it cannot be read. Of OpenRaster: the merged picture.
    """
    import imagecodecs
    import tifffile

    data = path.read_bytes()
    match format_name:
        case "jxl":
            return imagecodecs.jpegxl_decode(data), None
        case "ora":
            return read_openraster(data)[1], None
    image = read_header(BytesIO(data), name)
    icc = image.info.get("icc_profile")
    match format_name, depth:
        case "png", 16:
            return imagecodecs.png_decode(data), icc
        case "avif", 10:
            return imagecodecs.avif_decode(data), icc
        case "tiff", _:
            with tifffile.TiffFile(BytesIO(data)) as file:
                return file.asarray(), icc
    image.load()
    return np.asarray(image), icc


def written_layers(path: Path) -> list[LayerValues]:
    """The layers of an OpenRaster file. Raises ValueError where it is none."""
    return read_openraster(path.read_bytes())[0]
