"""Open and save pictures: the names that other packages need; what is behind them is imported by its module."""

from studio.core.image_io.formats import EXPORT_SUFFIXES, OPEN_SUFFIXES, ExportFormat, format_of
from studio.core.image_io.header_checks import LARGEST_PIXELS
from studio.core.image_io.output.export_options import ExportOptions
from studio.core.image_io.picture_reader import decode_picture, open_picture
from studio.core.image_io.picture_writer import (
    Layer,
    check_export_size,
    check_result,
    encode_picture,
    is_plain,
    save_picture,
)

__all__ = [
    "EXPORT_SUFFIXES",
    "LARGEST_PIXELS",
    "OPEN_SUFFIXES",
    "ExportFormat",
    "ExportOptions",
    "Layer",
    "check_export_size",
    "check_result",
    "decode_picture",
    "encode_picture",
    "format_of",
    "is_plain",
    "open_picture",
    "save_picture",
]
