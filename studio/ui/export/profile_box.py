"""Choices of colour management: the profile, by name or from a file, and the rendering intent."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from studio.core.displayable import displayable
from studio.core.image_io.output.rgb_profiles import INTENTS, NAMED_PROFILES, Intent, profile_name
from studio.core.picture import Metadata
from studio.ui.dialogs.file_dialogs import open_dialog
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox

PROFILE_FILES = "(*.icc *.icm)"
_CHOOSE = "choose"


class ProfileBox(NoWheelComboBox):
    """The profiles of exports. metadata: of the photo, whose own profile is among them. Signals: chosen()."""

    chosen = Signal()

    def __init__(self, profile: str, metadata: Metadata, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        own = profile_name(metadata.icc)  # whether it can be written in, the export finds out: that takes longer
        titles = {"srgb": "sRGB", "display-p3": "Display P3", "adobe-rgb": "Adobe RGB"}
        titles["photo"] = self.tr("The photo's: {}").format(displayable(own or "sRGB"))
        for name in NAMED_PROFILES:
            self.addItem(titles[name], name)
        self.addItem(self.tr("Choose a file…"), _CHOOSE)
        if self.findData(profile) < 0:
            self._add_file(profile)
        self._shown = ""
        self._show(profile)
        self.setAccessibleName(self.tr("Colour profile"))
        self.activated.connect(self._follow)

    @property
    def profile(self) -> str:
        """As in ExportOptions."""
        return self._shown

    @Slot(str)
    def choose_file(self, file: str) -> None:
        """Use the profile in this file."""
        if self.findData(file) < 0:
            self._add_file(file)
        self._show(file)
        self.chosen.emit()

    @Slot(int)
    def _follow(self, index: int) -> None:
        if self.itemData(index) != _CHOOSE:
            self._shown = self.itemData(index)
            self.chosen.emit()
            return
        self._show(self._shown)  # until a file is chosen

        def make(folder: Path) -> QFileDialog:
            profiles = self.tr("Colour profiles {}").format(PROFILE_FILES)
            dialog = StudioFileDialog(self, self.tr("Choose a colour profile"), str(folder), profiles)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(self.choose_file)
            return dialog

        documents = QStandardPaths.StandardLocation.DocumentsLocation
        open_dialog(make, self, [Path(QStandardPaths.writableLocation(documents))])

    def _add_file(self, file: str) -> None:
        self.insertItem(self.findData(_CHOOSE), displayable(Path(file).name), file)

    def _show(self, profile: str) -> None:
        self._shown = profile
        self.setCurrentIndex(self.findData(profile))


def make_intent_box(intent: Intent) -> QComboBox:
    """A box with the rendering intents; its data are those of ExportOptions."""
    translate = QCoreApplication.translate
    titles: dict[Intent, str] = {
        "relative": translate("profile_box", "Relative colorimetric"),
        "perceptual": translate("profile_box", "Perceptual"),
        "saturation": translate("profile_box", "Saturation"),
        "absolute": translate("profile_box", "Absolute colorimetric"),
    }
    box = NoWheelComboBox()
    for each in INTENTS:
        box.addItem(titles[each], each)
    box.setCurrentIndex(box.findData(intent))
    box.setAccessibleName(translate("profile_box", "Rendering intent"))
    return box
