"""What goes into an exported file besides picture and credits: data of the photo, and marks for whoever finds it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from studio.core.image_io import ExportOptions
from studio.core.image_io.exif import tells_place_or_owner
from studio.ui.theme.theme import GRID


class KeepRow(QWidget):
    """What of the photo's own data is kept; only what it has can be, and is ticked. exif: its block, b"" without one.

    What cannot be kept now stays as it was in `options`, for the next photo. Signals: changed().
    """

    changed = Signal()

    def __init__(self, exif: bytes, options: ExportOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self._has_exif, self._has_place = bool(exif), tells_place_or_owner(exif)
        self.exif = QCheckBox(self.tr("Camera data of the photo (EXIF)"))
        self.gps = QCheckBox(self.tr("Place and serial numbers (GPS, maker note)"))
        self.exif.setChecked(options.keep_exif and self._has_exif)
        self.gps.setChecked(options.keep_gps and self._has_place)
        _lay_out(self, self.exif, self.gps)
        self._show()
        self.exif.toggled.connect(self._show)
        for box in (self.exif, self.gps):
            box.toggled.connect(self.changed)

    def apply_to(self, options: ExportOptions) -> ExportOptions:
        """The options with what is set here."""
        keeps_exif = self.exif.isChecked() if self._has_exif else self._options.keep_exif
        keeps_gps = self.gps.isChecked() if self._has_place else self._options.keep_gps
        return replace(options, keep_exif=keeps_exif, keep_gps=keeps_exif and keeps_gps)

    @Slot()
    def _show(self) -> None:
        self.exif.setEnabled(self._has_exif)
        self.gps.setEnabled(self.exif.isChecked() and self._has_place)


class LabelRow(QWidget):
    """How the file is marked. is_painted: a photo as it was taken is nothing made with AI, and not ticked as such.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, options: ExportOptions, *, is_painted: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ai = QCheckBox(self.tr("Mark as made with AI (IPTC)"))
        self.ai.setChecked(options.label_ai and is_painted)
        self.ai.setEnabled(is_painted)
        self._labels_ai = options.label_ai  # the next one that is painted
        self.no_learn = QCheckBox(self.tr("Not to be learnt from (IPTC)"))
        self.no_learn.setToolTip(self.tr("A mark for whoever collects pictures to train models on: leave this one out"))
        self.no_learn.setChecked(options.no_learn)
        _lay_out(self, self.ai, self.no_learn)
        for box in (self.ai, self.no_learn):
            box.toggled.connect(self.changed)

    def apply_to(self, options: ExportOptions) -> ExportOptions:
        """The options with what is set here."""
        label_ai = self.ai.isChecked() if self.ai.isEnabled() else self._labels_ai
        return replace(options, label_ai=label_ai, no_learn=self.no_learn.isChecked())


def _lay_out(row: QWidget, *boxes: QCheckBox) -> None:
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2 * GRID)
    for box in boxes:
        layout.addWidget(box)
    layout.addStretch(1)
