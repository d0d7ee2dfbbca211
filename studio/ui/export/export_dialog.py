"""The export dialog: title and maker, format, size, what is written into the file, and where it goes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.errors import PictureError, StudioError
from studio.core.image_io import (
    EXPORT_SUFFIXES,
    ExportFormat,
    ExportOptions,
    check_export_size,
)
from studio.core.image_io.formats import SUFFIX_OF
from studio.core.image_io.opening.opener import PictureOpener
from studio.ui.dialogs.file_dialogs import typed_path
from studio.ui.export.color_row import ColorRow
from studio.ui.export.credits_preview import CreditsPreview
from studio.ui.export.export_file import ExportNote, FileField
from studio.ui.export.export_place import ExportPlace, Place
from studio.ui.export.export_preview import ExportPreview
from studio.ui.export.export_settings import ExportSettings
from studio.ui.export.export_size import ExportSize
from studio.ui.export.exporter import Exportable, file_size
from studio.ui.export.file_size_estimator import FileSizeEstimator
from studio.ui.export.format_row import FormatRow
from studio.ui.export.metadata_rows import KeepRow, LabelRow
from studio.ui.export.signing_row import SigningRow
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.form_row import form_row
from studio.ui.widgets.screen_room import ScrolledPage, resize_within_screen


class ExportDialog(QDialog):
    """Asks how and where to export a picture, which it shows; starts with the settings of the last export.

    Signals: accepted_with(path, options, title, artist, unit, what to sign with or None); better_wanted(), rather the
    finished picture than this;
    larger_wanted(int), rather one painted with this longer edge (px).
    """

    accepted_with = Signal(object, object, str, str, str, object)
    better_wanted = Signal()
    larger_wanted = Signal(int)

    def __init__(
        self,
        artwork: Exportable,
        last: ExportSettings,
        parent: QWidget | None = None,
        *,
        can_finish: bool = False,
        settings: Settings | None = None,
        opener: PictureOpener | None = None,
    ) -> None:
        """can_finish: whether a better picture could be made of what is on the canvas. settings: of signing. opener:
        as of StudioFileDialog.
        """
        super().__init__(parent)
        self._artwork = artwork
        picture, options = artwork.picture, last.options
        self.setWindowTitle(self.tr("Export the artwork"))
        self.setMinimumWidth(640)
        self.preview = ExportPreview(picture, artwork.shown, can_finish)
        self.title = QLineEdit(artwork.title)
        self.artist = QLineEdit(last.artist)
        self.credits = CreditsPreview(artwork.credits)
        self.artist.setPlaceholderText(self.tr("Your name, if you want it in the file"))
        self.format = FormatRow(options)
        self.colors = ColorRow(picture, options)
        self.dimensions = self._make_size(last, can_finish)
        self.keep = KeepRow(picture.metadata.exif, options)
        self.label = LabelRow(options, is_painted=artwork.credits.recipe is not None)
        self.signing = SigningRow(settings)
        self.file = FileField(last.folder / f"{artwork.file_name}{SUFFIX_OF[options.format]}", opener=opener)
        self.note = ExportNote(artwork)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export = self.buttons.addButton(self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.export.setDefault(True)
        set_role(self.export, "primary")
        self._size_estimator = FileSizeEstimator(self)
        self._refusal: StudioError | None = None  # of the encoder, for the settings of the moment
        self._disk = ExportPlace(self)
        self._wanted = self._proposed = Path()  # the name that is wanted, and the free one it became
        self._place: Place | None = None  # of the path in the field, None while the disk is asked
        self._is_wanted = False  # whether to export when it has said that this replaces nothing
        self._arrange()
        self._connect()
        self._show_format()
        self.title.setCursorPosition(0)
        self.note.keep_room()
        for _ in range(2):  # how high lines are that wrap is known when they have their width
            resize_within_screen(self, self.sizeHint())  # Qt by itself takes two thirds of the screen at most
            box = self.layout()
            assert box is not None
            box.activate()
        self.title.setFocus()
        self._propose(self.file.path, elsewhere=True)

    def _make_size(self, last: ExportSettings, can_paint: bool) -> ExportSize:
        """A picture that was painted for a print begins with the resolution of that."""
        picture, shown = self._artwork.picture, self._artwork.shown
        recipe = shown.result.recipe if shown is not None and shown.is_painted else None
        content = shown.result.content if shown is not None else None
        photo = (content.width, content.height) if content is not None else None
        dpi = (recipe and recipe.dpi) or last.options.dpi or picture.metadata.dpi or 300
        return ExportSize(picture, dpi, last.unit, photo=photo, can_paint=can_paint)

    @property
    def options(self) -> ExportOptions:
        """What is set."""
        size, picture = self.dimensions.pixels, self._artwork.picture
        is_own_size = size == (picture.width, picture.height)
        options = ExportOptions(size=None if is_own_size else size, dpi=float(self.dimensions.dpi))
        for row in (self.format, self.keep, self.label, self.colors):
            options = row.apply_to(options)
        return options

    @Slot()
    def accept(self) -> None:
        if self._place is None:  # the disk has not said yet what would be replaced
            self._is_wanted = True
            return
        path, title, artist = typed_path(str(self.file.path)), self.title.text().strip(), self.artist.text().strip()
        self.accepted_with.emit(path, self.options, title, artist, self.dimensions.unit, self.signing.files)
        super().accept()

    @Slot()
    def _show_format(self) -> None:
        chosen = self.format.format
        self.colors.show_format(chosen)
        path = self.file.path
        if EXPORT_SUFFIXES.get(path.suffix.lower()) != chosen:
            if path == self._proposed:  # without the number that it has for being taken in another format
                path = path.with_name(self._wanted.name)
            name = path.stem if path.suffix.lower() in EXPORT_SUFFIXES else path.name
            path = path.with_name(f"{name}{SUFFIX_OF[chosen]}")
            self.file.show_path(path)
            self._propose(path)
        self._show_change()

    @Slot()
    def _show_file(self) -> None:
        """Follow the ending of the file's name, and say what will happen, or why nothing can."""
        path = typed_path(str(self.file.path))
        found = EXPORT_SUFFIXES.get(path.suffix.lower())
        if found is not None and found != self.format.format:
            self.format.choose(found)
        problem = self._problem(path, found)
        if self._place is None or self._place.path != path:
            self._place = None
            self._disk.look_at(path)
        if problem:
            self.note.setText(problem)
        elif self._place is not None:
            self.note.tell(self._place)
        self.export.setEnabled(not problem and (self._place is None or self._place.has_folder))

    @Slot()
    def _make_room(self) -> None:
        """Rows have come: the file's name stays in sight, as far as the screen has room."""
        box = self.layout()
        assert box is not None
        box.activate()
        resize_within_screen(self, self.size().expandedTo(self.sizeHint()))

    def _propose(self, path: Path, *, elsewhere: bool = False) -> None:
        self._wanted = path
        self._disk.propose(path, elsewhere=elsewhere)

    @Slot(object)
    def _show_proposed(self, path: Path) -> None:
        self._proposed = path
        self.file.propose(path)
        self._show_file()

    @Slot(object)
    def _show_place(self, place: Place) -> None:
        self._place = place
        self._show_file()
        if self._is_wanted and self.export.isEnabled() and not place.is_taken:
            self.accept()
        self._is_wanted = False

    @Slot(object)
    def _show_refusal(self, error: StudioError) -> None:
        self._is_wanted = False
        self.note.setText(error.message)
        self.export.setEnabled(False)

    @Slot()
    def _want_no_more(self) -> None:
        self._is_wanted = False

    def _problem(self, path: Path, found: ExportFormat | None) -> str:
        if found is None or not path.stem:
            return self.tr("Give the file a name that ends in {}.").format(", ".join(EXPORT_SUFFIXES))
        try:
            check_export_size(*self.dimensions.pixels, found)
        except PictureError as error:
            return str(error)
        if self._refusal is not None:
            return str(self._refusal)
        return self.signing.problem(found)

    @Slot()
    def _show_change(self) -> None:
        """Something has been changed: the file will have another size."""
        self._refusal = None
        self._show_file()
        self.format.size_label.setText(self.tr("measuring…"))
        made_of = replace(self._artwork.credits, title=self.title.text().strip(), artist=self.artist.text().strip())
        self._size_estimator.ask(partial(self._artwork.encode, self.options, made_of))

    @Slot(object)
    def _show_file_size(self, length: int | None) -> None:
        self.format.size_label.setText("" if length is None else file_size(length))

    @Slot(object)
    def _show_what_fails(self, error: StudioError) -> None:
        """The file cannot be made as it is set, such as in a profile that its format does not hold."""
        self._refusal = error
        self._show_file()

    @Slot()
    def _want_better(self) -> None:
        self.reject()
        self.better_wanted.emit()

    @Slot(int)
    def _want_larger(self, long_edge: int) -> None:
        self.reject()
        self.larger_wanted.emit(long_edge)

    def _connect(self) -> None:
        self.dimensions.larger_wanted.connect(self._want_larger)
        self.preview.better_wanted.connect(self._want_better)
        self.format.format_changed.connect(self._show_format)
        self.file.textChanged.connect(self._show_file)
        self.file.textEdited.connect(self._want_no_more)
        for row in (self.format, self.colors, self.dimensions, self.keep, self.label):
            row.changed.connect(self._show_change)
        self.signing.changed.connect(self._show_file)
        self.signing.box.toggled.connect(self._make_room)
        self._size_estimator.measured.connect(self._show_file_size)
        self._size_estimator.refused.connect(self._show_what_fails)
        self._disk.proposed.connect(self._show_proposed)
        self._disk.looked_at.connect(self._show_place)
        self._disk.failed.connect(self._show_refusal)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _arrange(self) -> None:
        browse = QPushButton(self.tr("Choose…"))
        browse.setAutoDefault(False)  # Enter in a field exports
        browse.clicked.connect(self.file.browse)
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, widget in (
            (self.tr("Title"), self.title),
            (self.tr("Made by"), self.artist),
            (self.tr("File"), self.file),
        ):
            widget.setAccessibleName(name)
        form.addRow(self.tr("Title"), self.title)
        form.addRow(self.tr("Made by"), self.artist)
        if self._artwork.credits.lines:
            form.addRow(self.tr("Credits"), self.credits)
        form.addRow(self.tr("Format"), self.format)
        form.addRow(self.tr("Colours"), self.colors)
        form.addRow(self.tr("Size"), self.dimensions)
        form.addRow(self.tr("Keep"), self.keep)
        form.addRow(self.tr("Label"), self.label)
        form.addRow(self.tr("Signature"), self.signing)
        form.addRow(self.tr("File"), form_row(self.file, browse))
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 20, 20, 16)
        box.setSpacing(2 * GRID)
        box.addWidget(self.preview)
        page = QWidget()
        form.setContentsMargins(0, 0, 0, 0)
        page.setLayout(form)
        box.addWidget(ScrolledPage(page), 1)  # many styles have many credits
        end = QHBoxLayout()
        end.setSpacing(2 * GRID)
        end.addWidget(self.note, 1)  # what is about to happen is never scrolled away
        end.addWidget(self.buttons, 0, Qt.AlignmentFlag.AlignBottom)
        box.addLayout(end)
