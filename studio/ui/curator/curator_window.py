"""CuratorWindow: where a classifier is trained: its classes, how it learns, curves, the report, Keep at the end."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from studio.core.classifier.linear_head import NO_ATTRIBUTION
from studio.core.durations import clock
from studio.ui.actions.actions import Actions
from studio.ui.actions.message_bar import MessageBar
from studio.ui.curator.class_table import ClassTable
from studio.ui.curator.learning_curves import LearningCurves
from studio.ui.curator.report_files import ReportFiles
from studio.ui.curator.report_view import ReportView
from studio.ui.curator.settings_form import ClassifierSettingsForm
from studio.ui.curator.source_choice import SourceChoice
from studio.ui.curator.stage_list import StageList
from studio.ui.curator.train_controller import TrainController
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import GRID, set_role
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.plain_text import PlainLabel, tool_tip
from studio.ui.widgets.progress_line import ProgressLine
from studio.ui.widgets.screen_room import ScrolledPage, resize_within_screen

_LONGEST_TITLE = 120
_MAIN_WIDTH = 128  # px; for all of its texts
_LEFT_WIDTH = 360  # px


class CuratorWindow(QDialog):
    """Shows the state of a TrainController and reports what the artist wants. Closing it stops nothing.

    Signals: labelling_wanted(Path), the library is to be labelled with what was kept.
    """

    labelling_wanted = Signal(object)

    def __init__(
        self, controller: TrainController, actions: Actions, settings: Settings, files: SerialExecutor, parent: QWidget
    ) -> None:
        """files: draws the report and loads the plot."""
        super().__init__(parent)
        self._controller = controller
        self.setWindowTitle(self.tr("Train a classifier"))
        self.setMinimumSize(720, 480)
        resize_within_screen(self, QSize(1120, 780))
        self.messages = MessageBar(actions)
        self.source = SourceChoice(settings, self, controller.opener)
        self.classes = ClassTable()
        self.title = QLineEdit()
        self.title.setMaxLength(_LONGEST_TITLE)
        self.title.setAcceptDrops(False)  # a dropped folder is no name
        self.title.setAccessibleName(self.tr("Name of the classifier"))
        self.form = ClassifierSettingsForm()
        self.caution = PlainLabel(NO_ATTRIBUTION)
        self.caution.setToolTip(
            tool_tip(self.tr("It says which class a picture resembles most to a network, not who made it."))
        )
        set_role(self.caution, "caption")
        self.curves = LearningCurves(files)
        self.stages = StageList()
        self.report = ReportView(files)
        self.reports = ReportFiles(files, settings, self)
        self.save_report = QPushButton(self.tr("Save report…"))
        self.save_report.setToolTip(tool_tip(self.tr("As a PDF or as a web page")))
        self.browse = QPushButton(self.tr("Open in browser"))
        self.bar = ProgressLine(self.tr("Progress of training"))
        self.progress = ElidedLabel()
        set_role(self.progress, "caption")
        self.discard = QPushButton(self.tr("Discard"))
        self.keep = QPushButton(self.tr("Keep"))
        self.label = QPushButton(self.tr("Label the library"))
        self.main = QPushButton()
        set_role(self.main, "primary")
        self.pages = QTabWidget()
        self._arrange()
        self._connect()
        self._show_state()

    @Slot()
    def open_beside(self) -> None:
        """Show it, or bring it to the front."""
        self.show()
        self.activateWindow()

    @Slot()
    def _act(self) -> None:
        if self._controller.is_training:
            self._controller.stop()
        else:
            self.pages.setCurrentIndex(0)
            self._controller.train(self.title.text().strip() or self.title.placeholderText(), self.form.settings)

    @Slot(list)
    def _choose_folder(self, paths: list[Path]) -> None:
        self._controller.choose_folder(paths)

    @Slot()
    def _show_state(self) -> None:
        controller, trained = self._controller, self._controller.trained
        is_idle = not controller.is_training
        for widget in (self.source, self.title, self.form):
            widget.setEnabled(is_idle and not controller.is_keeping)
        self.classes.show_collection(controller.source, controller.collection, is_sorting=controller.is_sorting)
        source = controller.source
        name = source.folder.name if source is not None and source.folder is not None else ""
        self.title.setPlaceholderText(self.tr("Classifier of {}").format(name) if name else self.tr("My classifier"))
        self.main.setText(self.tr("Train") if is_idle else self.tr("Stop"))
        can_stop = controller.is_training and not controller.is_stopping
        self.main.setEnabled(can_stop or controller.can_train)
        has_result = is_idle and trained is not None and not controller.is_keeping
        self.keep.setEnabled(has_result and controller.kept is None)
        self.discard.setEnabled(has_result)
        self.label.setVisible(has_result and controller.kept is not None)
        for button in (self.save_report, self.browse):
            button.setEnabled(trained is not None)
        self.pages.setTabEnabled(1, trained is not None)
        had_report = bool(self.report.text.toPlainText()) or self.pages.currentIndex() == 1
        self.report.show_report(controller.title, None if trained is None else trained.assessment)
        if trained is not None and not had_report and is_idle:
            self.pages.setCurrentIndex(1)
        if trained is None:
            self.pages.setCurrentIndex(0)
        self._show_progress()

    @Slot()
    def _show_progress(self) -> None:
        controller = self._controller
        self.bar.show_progress(controller.progress)
        self.curves.show_epochs(controller.epochs)
        trained = controller.trained
        self.stages.show_stages(controller.epochs, None if trained is None else trained.assessment)
        self.progress.setText(self._words())

    def _words(self) -> str:
        controller = self._controller
        if controller.is_stopping:
            return self.tr("Stopping")
        if controller.is_training:
            left = controller.seconds_left
            note = controller.note or self.tr("Loading")
            return note if left is None else self.tr("{}, about {} left").format(note, clock(left))
        if controller.kept is not None:
            return self.tr("Kept as {}.").format(controller.kept.name)
        if controller.trained is not None:
            found = controller.trained.assessment
            low, high = found.interval
            text = self.tr(
                "Right for {:.0%} of works held out ({:.0%} to {:.0%}); the most frequent class alone: {:.0%}."
            )
            return text.format(found.accuracy, low, high, found.majority)
        return ""

    @Slot()
    def _save_report(self) -> None:
        trained = self._controller.trained
        if trained is not None:
            self.reports.ask(self._controller.title, trained.assessment)

    @Slot()
    def _browse(self) -> None:
        trained = self._controller.trained
        if trained is not None:
            self.reports.show_in_browser(self._controller.title, trained.assessment)

    @Slot()
    def _label(self) -> None:
        if self._controller.kept is not None:
            self.labelling_wanted.emit(self._controller.kept)

    def _connect(self) -> None:
        controller = self._controller
        self.source.folder_chosen.connect(self._choose_folder)
        self.source.library_chosen.connect(controller.choose_library)
        self.form.least_works_changed.connect(controller.set_least_works)
        self.main.clicked.connect(self._act)
        self.keep.clicked.connect(controller.keep)
        self.discard.clicked.connect(controller.discard)
        self.label.clicked.connect(self._label)
        self.save_report.clicked.connect(self._save_report)
        self.browse.clicked.connect(self._browse)
        controller.state_changed.connect(self._show_state)
        controller.progressed.connect(self._show_progress)
        controller.message_posted.connect(self.messages.show_message)
        self.reports.message_posted.connect(self.messages.show_message)

    def _arrange(self) -> None:
        page = QWidget()
        left = QVBoxLayout(page)
        left.setContentsMargins(0, 0, GRID, 0)
        left.setSpacing(GRID)
        name = QFormLayout()
        name.setContentsMargins(0, 0, 0, 0)
        name.addRow(self.tr("Name"), self.title)
        left.addWidget(self.source)
        left.addWidget(self.classes, 1)
        left.addLayout(name)
        left.addWidget(self.form)
        area = ScrolledPage(page)  # with all numbers it is higher than the window
        area.setMinimumWidth(_LEFT_WIDTH)
        training = QWidget()
        column = QVBoxLayout(training)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.curves, 1)
        column.addWidget(self.stages)
        report = QWidget()
        below = QVBoxLayout(report)
        below.setContentsMargins(0, GRID, 0, 0)
        below.setSpacing(GRID)
        below.addWidget(self.report, 1)
        tools = QHBoxLayout()
        tools.setSpacing(GRID)
        tools.addWidget(self.caution, 1)
        tools.addWidget(self.browse)
        tools.addWidget(self.save_report)
        below.addLayout(tools)
        self.pages.setDocumentMode(True)
        self.pages.addTab(training, self.tr("Training"))
        self.pages.addTab(report, self.tr("Report"))
        middle = QHBoxLayout()
        middle.setSpacing(3 * GRID)
        middle.addWidget(area, 2)
        middle.addWidget(self.pages, 4)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.progress, 1)
        self.main.setFixedWidth(_MAIN_WIDTH)
        for button in (self.label, self.discard, self.keep, self.main):
            buttons.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        box.setSpacing(GRID + 4)
        box.addWidget(self.messages)
        box.addLayout(middle, 1)
        box.addWidget(self.bar)
        box.addLayout(buttons)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in a field presses nothing
        area.setAlignment(Qt.AlignmentFlag.AlignTop)
