"""FormatRow: the format of an exported file, how much of the picture that keeps, and how large the file is then."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from studio.core.image_io import ExportFormat, ExportOptions
from studio.ui.theme.theme import GRID
from studio.ui.widgets.form_row import form_row, label_for_screen_readers
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox
from studio.ui.widgets.number_field import UnitSpinBox
from studio.ui.widgets.plain_text import PlainLabel

_NAMES: dict[ExportFormat, str] = {
    "png": str(QT_TRANSLATE_NOOP("FormatRow", "PNG, lossless")),
    "jpeg": "JPEG",
    "webp": "WebP",
    "tiff": str(QT_TRANSLATE_NOOP("FormatRow", "TIFF, lossless")),
    "avif": "AVIF",
    "jxl": "JPEG XL",
    "ora": str(QT_TRANSLATE_NOOP("FormatRow", "OpenRaster, with layers")),
}
_MAY_BE_LOSSLESS = ("webp", "jxl")


class FormatRow(QWidget):
    """Offers what the chosen format leaves to choose: a quality, or none where every pixel is kept.

    size_label: for others to say how large the file will be. Signals: format_changed(), another format, or the same
    with or without loss; changed(), another quality.
    """

    format_changed = Signal()
    changed = Signal()

    def __init__(self, options: ExportOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = NoWheelComboBox()
        for name, text in format_names().items():
            self.box.addItem(text, name)
        self.quality = UnitSpinBox(1, 100)
        self.quality.setAccessibleName(self.tr("Quality"))
        self.quality.setValue(options.quality)
        self.lossless = QCheckBox(self.tr("Lossless"))
        self.lossless.setChecked(options.lossless)
        self.size_label = PlainLabel()
        self._pages = QStackedWidget()
        self._pages.addWidget(form_row(PlainLabel(self.tr("Quality")), self.quality))
        self._pages.addWidget(PlainLabel(self.tr("every pixel as painted")))
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2 * GRID)
        for widget in (self.box, self._pages, self.lossless):
            box.addWidget(widget)
        box.addStretch(1)
        box.addWidget(self.size_label)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # else its label stands too high
        label_for_screen_readers(self.box, self.tr("Format"))
        self.choose(options.format)
        self._show()
        self.box.currentIndexChanged.connect(self._follow_format)
        self.lossless.toggled.connect(self._follow_format)
        self.quality.valueChanged.connect(self.changed)

    @property
    def format(self) -> ExportFormat:
        """The one that is chosen."""
        name: ExportFormat = self.box.currentData()
        return name

    def choose(self, name: ExportFormat) -> None:
        """Choose a format."""
        self.box.setCurrentIndex(self.box.findData(name))

    def apply_to(self, options: ExportOptions) -> ExportOptions:
        """The options with what is set here."""
        is_lossless = self.format in _MAY_BE_LOSSLESS and self.lossless.isChecked()
        return replace(options, format=self.format, quality=int(self.quality.value()), lossless=is_lossless)

    @Slot()
    def _follow_format(self) -> None:
        self._show()
        self.format_changed.emit()

    def _show(self) -> None:
        self.lossless.setVisible(self.format in _MAY_BE_LOSSLESS)
        self._pages.setCurrentIndex(1 if self.apply_to(ExportOptions()).is_lossless else 0)


def format_names() -> dict[ExportFormat, str]:
    """What people call each format, in the order in which they are offered."""
    return {name: QCoreApplication.translate("FormatRow", text) for name, text in _NAMES.items()}
