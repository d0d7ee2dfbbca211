"""ColorRow: the colours of an exported file: bits of a value, profile, rendering intent, dithering."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from studio.core.image_io import ExportFormat, ExportOptions
from studio.core.image_io.formats import WRITE_LIMITS, format_title
from studio.core.image_io.output.export_options import holds_profile
from studio.core.picture import Picture
from studio.ui.export.profile_box import ProfileBox, make_intent_box
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.form_row import form_row, label_for_screen_readers
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox
from studio.ui.widgets.plain_text import PlainLabel


class ColorRow(QWidget):
    """Shows what the chosen format can hold; what it cannot is greyed out and not in `apply_to`.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, picture: Picture, options: ExportOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._format: ExportFormat = options.format
        self._wanted_depth = options.depth
        self.bits = NoWheelComboBox()
        self.profile = ProfileBox(options.profile, picture.metadata)
        self.intent = make_intent_box(options.intent)
        self.dither = QCheckBox(self.tr("Dither"))
        self.dither.setChecked(options.dither)
        self.note = PlainLabel()
        set_role(self.note, "caption")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(form_row(self.profile, self.intent, self.bits, self.dither, None, spacing=GRID))
        box.addWidget(self.note)
        for combo, name in (
            (self.profile, self.profile.accessibleName()),
            (self.intent, self.intent.accessibleName()),
            (self.bits, self.tr("Bits per channel")),
        ):
            label_for_screen_readers(combo, name)
        self.show_format(options.format)
        self.bits.currentIndexChanged.connect(self._follow_depth)
        self.profile.chosen.connect(self._tell)
        self.intent.currentIndexChanged.connect(self._tell)
        self.dither.toggled.connect(self._tell)

    def show_format(self, name: ExportFormat) -> None:
        """Offer what this format holds; the depth that was chosen comes back with a format that has it."""
        self._format, limits = name, WRITE_LIMITS[name]
        with QSignalBlocker(self.bits):
            self.bits.clear()
            for depth in limits.depths:
                self.bits.addItem(self.tr("{} bits").format(depth), depth)
            deepest = limits.depths[-1] if self._wanted_depth > 8 else limits.depths[0]
            self.bits.setCurrentIndex(self.bits.findData(deepest))
        self.bits.setEnabled(len(limits.depths) > 1)
        self._show()

    def apply_to(self, options: ExportOptions) -> ExportOptions:
        """The options with what is set here."""
        limits = WRITE_LIMITS[options.format]
        depth = self.bits.currentData()
        return replace(
            options,
            depth=depth if depth in limits.depths else limits.depths[0],
            profile=self.profile.profile if holds_profile(options.format, self.profile.profile) else "srgb",
            intent=self.intent.currentData(),
            dither=self.dither.isChecked(),
        )

    @Slot()
    def _follow_depth(self) -> None:
        self._wanted_depth = self.bits.currentData()
        self._tell()

    @Slot()
    def _tell(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        is_deep = self.bits.currentData() != 8
        self.dither.setEnabled(not is_deep)
        self.intent.setEnabled(self.profile.profile != "srgb")
        if is_deep and self._picture.fine is None:
            text = self.tr("This picture has no more than 8 bits: a draft, a stopped one or a photo.")
        elif is_deep:
            text = self.tr("As finely as it was painted.")
        elif self.dither.isChecked() and self._picture.fine is not None:
            text = self.tr("What 8 bits leave out is spread as fine noise.")
        else:
            text = self.tr("As finely as on the screen.")
        if not holds_profile(self._format, self.profile.profile):
            text = self.tr("{} is written in sRGB, Display P3 or Adobe RGB, here in sRGB.")
            text = text.format(format_title(self._format))
        self.note.setText(text)  # always one line: nothing below it moves
