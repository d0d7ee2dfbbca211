"""The file of an export: the field with its name, and the sentence about what will happen to it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from studio.core.artwork.artwork_state import is_relative
from studio.core.displayable import displayable
from studio.core.image_io.opening.opener import PictureOpener
from studio.ui.dialogs.file_dialogs import open_dialog, typed_path
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.export.export_place import Place
from studio.ui.export.exporter import Exportable
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel


class FileField(QLineEdit):
    """The path of a file to write. A folder that was proposed is used as it is: a field cannot hold every name."""

    def __init__(self, path: Path, parent: QWidget | None = None, *, opener: PictureOpener | None = None) -> None:
        """opener: as of StudioFileDialog."""
        super().__init__(parent)
        self._folder = path.parent
        self._opener = opener
        self.show_path(path)

    @property
    def path(self) -> Path:
        """Where the file goes."""
        path = Path(self.text())
        return self._folder / path.name if str(path.parent) == displayable(str(self._folder)) else path

    def show_path(self, path: Path) -> None:
        """Show another name."""
        self.setText(displayable(str(path)))

    def propose(self, path: Path) -> None:
        """Show a name in a folder that both are known to be fine, ready to be typed over."""
        self._folder = path.parent
        self.show_path(path)
        # The stem is selected from its end on: the field shows what the cursor is near, and the ending stays in sight.
        self.setSelection(len(self.text()) - len(path.suffix), -len(path.stem))
        if self.fontMetrics().horizontalAdvance(path.name) > self.width() - 3 * GRID:
            self.end(False)  # a name that does not fit shows its ending

    @Slot()
    def browse(self) -> None:
        """Ask for another place."""
        path = typed_path(str(self.path))

        def make(folder: Path) -> QFileDialog:
            dialog = StudioFileDialog(self, self.tr("Export as"), str(folder), opener=self._opener)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.selectFile(path.name)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(self.setText)
            return dialog

        open_dialog(make, self, [path.parent])


class ExportNote(PlainLabel):
    """What will happen: whether a file is replaced, and what is written into it."""

    def __init__(self, artwork: Exportable, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._artwork = artwork
        self.setWordWrap(True)
        set_role(self, "caption")

    def keep_room(self) -> None:
        """Be as high as what the disk will answer."""
        self.ensurePolished()
        self.setMinimumHeight(2 * self.fontMetrics().lineSpacing())

    def tell(self, place: Place) -> None:
        """Say what exporting to this place would do."""
        self.setText(self._said_of(place))

    def _said_of(self, place: Place) -> str:
        if not place.has_folder:
            return self.tr("There is no folder {}.").format(place.path.parent)
        if place.is_taken:
            return self.tr("{} exists already and will be replaced.").format(place.path.name)
        if self._artwork.credits.recipe is None:
            return self.tr("The title is written into it.")
        return self._told_of_regions() or self.tr("The credits and the recipe are written into it.")

    def _told_of_regions(self) -> str:
        """Whether regions go with the recipe; "" where there are none."""
        regions = self._artwork.shown.result.regions if self._artwork.shown is not None else ()
        if not regions:
            return ""
        if all(map(is_relative, regions)):
            return self.tr("The credits, the recipe and its regions are written into it.")
        if any(map(is_relative, regions)):
            return self.tr("The credits, the recipe and its regions are written into it, except brushed ones.")
        return self.tr("The credits and the recipe are written into it, without regions that were brushed.")
