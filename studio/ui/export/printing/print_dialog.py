"""PrintDialog: a true-size preview of the printed page, the size in cm and the profile; Qt's own dialogs print."""

from __future__ import annotations

from PySide6.QtCore import QMarginsF, QSignalBlocker, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QImage, QPageLayout
from PySide6.QtPrintSupport import QPageSetupDialog, QPrintDialog, QPrinter, QPrintPreviewWidget
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGraphicsView,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.errors import PictureError, StudioError
from studio.core.image_io.output.output_values import output_values
from studio.core.image_io.output.rgb_profiles import export_profile
from studio.core.picture import Picture
from studio.core.resampling import reduced
from studio.ui.export.export_preview import kind_in_words
from studio.ui.export.printing.print_layout import MM_PER_INCH, PrintSize, paint_page, print_page, printable_area
from studio.ui.export.profile_box import ProfileBox, make_intent_box
from studio.ui.images.picture_pyramid import qimage, whole_image
from studio.ui.session.shown_picture import ShownPicture
from studio.ui.theme.theme import GRID, color, set_role
from studio.ui.threads.task_pool import TaskPool
from studio.ui.widgets.form_row import form_row
from studio.ui.widgets.number_field import UnitSpinBox
from studio.ui.widgets.plain_text import PlainLabel, window_title

_PREVIEW_EDGE = 1024  # px of the picture in the preview, which Qt paints on the GUI thread
_MARGIN = 10.0  # mm
_LARGEST = 500.0  # cm
_COLUMN = 300  # px


