"""Where a picture lies on a page, and painting it there: used alike for the preview, the printer and a PDF."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter

MM_PER_INCH = 25.4


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
