"""The export sheet: format, quality, size, resolution, what the file tells about itself, title and place."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.core.files import ExportOptions
from studio.core.formats import EXPORT_SUFFIXES, SUFFIX_OF, WRITE_LIMITS, ExportFormat
from studio.core.picture import Picture
from studio.ui.theme import GRID, set_role

FORMAT_NAMES: dict[ExportFormat, str] = {
    "png": "PNG, lossless",
    "jpeg": "JPEG",
    "webp": "WebP",
    "tiff": "TIFF, lossless",
    "avif": "AVIF",
}


class ExportSheet(QDialog):
    """Asks how and where to export a picture.

    Signals: accepted_with(path, options, title).
    """

    accepted_with = Signal(object, object, str)

    def __init__(
        self, picture: Picture, title: str, file_name: str, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._picture = picture
        self.setWindowTitle(self.tr("Export the artwork"))
        self.setMinimumWidth(600)
        self.format = QComboBox()
        for name, text in FORMAT_NAMES.items():
            self.format.addItem(text, name)
        self.quality = _spin_box(1, 100, 92, "")
        edge = WRITE_LIMITS["webp"].edge
        self.width_box = _spin_box(1, edge, picture.width, " px")
        self.height_box = _spin_box(1, edge, picture.height, " px")
        self.dpi = _spin_box(30, 2400, round(picture.metadata.dpi or 300), " dpi")
        self.print_size = QLabel()
        set_role(self.print_size, "caption")
        self.keep_exif = QCheckBox(self.tr("Camera data of the photo (EXIF)"))
        self.keep_gps = QCheckBox(self.tr("Its place (GPS)"))
        self.label_ai = QCheckBox(self.tr("Mark as made with AI (IPTC)"))
        self.keep_exif.setChecked(True)
        self.label_ai.setChecked(True)
        self.title = QLineEdit(title)
        self.file = QLineEdit(str(_free(folder / f"{file_name}.png")))
        self.note = QLabel()
        self.note.setWordWrap(True)
        set_role(self.note, "caption")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export = self.buttons.addButton(self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_role(self.export, "primary")
        self._arrange()
        self._connect()
        self._show_format()
        self._show_print_size()
        self.title.setCursorPosition(0)
        path = Path(self.file.text())
        self.file.setSelection(len(str(path.parent)) + 1, len(path.stem))

    @property
    def options(self) -> ExportOptions:
        """What is set."""
        size = (self.width_box.value(), self.height_box.value())
        return ExportOptions(
            format=self.format.currentData(),
            quality=self.quality.value(),
            size=None if size == (self._picture.width, self._picture.height) else size,
            dpi=float(self.dpi.value()),
            keep_exif=self.keep_exif.isChecked(),
            keep_gps=self.keep_exif.isChecked() and self.keep_gps.isChecked(),
            label_ai=self.label_ai.isChecked(),
        )

    @Slot()
    def accept(self) -> None:
        self.accepted_with.emit(Path(self.file.text()).expanduser(), self.options, self.title.text().strip())
        super().accept()

    @Slot()
    def _show_format(self) -> None:
        self.quality.setEnabled(not self.options.is_lossless)
        suffix = SUFFIX_OF[self.format.currentData()]
        path = Path(self.file.text())
        if EXPORT_SUFFIXES.get(path.suffix.lower()) != self.format.currentData():
            name = path.stem if path.suffix.lower() in EXPORT_SUFFIXES else path.name
            self.file.setText(str(_free(path.with_name(f"{name}{suffix}"))))
        self._show_file()

    @Slot()
    def _show_file(self) -> None:
        path = Path(self.file.text()).expanduser()
        found = EXPORT_SUFFIXES.get(path.suffix.lower())
        if found is not None and found != self.format.currentData():
            self.format.setCurrentIndex(self.format.findData(found))
        if not path.parent.is_dir():
            note, is_possible = self.tr("There is no folder {}.").format(path.parent), False
        elif found is None or not path.stem:
            note, is_possible = (
                self.tr("Give the file a name that ends in {}.").format(", ".join(EXPORT_SUFFIXES)),
                False,
            )
        elif path.exists():
            note, is_possible = self.tr("{} is there already and will be replaced.").format(path.name), True
        else:
            note, is_possible = self.tr("The credits of styles and weights, and the recipe, are written into it."), True
        self.note.setText(note)
        self.export.setEnabled(is_possible)

    @Slot()
    def _follow_width(self) -> None:
        with QSignalBlocker(self.height_box):
            self.height_box.setValue(max(1, round(self._picture.height * self.width_box.value() / self._picture.width)))
        self._show_print_size()

    @Slot()
    def _follow_height(self) -> None:
        with QSignalBlocker(self.width_box):
            self.width_box.setValue(max(1, round(self._picture.width * self.height_box.value() / self._picture.height)))
        self._show_print_size()

    @Slot()
    def _show_print_size(self) -> None:
        width, height = (2.54 * box.value() / self.dpi.value() for box in (self.width_box, self.height_box))
        self.print_size.setText(self.tr("{:.1f} \N{MULTIPLICATION SIGN} {:.1f} cm in print").format(width, height))

    @Slot()
    def _browse(self) -> None:
        dialog = QFileDialog(self, self.tr("Export as"), self.file.text())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.file.setText)
        dialog.open()

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._show_format)
        self.file.textChanged.connect(self._show_file)
        self.width_box.valueChanged.connect(self._follow_width)
        self.height_box.valueChanged.connect(self._follow_height)
        self.dpi.valueChanged.connect(self._show_print_size)
        self.keep_exif.toggled.connect(self.keep_gps.setEnabled)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _arrange(self) -> None:
        browse = QPushButton(self.tr("Choose\N{HORIZONTAL ELLIPSIS}"))
        browse.clicked.connect(self._browse)
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        self._row(form, self.tr("Title"), self.title)
        self._row(form, self.tr("Format"), self.format, (self.tr("Quality"), self.quality))
        self._row(form, self.tr("Width"), self.width_box, (self.tr("Height"), self.height_box))
        self._row(form, self.tr("Resolution"), self.dpi, ("", self.print_size))
        form.addRow(self.tr("Keep"), self.keep_exif)
        form.addRow("", self.keep_gps)
        form.addRow(self.tr("Label"), self.label_ai)
        self._row(form, self.tr("File"), self.file, ("", browse))
        form.addRow("", self.note)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 20, 20, 16)
        box.setSpacing(2 * GRID)
        box.addLayout(form)
        box.addWidget(self.buttons)

    @staticmethod
    def _row(form: QFormLayout, label: str, widget: QWidget, second: tuple[str, QWidget] | None = None) -> None:
        widget.setAccessibleName(label)
        if second is None:
            form.addRow(label, widget)
            return
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(widget, 1)
        if second[0]:
            row.addWidget(QLabel(second[0]))
            second[1].setAccessibleName(second[0])
        row.addWidget(second[1], 1 if second[0] or isinstance(second[1], QLabel) else 0)
        form.addRow(label, row)


def _spin_box(low: int, high: int, value: int, suffix: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    box.setSuffix(suffix)
    box.setKeyboardTracking(False)
    box.lineEdit().setTextMargins(5, 0, 0, 0)  # Qt's style sheets pad a spin box on the right only
    return box


def _free(path: Path) -> Path:
    """The path itself, or with a number where a file of this name exists: an export replaces nothing by default."""
    number, free = 2, path
    while free.exists():
        free = path.with_stem(f"{path.stem} {number}")
        number += 1
    return free
