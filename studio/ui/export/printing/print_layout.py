"""Where a picture lies on a page, and painting it there: used alike for the preview, the printer and a PDF."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter

from studio.core.errors import WriteError
from studio.core.storage.atomic_write import part_beside, replace_file, unwritable

MM_PER_INCH = 25.4
_END_OF_PDF = b"%%EOF"


@dataclass(frozen=True)
class PrintSize:
    """How large a picture is to be on paper, in mm."""

    width: float
    height: float

    @classmethod
    def fitting(cls, pixels: QSizeF, page: QRectF) -> PrintSize:
        """As large as the page's printable area (mm) takes a picture of this shape."""
        scale = min(page.width() / pixels.width(), page.height() / pixels.height())
        return cls(pixels.width() * scale, pixels.height() * scale)

    def is_larger_than(self, page: QRectF) -> bool:
        """Whether an edge would be cut off; a tenth of a mm is rounding."""
        return self.width > page.width() + 0.1 or self.height > page.height() + 0.1


def printable_area(printer: QPrinter) -> QRectF:
    """The part of the page that can be printed on, in mm."""
    return printer.pageLayout().paintRect(QPageLayout.Unit.Millimeter)


def print_page(printer: QPrinter, image: QImage, size: PrintSize) -> bool:
    """As `paint_page`; a PDF takes its name when it is whole, and what had that name stays until then.

    Raises WriteError. Qt itself empties the file first, and tells nothing of a disk that takes only a part of it.
    """
    if printer.outputFormat() != QPrinter.OutputFormat.PdfFormat or not printer.outputFileName():
        return paint_page(printer, image, size)
    path = Path(printer.outputFileName())
    draft = part_beside(Path(os.path.realpath(path)))
    try:
        printer.setOutputFileName(str(draft))
        if not paint_page(printer, image, size):
            return False
        data = draft.read_bytes()
        if not data.rstrip().endswith(_END_OF_PDF):
            text = QCoreApplication.translate("PrintLayout", "The disk took only a part of {}, which was not written.")
            remedy = QCoreApplication.translate("PrintLayout", "Free some space or save elsewhere.")
            raise WriteError(text.format(path.name), remedy)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        printer.setOutputFileName(str(path))
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    replace_file(path, data)
    return True


def paint_page(printer: QPrinter, image: QImage, size: PrintSize) -> bool:
    """Paint the image in the middle of the printable area; whether the printer took it. May run on any thread."""
    painter = QPainter()
    if not painter.begin(printer):
        return False
    page = printable_area(printer)
    per_mm = printer.resolution() / MM_PER_INCH
    place = QRectF(0, 0, size.width * per_mm, size.height * per_mm)
    place.moveCenter(QRectF(0, 0, page.width() * per_mm, page.height() * per_mm).center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)  # else a PDF has a JPEG
    painter.drawImage(place, image)
    return painter.end()
