"""StudioFileDialog: the system's own file dialog; where it has none, Qt's, with thumbnails and in the studio's look."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import (
    QEvent,
    QFileInfo,
    QIdentityProxyModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QStandardPaths,
    Qt,
    QUrl,
    Slot,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QFileDialog,
    QFileSystemModel,
    QLineEdit,
    QListView,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QWidget,
)

from studio.core.image_io import OPEN_SUFFIXES
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.opening.places import paths_in_line, place_of
from studio.ui.images.thumbnails import Thumbnails
from studio.ui.theme.theme import icon, set_role
from studio.ui.widgets.plain_text import PlainFileDialog
from studio.ui.widgets.screen_room import resize_within_screen

THUMBNAIL = QSize(64, 48)  # px
_CELL = QSize(224, 56)  # px: a thumbnail with its name beside it
_ROW_THUMBNAIL = QSize(32, 24)  # px, in the list with sizes and dates
_SIZE = QSize(860, 560)  # px
_SIDEBAR = 140  # px
_ICONS = {
    "backButton": "chevron-left",
    "forwardButton": "chevron-right",
    "toParentButton": "chevron-up",
    "newFolderButton": "add",
    "listModeButton": "gallery",
    "detailModeButton": "menu",
}
_PLACES = (
    QStandardPaths.StandardLocation.HomeLocation,
    QStandardPaths.StandardLocation.DesktopLocation,
    QStandardPaths.StandardLocation.PicturesLocation,
    QStandardPaths.StandardLocation.DownloadLocation,
)
_Index = QModelIndex | QPersistentModelIndex


class StudioFileDialog(PlainFileDialog):
    """Pictures are shown as thumbnails, in columns or in a list with sizes and dates; both can be switched."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        folder: str,
        filters: str = "",
        *,
        opener: PictureOpener | None = None,
        thumbnail_folder: Path | None = None,
    ) -> None:
        """opener: opens the pictures for their thumbnails; None for the same sign instead of each, as nothing in a
        folder of anybody's is opened in the window's own process. thumbnail_folder: None for the user's cache.
        """
        super().__init__(parent, title, folder, filters)
        self.setOption(QFileDialog.Option.HideNameFilterDetails)  # thirty endings are no help
        self.thumbnails: Thumbnails | None = None
        if self.findChild(QListView) is None:
            return  # it is the system's own
        if opener is not None:
            self.thumbnails = Thumbnails(THUMBNAIL, self.devicePixelRatioF(), thumbnail_folder, self, opener)
        self.setProxyModel(_WithThumbnails(self.thumbnails, self))
        self.setViewMode(QFileDialog.ViewMode.List)
        self._dress()
        resize_within_screen(self, _SIZE)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self.thumbnails is not None:
            self.thumbnails.set_pixel_ratio(self.devicePixelRatioF())
        return super().event(event)

    def accept(self) -> None:
        """Take what is typed, all of it, also where it is written as terminals and file managers write paths."""
        edit, files = self.findChild(QLineEdit, "fileNameEdit"), self.findChild(QListView, "listView")
        is_asked_for = self.acceptMode() == QFileDialog.AcceptMode.AcceptOpen
        if is_asked_for and edit is not None and files is not None and edit.isModified():
            text = quoted(edit.text().strip())
            if text != edit.text():
                edit.setText(text)
            # Else Qt takes what is selected: of what is typed, only those files that it had met in the meantime.
            files.selectionModel().clearSelection()
        if not is_asked_for and edit is not None:
            self._end_as_its_kind(edit)
        super().accept()

    def _end_as_its_kind(self, edit: QLineEdit) -> None:
        """Qt takes what follows any dot for an ending: "Evening 2.0" would be saved so and offered nowhere again."""
        endings = tuple(re.findall(r"\*(\.\w+)", " ".join(self.nameFilters())))
        file = self.selectedFiles()[0]
        if self.defaultSuffix() and not file.lower().endswith(endings) and not QFileInfo(file).isDir():
            edit.setText(f"{edit.text().strip()}.{self.defaultSuffix()}")

    def _dress(self) -> None:
        for name, picture in _ICONS.items():
            button = self.findChild(QToolButton, name)
            if button is not None:
                button.setIcon(icon(picture))
        files = self.findChild(QListView, "listView")
        if files is not None:
            files.setIconSize(THUMBNAIL)
            files.setGridSize(_CELL)
            files.setItemDelegate(_Cell(files))
            files.setFlow(QListView.Flow.LeftToRight)
            files.setWrapping(True)
            files.setResizeMode(QListView.ResizeMode.Adjust)
            files.setUniformItemSizes(True)  # else each folder is measured file by file
            files.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the extension is seen
        rows = self.findChild(QTreeView, "treeView")
        if rows is not None:
            rows.setIconSize(_ROW_THUMBNAIL)
            rows.setUniformRowHeights(True)
            rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        edit = self.findChild(QLineEdit, "fileNameEdit")
        completer = edit.completer() if edit is not None else None
        popup = completer.popup() if completer is not None else None
        if popup is not None:
            set_role(popup, "completions")
        splitter = self.findChild(QSplitter, "splitter")
        if splitter is not None:
            splitter.setSizes([_SIDEBAR, _SIZE.width() - _SIDEBAR])
        places = [QStandardPaths.writableLocation(place) for place in _PLACES]
        self.setSidebarUrls([QUrl.fromLocalFile(place) for place in dict.fromkeys(filter(None, places))])


def quoted(text: str) -> str:
    r"""The paths in a line as Qt reads them, "/a" "/b"; what is not a list of paths stays as it is.

    Such as '/a' '/b', /a\ 1 /b\ 1 and file:///a%201, which terminals and file managers write.
    """
    if text.startswith('"') or _is_there(text):
        return text
    if text[:1] == text[-1:] == "'":
        with suppress(ValueError):  # a quote that is never closed
            return _in_quotes(shlex.split(text)) or text
    places = [str(place_of(path)) for path in paths_in_line(text)]
    is_written_otherwise = text[:5].lower() == "file:" or "\\" in text
    return (_in_quotes(places) if len(places) > 1 or is_written_otherwise else "") or text


def _in_quotes(places: Sequence[str]) -> str:
    """Empty where that cannot be written."""
    return "" if any('"' in place for place in places) else " ".join(f'"{place}"' for place in places)


def _is_there(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


class _Cell(QStyledItemDelegate):
    """A file with as much room for its name as its cell has."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return _CELL


class _WithThumbnails(QIdentityProxyModel):
    """The files of a dialog, pictures with a thumbnail instead of the sign of their type."""

    def __init__(self, thumbnails: Thumbnails | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        if thumbnails is not None:
            thumbnails.arrived.connect(self._show)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        files = self.sourceModel()
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0 and isinstance(files, QFileSystemModel):
            path = Path(files.filePath(self.mapToSource(index)))
            if path.suffix.lower() in OPEN_SUFFIXES and not files.isDir(self.mapToSource(index)):
                pixmap = self._thumbnails.pixmap(path) if self._thumbnails is not None else None
                return QIcon(pixmap) if pixmap is not None else icon("picture", "muted")
        return super().data(index, role)

    @Slot(object)
    def _show(self, path: Path) -> None:
        files = self.sourceModel()
        if isinstance(files, QFileSystemModel):
            index = self.mapFromSource(files.index(str(path)))
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
