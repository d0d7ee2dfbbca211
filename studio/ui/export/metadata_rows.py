"""What goes into an exported file besides picture and credits: data of the photo, and marks for whoever finds it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from studio.core.image_io import ExportOptions
from studio.core.image_io.exif import tells_place_or_owner
from studio.ui.theme.theme import GRID


class KeepRow(QWidget):
    """What of the photo's own data is kept; only what it has can be. exif: its block, b"" without one.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, exif: bytes, options: ExportOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exif = exif
        self.exif = QCheckBox(self.tr("Camera data of the photo (EXIF)"))
        self.gps = QCheckBox(self.tr("Place and serial numbers (GPS, maker note)"))
        self.exif.setChecked(options.keep_exif)
        self.gps.setChecked(options.keep_gps)
        _lay_out(self, self.exif, self.gps)
        self._show()
        self.exif.toggled.connect(self._show)
        for box in (self.exif, self.gps):
            box.toggled.connect(self.changed)

    def apply_to(self, options: ExportOptions) -> ExportOptions:
        """The options with what is set here."""
        keeps_exif = self.exif.isChecked()
        return replace(options, keep_exif=keeps_exif, keep_gps=keeps_exif and self.gps.isChecked())

    @Slot()
    def _show(self) -> None:
        has_exif = bool(self._exif)
        self.exif.setEnabled(has_exif)
        self.gps.setEnabled(has_exif and self.exif.isChecked() and tells_place_or_owner(self._exif))


class LabelRow(QWidget):
    """How the file is marked. is_painted: a photo as it was taken is nothing made with AI.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, options: ExportOptions, *, is_painted: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ai = QCheckBox(self.tr("Mark as made with AI (IPTC)"))
        self.ai.setChecked(options.label_ai)
        self.ai.setEnabled(is_painted)
        self.no_learn = QCheckBox(self.tr("Not to be learnt from (IPTC)"))
        self.no_learn.setToolTip(self.tr("A mark for whoever collects pictures to train models on: leave this one out"))
        self.no_learn.setChecked(options.no_learn)
        _lay_out(self, self.ai, self.no_learn)
        for box in (self.ai, self.no_learn):
            box.toggled.connect(self.changed)

    def apply_to(self, options: ExportOptions) -> ExportOptions:
        """The options with what is set here."""
        return replace(options, label_ai=self.ai.isChecked(), no_learn=self.no_learn.isChecked())


def _lay_out(row: QWidget, *boxes: QCheckBox) -> None:
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2 * GRID)
    for box in boxes:
        layout.addWidget(box)
    layout.addStretch(1)
