"""TrainingPhotos: the artist's own photos, to learn a style on."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.ui.finetune.thumbnail_strip import ThumbnailStrip
from studio.ui.importing.reference_pictures import ReferencePictures
from studio.ui.importing.source_picker import SourcePicker
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import GRID
from studio.ui.widgets.plain_text import PlainLabel

_TILE = 40  # px


class TrainingPhotos(QWidget):
    """Photos are dropped on it or chosen by its buttons; they are used besides those of the studio."""

    def __init__(self, photos: ReferencePictures, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = self.tr("Photos to learn on")
        self.setToolTip(self.tr("Photos like the ones you will paint, used for learning besides the studio's own"))
        self.strip = ThumbnailStrip(photos, name, self.tr("Drop photos of your own here (optional)"), _TILE)
        folder_title = self.tr("Photos of a folder")
        self.picker = SourcePicker(settings, "teach_photos", name, folder_title, target=self, opener=photos.opener)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID // 2, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(PlainLabel(name))
        column.addWidget(self.strip)
        column.addWidget(self.picker)
        self.picker.chosen.connect(photos.add)
        self.strip.removed.connect(photos.remove)
