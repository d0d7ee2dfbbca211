"""The window of a batch: its photos and folders, where and how artworks are written, and the status of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.card import Card, licence_is_unknown
from studio.core.displayable import displayable
from studio.core.durations import clock
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.print_size import parse_print_size
from studio.core.recipe import StyleRecipe
from studio.core.styles.style import Style
from studio.ui.actions.actions import Actions
from studio.ui.actions.message_bar import MessageBar
from studio.ui.batch.batch_list import BatchList
from studio.ui.batch.batch_queue import BatchQueue
from studio.ui.batch.regions_note import RegionsNote
from studio.ui.batch.resume_banner import ResumeBanner
from studio.ui.dialogs.file_dialogs import (
    last_folders,
    make_open_dialog,
    open_dialog,
    remember_folder,
    show_folder,
    typed_path,
)
from studio.ui.export.format_row import format_names
from studio.ui.importing.source_picker import SourcePicker
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox
from studio.ui.widgets.plain_text import PlainLabel
from studio.ui.widgets.progress_line import ProgressLine
from studio.ui.widgets.screen_room import resize_within_screen

_PLACES, _FOLDER = "batch_photos", "batch"  # purposes of dialogs


class BatchWindow(QDialog):
    """Shows a queue and reports what the artist chooses. It stays open beside the studio; closing it stops nothing."""

    def __init__(
        self,
        queue: BatchQueue,
        session: Session,
        actions: Actions,
        settings: Settings,
        parent: QWidget,
        thumbnail_folder: Path | None = None,
        opener: PictureOpener | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._session = session
        self._settings = settings
        self._opener = opener
        self._shown_folder: Path | None = None
        self.library_folders: Callable[[], Iterable[Path]] = tuple  # which nothing is painted into by itself
        self.setWindowTitle(self.tr("Render many"))
        self.setMinimumSize(520, 420)
        resize_within_screen(self, QSize(680, 620))
        self.messages = MessageBar(actions)
        titles = self.tr("Add pictures"), self.tr("Add a folder with its subfolders")
        self.picker = SourcePicker(settings, _PLACES, *titles, target=self, opener=opener)
        self.clear = QPushButton(self.tr("Clear"))
        set_role(self.clear, "link")
        self.count = PlainLabel()
        set_role(self.count, "caption")
        self.list = BatchList(queue, thumbnail_folder, opener)
        self.resume_banner = ResumeBanner()
        self.folder = QLineEdit()
        self.folder.setPlaceholderText(self.tr("Choose a folder for the artworks"))
        self.browse = QPushButton(self.tr("Choose…"))
        self.format = NoWheelComboBox()
        for name, text in format_names().items():
            self.format.addItem(text, name)
        self.overwrite = QCheckBox(self.tr("Replace files that are there"))
        self.recipe = ElidedLabel()
        set_role(self.recipe, "muted")
        self.regions = RegionsNote()
        self.rights = PlainLabel()  # which styles nobody has said a licence of
        self.rights.setWordWrap(True)
        set_role(self.rights, "error")
        self.bar = ProgressLine(self.tr("Progress of all pictures"))
        self.progress = PlainLabel()
        set_role(self.progress, "caption")
        self.show_folder = QPushButton(self.tr("Show folder"))
        self.stop = QPushButton(self.tr("Stop"))
        self.main = QPushButton()
        set_role(self.main, "primary")
        self._arrange()
        self._connect()
        self._show_state()

    @Slot()
    def open_beside(self) -> None:
        """Show it, or bring it to the front."""
        self.show()
        self.activateWindow()

    @Slot(list)
    def add_places(self, places: Sequence[Path]) -> None:
        """Add photos and folders to those chosen; the first ones propose where the artworks go."""
        if self._queue.is_running or not places:
            return
        options = self._queue.options
        places = tuple(dict.fromkeys((*options.places, *places)))
        library = tuple(self.library_folders())
        self._queue.choose(replace(options, places=places, proposes_folder=options.folder is None, library=library))

    @Slot()
    def _ask_for_output(self) -> None:
        def make(folder: Path) -> QFileDialog:
            title = self.tr("Paint into this folder")
            dialog = make_open_dialog(self, folder, title, QFileDialog.FileMode.Directory, self._opener)
            dialog.fileSelected.connect(self._take_output)
            return dialog

        folders = last_folders(self._settings, _FOLDER)
        if text := self.folder.text():
            folders = (typed_path(text), typed_path(text).parent, *folders)
        open_dialog(make, self, folders)

    @Slot(str)
    def _take_output(self, folder: str) -> None:
        remember_folder(self._settings, _FOLDER, Path(folder))
        self.folder.setText(folder)
        self._choose()

    @Slot()
    def _choose(self) -> None:
        """Tell the queue what the fields say, if anything has changed."""
        text, folder = self.folder.text().strip(), self._queue.options.folder
        if folder is None or text != displayable(str(folder)):  # a field cannot hold every name a folder can have
            folder = typed_path(text).absolute() if text else None
        options = replace(
            self._queue.options,
            folder=folder,
            format=self.format.currentData(),
            may_overwrite=self.overwrite.isChecked(),
        )
        if options != self._queue.options and not self._queue.is_running:
            self._queue.choose(options)

    @Slot()
    def _clear(self) -> None:
        self._queue.clear()

    @Slot()
    def _act(self) -> None:
        if self._queue.is_running:
            self._queue.set_paused(not self._queue.is_paused)
        else:
            self._choose()
            self._queue.start()

    @Slot()
    def _show_output(self) -> None:
        if self._queue.options.folder is not None:
            show_folder(self._queue.options.folder)

    @Slot()
    def _show_state(self) -> None:
        queue, count = self._queue, len(self._queue.statuses)
        options, is_idle = queue.options, not queue.is_running
        for widget in (self.picker, self.folder, self.browse, self.format, self.overwrite):
            widget.setEnabled(is_idle)
        self.clear.setEnabled(is_idle and bool(options.places))
        self.count.setText(
            self.tr("1 picture") if count == 1 else self.tr("{} pictures").format(count) if count else ""
        )
        if not self.folder.hasFocus() or not is_idle or options.folder != self._shown_folder:
            self._shown_folder = options.folder
            self.folder.setText(displayable(str(options.folder or "")))
        self.format.setCurrentIndex(self.format.findData(options.format))
        self.resume_banner.show_for(queue.interrupted if is_idle else None)
        if is_idle:
            self.main.setText(self.tr("Start"))
        else:
            self.main.setText(self.tr("Resume") if queue.is_paused else self.tr("Pause"))
        missing = "" if self._session.artwork.styles else self.tr("Pick a style in the studio first.")
        # Also while the disk is asked what is in the folder: the click on Start may be what ended typing its name.
        is_ready = count > 0 and bool(options.places) and options.folder is not None and not missing
        self.main.setEnabled(not is_idle or is_ready)
        self.stop.setEnabled(not is_idle)
        self.show_folder.setEnabled(queue.has_folder)
        artwork = self._session.artwork
        if not is_idle and queue.job is not None:
            self.recipe.setText(self._described(queue.job.styles, queue.job.recipe))
            self.regions.show_regions(queue.job.regions)
            self._show_rights(queue.job.cards)
        else:
            styles = artwork.cards.styles(artwork.styles)
            self.recipe.setText(missing or self._described(styles, artwork.recipe))
            self.regions.show_regions(artwork.regions)
            of_regions = (style for region in artwork.regions if region.is_painted for style in region.styles)
            self._show_rights([style.card for style in (*styles, *of_regions)])
        self._show_progress()

    @Slot()
    def _show_progress(self) -> None:
        queue, statuses = self._queue, self._queue.statuses
        self.bar.show_progress(queue.progress)
        parts = []
        if statuses.tried or queue.is_running:
            parts.append(self.tr("{} of {}").format(statuses.tried, len(statuses)))
        if statuses.left_out:
            parts.append(self.tr("{} left out").format(statuses.left_out))
        if queue.is_paused:
            parts.append(self.tr("paused"))
        elif queue.is_running and self._session.finishing.run is not None:
            parts.append(self.tr("your own artwork goes first"))
        elif queue.seconds_left is not None:
            parts.append(self.tr("{} left").format(clock(queue.seconds_left)))
        self.progress.setText("   ".join(parts))

    def _show_rights(self, cards: Sequence[Card]) -> None:
        unknown = dict.fromkeys(card.title for card in cards if licence_is_unknown(card))
        text = self.tr("The licence of {} is unknown: find out whether you may show it.").format(", ".join(unknown))
        self.rights.setText(text if unknown else "")
        self.rights.setVisible(bool(unknown))

    def _described(self, styles: Sequence[Style], recipe: StyleRecipe) -> str:
        """What the artworks will be painted in, with the settings of the studio."""
        names = self.tr(" and ").join(style.card.title for style in styles)
        size = self.tr("{} px").format(recipe.long_edge)
        if recipe.size_rule == "photo":
            size = self.tr("as large as each photo")
        elif recipe.dpi is not None:
            paper = parse_print_size(recipe.size_rule)
            words = self.tr("to print on {:g} × {:g} cm at {} dpi")
            size = words.format(paper.width, paper.height, paper.dpi)
        return self.tr("In the style of {}, {}, {}").format(names, size, recipe.quality)

    def _connect(self) -> None:
        queue = self._queue
        self.picker.chosen.connect(self.add_places)
        self.clear.clicked.connect(self._clear)
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.activated.connect(queue.undo)
        self.browse.clicked.connect(self._ask_for_output)
        self.folder.editingFinished.connect(self._choose)
        self.format.activated.connect(self._choose)
        self.overwrite.toggled.connect(self._choose)
        self.resume_banner.resume.clicked.connect(queue.resume)
        self.main.clicked.connect(self._act)
        self.stop.clicked.connect(queue.stop)
        self.show_folder.clicked.connect(self._show_output)
        queue.state_changed.connect(self._show_state)
        queue.report_changed.connect(self._show_progress)
        queue.message_posted.connect(self.messages.show_message)
        for signal in (self._session.styles_changed, self._session.recipe_changed, self._session.state_changed):
            signal.connect(self._show_state)

    def _arrange(self) -> None:
        photos = QHBoxLayout()
        photos.setSpacing(GRID)
        photos.addWidget(self.picker, 1)
        photos.addWidget(self.count)
        photos.addWidget(self.clear)
        form = QGridLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.setColumnStretch(2, 1)
        for row, (label, widget) in enumerate(((self.tr("Into"), self.folder), (self.tr("Format"), self.format))):
            widget.setAccessibleName(label)
            caption = PlainLabel(label)
            caption.setBuddy(widget)  # which screen readers tell
            form.addWidget(caption, row, 0)
        form.addWidget(self.folder, 0, 1, 1, 2)
        form.addWidget(self.browse, 0, 3)
        form.addWidget(self.format, 1, 1)
        form.addWidget(self.overwrite, 1, 2, 1, 2)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.progress, 1)
        for button in (self.show_folder, self.stop, self.main):
            buttons.addWidget(button)
        self.main.setMinimumWidth(96)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        box.setSpacing(GRID + 4)
        box.addWidget(self.messages)
        box.addLayout(photos)
        box.addWidget(self.list, 1)
        box.addWidget(self.resume_banner)
        box.addLayout(form)
        box.addWidget(self.recipe)
        box.addWidget(self.regions)
        box.addWidget(self.rights)
        box.addWidget(self.bar)
        box.addLayout(buttons)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in the field of the folder presses nothing
