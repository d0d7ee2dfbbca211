"""TuneWindow: where a style is taught: its pictures, a sample that improves, the loss curve, Keep at the end."""

from __future__ import annotations

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.core.card import UNKNOWN_LICENCE
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import MOST_PICTURES
from studio.ui.actions.actions import Actions
from studio.ui.actions.message_bar import MessageBar
from studio.ui.finetune.lesson_words import LessonWords
from studio.ui.finetune.loss_curve import LossCurve
from studio.ui.finetune.sample_view import SamplePair
from studio.ui.finetune.thumbnail_strip import ThumbnailStrip
from studio.ui.finetune.training_photos import TrainingPhotos
from studio.ui.finetune.tune_controller import TuneController
from studio.ui.finetune.tune_settings_form import TuneSettingsForm
from studio.ui.importing.source_picker import SourcePicker
from studio.ui.session.settings import Settings
from studio.ui.theme.theme import GRID, set_role
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.licence_combo import LicenceCombo
from studio.ui.widgets.plain_text import PlainLabel
from studio.ui.widgets.progress_line import ProgressLine
from studio.ui.widgets.screen_room import ScrolledPage, resize_within_screen

_SHOWN_REMARKS = 3
_MAIN_WIDTH = 128  # px; for all of its texts


class TuneWindow(QDialog):
    """Shows the state of a TuneController and reports what the artist wants. Closing it stops nothing."""

    def __init__(
        self, controller: TuneController, actions: Actions, settings: Settings, files: SerialExecutor, parent: QWidget
    ) -> None:
        """files: loads the plot."""
        super().__init__(parent)
        self._controller = controller
        self._words = LessonWords(controller, self)
        self.setWindowTitle(self.tr("Teach a style"))
        self.setMinimumSize(640, 440)
        resize_within_screen(self, QSize(960, 700))
        self.messages = MessageBar(actions)
        invitation = self.tr("Drop 3 to 30 pictures by one artist here, or a folder of them")
        self.strip = ThumbnailStrip(controller.references, self.tr("Pictures to learn from"), invitation)
        titles = self.tr("Learn from pictures"), self.tr("Learn from a folder")
        self.picker = SourcePicker(settings, "teach", *titles, target=self, opener=controller.references.opener)
        self.remove_all = QPushButton(self.tr("Remove all"))
        self.count = PlainLabel()
        set_role(self.count, "caption")
        self.remarks = PlainLabel()
        self.remarks.setWordWrap(True)
        set_role(self.remarks, "caption")
        self.title = QLineEdit()
        self.author = QLineEdit()
        self.licence = LicenceCombo()
        self.photos = TrainingPhotos(controller.photos, settings)
        self.knobs = TuneSettingsForm(self.photos)
        self.samples = SamplePair()
        self.gain = PlainLabel()
        self.gain.setWordWrap(True)
        self.gain.setMinimumHeight(self.gain.fontMetrics().lineSpacing())  # nothing jumps when it is said
        self._proposed_author, self._proposed_licence = "", self.licence.value
        self.curve = LossCurve(files)
        self.bar = ProgressLine(self.tr("Progress of learning"))
        self.progress = ElidedLabel()
        set_role(self.progress, "caption")
        self.discard = QPushButton(self.tr("Discard"))
        self.keep = QPushButton(self.tr("Keep"))
        self.resume = QPushButton(self.tr("Resume"))
        set_role(self.resume, "primary")
        self.again = QPushButton(self.tr("Start over"))
        self.main = QPushButton()
        set_role(self.main, "primary")
        self._main_place = QStackedWidget()  # where Stop was stands Resume, and nothing moves
        self._set_up()
        self._arrange()
        self._connect()
        self._show_state()

    @Slot()
    def open_beside(self) -> None:
        """Show it, or bring it to the front."""
        self._controller.look_for_unfinished()
        self._controller.settle_offer()
        self.show()
        self.activateWindow()

    def name_author(self, author: str) -> None:
        """Fill in whose works the pictures are, unless that was done, or something is being learnt."""
        if not self.author.text().strip() and not self._controller.is_learning:
            self.author.setText(author)

    @Slot()
    def _act(self) -> None:
        if self._controller.is_learning:
            self._controller.stop()
        else:
            self._learn()

    @Slot()
    def _learn(self) -> None:
        title = self.title.text().strip() or self.tr("My style")
        self._controller.learn(title, self.author.text().strip(), self.licence.value, self.knobs.settings)

    @Slot(object)
    def _show_request(self, request: TuneRequest) -> None:
        """Fill in what was entered when it was started."""
        card = request.card
        self.title.setText(card.title)
        self.author.setText(card.author)
        self.licence.show_licence_of(card)
        self.knobs.show_settings(request.settings)

    @Slot()
    def _propose_rights(self) -> None:
        """Propose what the cards of all pictures agree on, where nothing else was entered."""
        references = self._controller.references
        if self._controller.is_learning or self._controller.has_style:
            return
        if self.author.text().strip() in ("", self._proposed_author) and references.author != self._proposed_author:
            self._proposed_author = references.author
            self.author.setText(references.author)
        licence = references.licence or UNKNOWN_LICENCE
        if self.licence.value == self._proposed_licence != licence:
            self._proposed_licence = licence
            self.licence.show_licence(licence)

    @Slot()
    def _show_state(self) -> None:
        controller = self._controller
        is_idle = not controller.is_learning
        for widget in (self.picker, self.title, self.author, self.licence, self.knobs):
            widget.setEnabled(is_idle)
        count = len(controller.references.pictures)
        self.remove_all.setEnabled(is_idle and count > 0)
        self.count.setText(self.tr("{} of at most {}").format(count, MOST_PICTURES) if count else "")
        remarks = controller.remarks
        words = [remark.text for remark in remarks[:_SHOWN_REMARKS]]
        more = len(remarks) - len(words)
        if more:
            words.append(self.tr("And {} more, shown at the pictures.").format(more))
        self.remarks.setText("\n".join(words))
        self.remarks.setVisible(bool(words))
        has_style = is_idle and controller.has_style and not controller.is_keeping
        self.keep.setEnabled(has_style)
        self.discard.setEnabled(has_style)
        can_resume = is_idle and controller.can_resume
        self.again.setVisible(can_resume)
        for button in (self.again, self.resume):
            button.setEnabled(not controller.is_keeping)
        learn = self.tr("Learn anyway") if any(remark.is_doubt for remark in remarks) else self.tr("Learn")
        self.main.setText(learn if is_idle else self.tr("Stop"))
        is_free = not controller.is_stopping and not controller.is_keeping
        self.main.setEnabled(bool(controller.references.pictures) and is_free)
        self._main_place.setCurrentWidget(self.resume if can_resume else self.main)
        is_next = has_style and not can_resume  # nothing else is left to be done with it
        if self.keep.property("role") != ("primary" if is_next else "plain"):
            set_role(self.keep, "primary" if is_next else "plain")
            set_role(self.main, "plain" if is_next else "primary")
            if is_next and (self.main.hasFocus() or self.focusWidget() is None):
                self.keep.setFocus()
        self._show_progress()

    @Slot()
    def _show_progress(self) -> None:
        controller = self._controller
        self.bar.show_progress(controller.progress)
        self.curve.show_training_log(controller.training_log)
        self.progress.setText(self._words.progress(self.knobs.settings))
        self.gain.setText(self._words.gain())
        self.samples.show_pictures(controller.untaught, controller.sample)
        self.samples.show_words(self._words.untaught(), self._words.taught())

    def _set_up(self) -> None:
        self.title.setPlaceholderText(self.tr("My style"))
        self.author.setPlaceholderText(self.tr("Whose style it is"))
        for widget, name in (
            (self.title, self.tr("Name of the style")),
            (self.author, self.tr("Artist")),
        ):
            widget.setAccessibleName(name)

    def _connect(self) -> None:
        controller = self._controller
        self.picker.chosen.connect(controller.references.add)
        self.remove_all.clicked.connect(self.strip.remove_all)
        self.strip.removed.connect(controller.references.remove)
        self.main.clicked.connect(self._act)
        self.resume.clicked.connect(controller.resume)
        self.again.clicked.connect(self._learn)
        self.keep.clicked.connect(controller.keep)
        self.discard.clicked.connect(controller.discard)
        controller.references.changed.connect(self._propose_rights)
        controller.state_changed.connect(self._show_state)
        self.knobs.changed.connect(self._show_progress)
        controller.request_found.connect(self._show_request)
        controller.step_arrived.connect(self._show_progress)
        controller.message_posted.connect(self.messages.show_message)

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(GRID)
        form.setHorizontalSpacing(2 * GRID)
        form.addRow(self.tr("Name"), self.title)
        form.addRow(self.tr("Artist"), self.author)
        form.addRow(self.tr("Licence"), self.licence)
        page = QWidget()
        left = QVBoxLayout(page)
        left.setContentsMargins(0, 0, GRID, 0)
        left.setSpacing(GRID)
        left.addLayout(form)
        left.addWidget(self.knobs)
        left.addStretch(1)
        area = ScrolledPage(page)  # with all numbers it is higher than the window
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.samples, 4)
        right.addWidget(self.gain)
        right.addWidget(self.curve, 3)
        middle = QHBoxLayout()
        middle.setSpacing(3 * GRID)
        middle.addWidget(area, 1)
        middle.addLayout(right, 2)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.progress, 1)
        kept_place = self.again.sizePolicy()
        kept_place.setRetainSizeWhenHidden(True)
        self.again.setSizePolicy(kept_place)
        for part in (self.main, self.resume):
            self._main_place.addWidget(part)
        self._main_place.setFixedWidth(_MAIN_WIDTH)
        self._main_place.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for button in (self.discard, self.keep, self.again, self._main_place):
            buttons.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        box.setSpacing(GRID + 4)
        box.addWidget(self.messages)
        box.addWidget(self.strip)
        sources = QHBoxLayout()
        sources.setSpacing(2 * GRID)
        sources.addWidget(self.picker)
        sources.addWidget(self.remove_all)
        sources.addWidget(self.count)
        sources.addStretch(1)
        box.addLayout(sources)
        box.addWidget(self.remarks)
        box.addLayout(middle, 1)
        box.addWidget(self.bar)
        box.addLayout(buttons)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in a field presses nothing
