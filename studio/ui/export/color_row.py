"""ColorRow: the colours of an exported file: bits of a value, profile, rendering intent, dithering."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QVBoxLayout, QWidget

from studio.core.displayable import displayable
from studio.core.image_io import ExportFormat, ExportOptions
from studio.core.image_io.formats import WRITE_LIMITS
from studio.core.image_io.output.rgb_profiles import INTENTS, NAMED_PROFILES, Intent, is_for_export, profile_name
from studio.core.picture import Picture
from studio.ui.dialogs.file_dialogs import open_dialog
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.form_row import form_row
from studio.ui.widgets.plain_text import PlainFileDialog, PlainLabel

_CHOOSE = "choose"
PROFILE_FILES = "(*.icc *.icm)"


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
        own = profile_name(picture.metadata.icc) if is_for_export(picture.metadata.icc) else None
        self.bits, self.profile, self.intent = QComboBox(), QComboBox(), QComboBox()
        titles = {"srgb": self.tr("sRGB"), "display-p3": "Display P3", "adobe-rgb": "Adobe RGB"}
        titles["photo"] = (
            self.tr("Of the photo: {}").format(displayable(own)) if own else self.tr("Of the photo (sRGB)")
        )
        for profile in NAMED_PROFILES:
            self.profile.addItem(titles[profile], profile)
        if options.profile not in NAMED_PROFILES:
            self._add_file(options.profile)
        self.profile.addItem(self.tr("Choose a file\N{HORIZONTAL ELLIPSIS}"), _CHOOSE)
        self._select(options.profile)
        intents: dict[Intent, str] = {
            "relative": self.tr("Relative colorimetric"),
            "perceptual": self.tr("Perceptual"),
            "saturation": self.tr("Saturation"),
            "absolute": self.tr("Absolute colorimetric"),
        }
        for intent in INTENTS:
            self.intent.addItem(intents[intent], intent)
        self.intent.setCurrentIndex(self.intent.findData(options.intent))
        self.dither = QCheckBox(self.tr("Dither"))
        self.dither.setChecked(options.dither)
        self.note = PlainLabel()
        set_role(self.note, "caption")
        for widget, name in (
            (self.bits, self.tr("Bits of a value")),
            (self.profile, self.tr("Colour profile")),
            (self.intent, self.tr("Rendering intent")),
        ):
            widget.setAccessibleName(name)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(form_row(self.bits, self.dither, self.profile, self.intent, None, spacing=GRID))
        box.addWidget(self.note)
        self.show_format(options.format)
        self.bits.currentIndexChanged.connect(self._follow_depth)
        self.profile.activated.connect(self._follow_profile)
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
        self.profile.setEnabled(limits.has_profiles)
        self._show()

    def apply_to(self, options: ExportOptions) -> ExportOptions:
        """The options with what is set here."""
        limits = WRITE_LIMITS[options.format]
        depth = self.bits.currentData()
        return replace(
            options,
            depth=depth if depth in limits.depths else limits.depths[0],
            profile=self.profile.currentData() if limits.has_profiles else "srgb",
            intent=self.intent.currentData(),
            dither=self.dither.isChecked(),
        )

    @Slot()
    def _follow_depth(self) -> None:
        self._wanted_depth = self.bits.currentData()
        self._tell()

    @Slot(int)
    def _follow_profile(self, index: int) -> None:
        if self.profile.itemData(index) != _CHOOSE:
            self._shown = self.profile.itemData(index)
            self._tell()
            return
        self._select(self._shown)  # until a file is chosen

        def make(folder: Path) -> QFileDialog:
            profiles = self.tr("Colour profiles {}").format(PROFILE_FILES)
            dialog = PlainFileDialog(self, self.tr("Choose a colour profile"), str(folder), profiles)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(self.choose_file)
            return dialog

        documents = QStandardPaths.StandardLocation.DocumentsLocation
        open_dialog(make, self, [Path(QStandardPaths.writableLocation(documents))])

    @Slot(str)
    def choose_file(self, file: str) -> None:
        """Use the profile in this file."""
        if self.profile.findData(file) < 0:
            self._add_file(file)
        self._select(file)
        self._tell()

    def _add_file(self, file: str) -> None:
        at_end = self.profile.findData(_CHOOSE)
        self.profile.insertItem(at_end if at_end >= 0 else self.profile.count(), displayable(Path(file).name), file)

    def _select(self, profile: str) -> None:
        self._shown = profile
        self.profile.setCurrentIndex(self.profile.findData(profile))

    @Slot()
    def _tell(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        is_deep = self.bits.currentData() != 8
        self.dither.setEnabled(not is_deep)
        self.intent.setEnabled(self.profile.isEnabled() and self.profile.currentData() != "srgb")
        text = ""
        if not WRITE_LIMITS[self._format].has_profiles:
            text = self.tr("JPEG XL is written in sRGB.")
        elif is_deep and self._picture.fine is None:
            text = self.tr("This picture was stopped or comes from before: it has 8 bits to write.")
        self.note.setText(text)
        self.note.setVisible(bool(text))