class PrintDialog(QDialog):
    """Prints one picture on one page; preparing and printing it happen off the GUI thread.

    dpi: of the picture, which says how large it is at first; where the page is smaller, it fills the page. shown: what
    of the artwork it is, None where only the picture is known. Signals: printed(str), the PDF with this path has taken
    it, or with "", the printer.
    """

    printed = Signal(str)

    def __init__(
        self, picture: Picture, title: str, dpi: float, parent: QWidget | None = None, shown: ShownPicture | None = None
    ) -> None:
        super().__init__(parent)
        self._picture = picture
        self._image = QImage()
        self._is_printing = False
        self.setWindowTitle(window_title(self.tr("Print {}").format(title)))
        self.resize(1000, 660)
        self.printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self.printer.setDocName(title)
        self.printer.setCreator("Style Studio")
        is_wide = picture.width > picture.height
        self.printer.setPageOrientation(
            QPageLayout.Orientation.Landscape if is_wide else QPageLayout.Orientation.Portrait
        )
        self.printer.setPageMargins(QMarginsF(_MARGIN, _MARGIN, _MARGIN, _MARGIN), QPageLayout.Unit.Millimeter)
        self._page = QPrinter(QPrinter.PrinterMode.HighResolution)  # the preview's own: while one prints, it may paint
        self._page.setPageLayout(self.printer.pageLayout())
        self.preview = QPrintPreviewWidget(self._page)
        for view in self.preview.findChildren(QGraphicsView):  # Qt's grey is bluish, and colours are judged here
            view.setBackgroundBrush(color("canvas"))
        self.width_box, self.height_box = (UnitSpinBox(0.5, _LARGEST, self.tr(" cm")) for _ in range(2))
        self.width_box.setAccessibleName(self.tr("Width on paper"))
        self.height_box.setAccessibleName(self.tr("Height on paper"))
        self.profile = ProfileBox("srgb", picture.metadata)
        self.intent = make_intent_box("relative")
        self.kind = PlainLabel(kind_in_words(shown))
        self.kind.setWordWrap(True)
        self.note = PlainLabel()
        self.note.setWordWrap(True)
        set_role(self.note, "caption")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.addButton(self.tr("Print…"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_role(self.start, "primary")
        self._tasks = TaskPool(1, self)
        self._size = PrintSize(picture.width / dpi * MM_PER_INCH, picture.height / dpi * MM_PER_INCH)
        if self._size.is_larger_than(printable_area(self.printer)):
            self._size = self._fitting()
        self._arrange()
        self._connect()
        self._show_size()
        self._tasks.submit("preview", lambda: whole_image(reduced(picture, _PREVIEW_EDGE)))

    @property
    def size_on_paper(self) -> PrintSize:
        """How large it will be printed."""
        return self._size

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_printing:
            event.ignore()
            self.hide()  # it comes back if the printer refuses, and is gone when it has taken the page
        else:
            super().closeEvent(event)

    @Slot()
    def reject(self) -> None:
        """Close it, which ends no printing."""
        if self._is_printing:
            self.hide()
        else:
            super().reject()

    @Slot()
    def fit_to_page(self) -> None:
        """Make it as large as the page allows."""
        self._size = self._fitting()
        self._show_size()

    @Slot()
    def show_true_size(self) -> None:
        """Show the page as large on the screen as it will be on paper, as far as the screen tells its size."""
        self.preview.setZoomFactor(self.screen().physicalDotsPerInch() / self.logicalDpiY())

    @Slot()
    def print_now(self) -> None:
        """Print with the printer as it is set; `printed` tells when it is done."""
        picture, size, printer = self._picture, self._size, self.printer
        profile, intent = self.profile.profile, self.intent.currentData()
        refused = self.tr("The printer did not take the picture."), self.tr("Choose another printer, or a PDF file.")

        def work() -> bool:
            icc = export_profile(profile, picture.metadata)
            pixels = (picture.width, picture.height)
            image = qimage(output_values(picture, pixels, icc, intent, 8, on_white=True))
            if not print_page(printer, image, size):
                raise PictureError(*refused)
            return True

        self._set_printing(True)
        self.note.setText(self.tr("Printing…"))
        self._tasks.submit("print", work)

    @Slot()
    def _ask_and_print(self) -> None:
        dialog = QPrintDialog(self.printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._take_page)
        dialog.accepted.connect(self.print_now)
        QDialog.open(dialog)  # its own `open` wants a slot by its name

    @Slot()
    def _ask_for_page(self) -> None:
        dialog = QPageSetupDialog(self.printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._take_page)
        QDialog.open(dialog)

    @Slot()
    def _take_page(self) -> None:
        self._page.setPageLayout(self.printer.pageLayout())
        self._show_size()

    @Slot(object, object)
    def _take(self, key: str, result: object) -> None:
        if isinstance(result, QImage):
            self._image = result
            self.preview.updatePreview()
            return
        self._set_printing(False)
        is_pdf = self.printer.outputFormat() == QPrinter.OutputFormat.PdfFormat
        self.printed.emit(self.printer.outputFileName() if is_pdf else "")
        self.accept()

    @Slot(object, object)
    def _refuse(self, key: str, error: StudioError) -> None:
        self.note.setText(str(error))
        if key == "print":
            self._set_printing(False)
            if self.isHidden():
                self.open()

    def _set_printing(self, is_printing: bool) -> None:
        self._is_printing = is_printing
        for button in (self.start, self.page_setup):
            button.setEnabled(not is_printing)

    @Slot(QPrinter)
    def _paint(self, printer: QPrinter) -> None:
        paint_page(printer, self._image, self._size)

    @Slot()
    def _follow_width(self) -> None:
        self._scale_to(10 * self.width_box.value() / self._size.width)

    @Slot()
    def _follow_height(self) -> None:
        self._scale_to(10 * self.height_box.value() / self._size.height)

    def _scale_to(self, factor: float) -> None:
        self._size = PrintSize(self._size.width * factor, self._size.height * factor)
        self._show_size()

    def _fitting(self) -> PrintSize:
        return PrintSize.fitting(QSizeF(self._picture.width, self._picture.height), printable_area(self._page))

    @Slot()
    def _show_size(self) -> None:
        for box, length in ((self.width_box, self._size.width), (self.height_box, self._size.height)):
            with QSignalBlocker(box):
                box.setValue(length / 10)
        page, dpi = printable_area(self._page), self._picture.width / self._size.width * MM_PER_INCH
        text = self.tr("{:.0f} pixels per inch on paper. The page takes {:.1f} × {:.1f} cm.").format(
            dpi, page.width() / 10, page.height() / 10
        )
        if self._size.is_larger_than(page):
            text += " " + self.tr("Everything beyond it is cut off.")
        self.note.setText(text)
        self.preview.updatePreview()

    def _connect(self) -> None:
        self._tasks.finished.connect(self._take)
        self._tasks.failed.connect(self._refuse)
        self.preview.paintRequested.connect(self._paint)
        self.width_box.valueChanged.connect(self._follow_width)
        self.height_box.valueChanged.connect(self._follow_height)
        self.buttons.accepted.connect(self._ask_and_print)
        self.buttons.rejected.connect(self.reject)

    def _arrange(self) -> None:
        for box in (self.width_box, self.height_box):
            box.setDecimals(1)
        self.preview.setAccessibleName(self.tr("Preview of the page"))
        buttons = {}
        for text, slot in {
            self.tr("Fit to the page"): self.fit_to_page,
            self.tr("Page…"): self._ask_for_page,
            self.tr("Whole page"): self.preview.fitInView,
            self.tr("True size"): self.show_true_size,
        }.items():
            buttons[text] = QPushButton(text)
            buttons[text].setAutoDefault(False)
            buttons[text].clicked.connect(slot)
        fit, self.page_setup, whole, true = buttons.values()
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.addRow(self.tr("Width"), self.width_box)
        form.addRow(self.tr("Height"), self.height_box)
        form.addRow("", form_row(fit, self.page_setup, None, spacing=GRID))
        form.addRow(self.tr("Profile"), self.profile)
        form.addRow(self.tr("Intent"), self.intent)
        form.addRow(self.tr("Preview"), form_row(whole, true, None, spacing=GRID))
        side = QWidget()
        side.setFixedWidth(_COLUMN)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self.kind)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addStretch(1)
        column.addWidget(self.buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 20, 20, 16)
        row.setSpacing(2 * GRID)
        row.addWidget(self.preview, 1)
        row.addWidget(side)
