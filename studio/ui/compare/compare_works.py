"""CompareWorks: two works side by side, what they share, where, and how usual that is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QSize, QStandardPaths, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from studio.core.engine_api.comparison import MOST_MATCHES
from studio.core.errors import StudioError
from studio.ui.compare.traits_column import TraitsColumn
from studio.ui.compare.traits_view import PaletteStrip
from studio.ui.compare.works_comparer import WorksComparer
from studio.ui.compare.works_view import WorksView
from studio.ui.dialogs.file_dialogs import ask_for_files, last_folders, open_dialog, remember_folder
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.importing.drop_target import DropTarget
from studio.ui.importing.mime_payload import Payload, payload_kind
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import GRID
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.form_row import form_row
from studio.ui.widgets.plain_text import PlainLabel, tool_tip
from studio.ui.widgets.screen_room import resize_within_screen

_SIZE = QSize(1200, 690)  # px
_SHOWN = 12  # pairs at first
_PURPOSE, _EXPORT = "compare", "compare_export"  # of file dialogs


class CompareWorks(QDialog):
    """Compares two works, which can be chosen and dropped. Blocks nothing, and stops the engine when it is closed.

    Signals: style_asked(Path), paint in the style of a work; mix_asked(list), mix the styles of both in.
    """

    style_asked = Signal(object)
    mix_asked = Signal(list)

    def __init__(
        self,
        comparer: WorksComparer,
        settings: Settings,
        first: Path | None = None,
        second: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """comparer: of this dialog alone, which closes it."""
        super().__init__(parent)
        self.comparer = comparer
        comparer.setParent(self)
        self._settings = settings
        self._drop_place = QPoint()
        self.setWindowTitle(self.tr("Compare two works"))
        self.view = WorksView()
        self.titles = [PlainLabel(self.tr("First work")), PlainLabel(self.tr("Second work"))]
        self.choosers = [QPushButton(self.tr("Choose…")) for _ in range(2)]
        self.palettes = [
            PaletteStrip(self.tr("Colours of the first work")),
            PaletteStrip(self.tr("Colours of the second work")),
        ]
        self.traits = TraitsColumn()
        self.pairs = QSlider(Qt.Orientation.Horizontal)
        self.attention = QCheckBox(self.tr("What draws the &eye"))
        self.progress = QProgressBar()
        self.status = ElidedLabel()
        self.use = [QPushButton(self.tr("&First as style")), QPushButton(self.tr("&Second as style"))]
        self.mix = QPushButton(self.tr("&Mix both in"))
        self.export = QPushButton(self.tr("E&xport…"))
        self.done_button = QPushButton(self.tr("Close"))
        self._set_up()
        self._arrange()
        self._connect()
        resize_within_screen(self, _SIZE)
        self._show_state()
        for side, path in enumerate((first, second)):
            if path is not None:
                self.comparer.open(side, path)

    @Slot(int)
    def ask_for_work(self, side: int) -> None:
        """Let the artist choose a file for one side."""
        title = self.tr("Choose the first work") if side == 0 else self.tr("Choose the second work")
        mode, opener = QFileDialog.FileMode.ExistingFile, self.comparer.opener

        def take(files: list[Path]) -> None:
            self.comparer.open(side, files[0])

        ask_for_files(self, self._settings, _PURPOSE, title, mode, take, opener=opener)

    @Slot()
    def ask_where_to_export(self) -> None:
        """Let the artist choose a name for the comparison as a picture or as numbers."""

        def take(file: str) -> None:
            remember_folder(self._settings, _EXPORT, Path(file).parent)
            self.comparer.write(Path(file))

        def make(folder: Path) -> QFileDialog:
            kinds = self.tr("Picture (*.png);;Numbers (*.json)")
            title, opener = self.tr("Export the comparison"), self.comparer.opener
            dialog = StudioFileDialog(self, title, str(folder), kinds, opener=opener)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("png")
            dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix("json" if "json" in kind else "png"))
            dialog.selectFile(self.tr("Comparison"))
            dialog.fileSelected.connect(take)
            return dialog

        open_dialog(make, self, last_folders(self._settings, _EXPORT, QStandardPaths.StandardLocation.PicturesLocation))

    def done(self, result: int) -> None:
        self.comparer.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.comparer.close()
        super().closeEvent(event)

    @Slot(int)
    def _show_work(self, side: int) -> None:
        work = self.comparer.works[side]
        if work is not None:
            text = "\n".join(filter(None, (work.title, work.about)))
            self.titles[side].setText(text)
            self.titles[side].setToolTip(tool_tip(str(work.path)))
            self.view.show_work(side, work.image)
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        """Everything that follows from what there is."""
        comparison, works = self.comparer.comparison, self.comparer.works
        is_there = comparison is not None
        for side in (0, 1):
            self.use[side].setEnabled(works[side] is not None)
            traits = None if comparison is None else (comparison.first, comparison.second)[side]
            self.palettes[side].show_traits(traits)
        self.mix.setEnabled(all(works))
        for part in (self.export, self.pairs, self.attention):
            part.setEnabled(is_there)
        self.progress.setVisible(self.comparer.is_comparing)
        self.view.show_comparison(comparison)
        first, second = works
        titles = (first.title if first is not None else "", second.title if second is not None else "")
        self.traits.show_comparison(comparison, titles)
        if comparison is not None:
            self.pairs.setRange(0, len(comparison.places))
            self.pairs.setValue(min(_SHOWN, len(comparison.places)))
            self._tell_pair(-1)
        else:
            waits = self.comparer.is_comparing
            self.status.setText(self.tr("Comparing the two works…") if waits else "")

    @Slot(float)
    def _show_progress(self, share: float) -> None:
        self.progress.setValue(round(100 * share))

    @Slot(int)
    def _tell_pair(self, pair: int) -> None:
        comparison = self.comparer.comparison
        if comparison is None:
            return
        if pair >= 0:
            text = self.tr("This pair: {:.0f} % alike").format(100 * max(0.0, float(comparison.similarities[pair])))
        else:
            text = self.tr("{} of {} pairs are shown").format(self.view.count, len(comparison.places))
        self.status.setText(text)

    @Slot(int)
    def _show_pairs(self, count: int) -> None:
        self.view.show_pairs(count)
        self._tell_pair(self.view.pair)

    @Slot(object)
    def _refuse(self, error: StudioError) -> None:
        self._show_state()
        self.status.setText(str(error))

    @Slot(object)
    def _tell_written(self, path: Path) -> None:
        self.status.setText(self.tr("The comparison is in {}").format(path.name))

    @Slot(object)
    def _take_drop(self, payload: Payload) -> None:
        if payload.paths:
            side = int(self.view.mapFromGlobal(self._drop_place).x() > self.view.width() / 2)
            for number, path in enumerate(payload.paths[:2]):
                self.comparer.open(side if number == 0 else 1 - side, path)

    @Slot(QPoint)
    def _follow_drag(self, place: QPoint) -> None:
        self._drop_place = place

    def _use(self, side: int) -> None:
        work = self.comparer.works[side]
        if work is not None:
            self.style_asked.emit(work.path)

    @Slot()
    def _mix(self) -> None:
        self.mix_asked.emit([work.path for work in self.comparer.works if work is not None])

    def _set_up(self) -> None:
        for button, name in zip(
            self.choosers, (self.tr("Choose the first work"), self.tr("Choose the second work")), strict=True
        ):
            button.setAccessibleName(name)
        self.pairs.setAccessibleName(self.tr("How many pairs of patches to show"))
        self.pairs.setRange(0, MOST_MATCHES)
        self.pairs.setMinimumWidth(80)
        self.pairs.setMaximumWidth(160)
        self.attention.setToolTip(self.tr("Darken the parts that are like the rest of their picture"))
        self.progress.setAccessibleName(self.tr("Progress of the comparison"))
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(60)
        for button in (*self.choosers, *self.use, self.mix, self.export, self.done_button):
            button.setAutoDefault(False)

    def _connect(self) -> None:
        for side in (0, 1):
            self.choosers[side].clicked.connect(lambda _=False, side=side: self.ask_for_work(side))
            self.use[side].clicked.connect(lambda _=False, side=side: self._use(side))
        self.view.side_chosen.connect(self.ask_for_work)
        self.view.pair_changed.connect(self._tell_pair)
        self.pairs.valueChanged.connect(self._show_pairs)
        self.attention.toggled.connect(self.view.show_attention)
        self.mix.clicked.connect(self._mix)
        self.export.clicked.connect(self.ask_where_to_export)
        self.done_button.clicked.connect(self.reject)
        self.comparer.opened.connect(self._show_work)
        self.comparer.progressed.connect(self._show_progress)
        self.comparer.compared.connect(self._show_state)
        self.comparer.failed.connect(self._refuse)
        self.comparer.written.connect(self._tell_written)
        drops = DropTarget(_takes, self)
        drops.watch(self.view)
        drops.moved.connect(self._follow_drag)
        drops.dropped.connect(self._take_drop)

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID)
        for side in (0, 1):
            head = QHBoxLayout()
            head.addWidget(self.titles[side], 1)
            head.addWidget(self.choosers[side], 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(head, 0, side)
            grid.addWidget(self.palettes[side], 2, side)
            grid.setColumnStretch(side, 1)
        grid.addWidget(self.view, 1, 0, 1, 2)
        grid.setRowStretch(1, 1)
        label = PlainLabel(self.tr("Pairs"))
        label.setBuddy(self.pairs)
        grid.addWidget(
            form_row(label, self.pairs, self.attention, None, self.status, self.progress, spacing=GRID), 3, 0, 1, 2
        )
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addLayout(grid, 1)
        row.addWidget(self.traits)
        buttons = form_row(*self.use, self.mix, None, self.export, self.done_button, spacing=GRID)
        page = QVBoxLayout(self)
        page.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        page.setSpacing(2 * GRID)
        page.addLayout(row, 1)
        page.addWidget(buttons)


def _takes(mime: QMimeData) -> bool:
    return payload_kind(mime) == "files"
