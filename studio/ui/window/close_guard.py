"""CloseGuard: decides whether the window may close, and asks first where something would be lost."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from studio.ui.actions.actions import Actions
from studio.ui.session.message import Message
from studio.ui.session.session import Session


class HasUnsaved(Protocol):
    """What is asked about before it is lost. is_training: whether it is still under way."""

    is_training: bool

    @property
    def is_unsaved(self) -> bool:
        """Whether closing would lose something."""


class CloseGuard(QObject):
    """Waits for a file being written, asks before a batch is stopped, and before an artwork is lost.

    Work that autosave keeps is not asked about. batch_window: what the batch is asked about in front of, if it is open.
    classifier: knows whether one would be lost.
    """

    def __init__(self, session: Session, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._actions = actions
        self._window = window
        self.batch_window: QWidget | None = None
        self.classifier: HasUnsaved | None = None
        self._may_discard = False
        self._may_stop_batch = False
        self._may_lose_classifier = False
        self._batch_question: QMessageBox | None = None
        self._waits_for_export = False
        session.state_changed.connect(self._follow_state)
        session.message_posted.connect(self._stay_for_problem)

    def is_allowed(self) -> bool:
        """Whether the window may close. If not, the artist is told or asked, and the window closes once it can."""
        activities = self._session.activities
        if "exporting" in activities and not self._waits_for_export:  # a second try means: do not wait
            self._waits_for_export = True
            self._session.post_message(Message(self.tr("The studio closes when the file is written.")))
            return False
        # A second try while it is asked means: stop it.
        if "batching" in activities and not self._may_stop_batch and self._batch_question is None:
            self._ask_about_batch()
            return False
        if self.classifier is not None and self.classifier.is_unsaved and not self._may_lose_classifier:
            self._ask_about_classifier(self.classifier)
            return False
        run = self._session.finishing.run
        is_painted = self._session.artwork.has_unsaved_result or (run is not None and run.frame is not None)
        is_lost = is_painted and not self._session.is_kept
        if is_lost and not self._may_discard:
            self._ask()
            return False
        return True

    def _ask_about_batch(self) -> None:
        batch_window = self.batch_window
        parent = batch_window if batch_window is not None and batch_window.isVisible() else self._window
        title, text = self.tr("Style Studio"), self.tr("Many pictures are being painted.")
        question = self._batch_question = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=parent)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setInformativeText(self.tr("What is painted stays, and the batch can be resumed from its folder."))
        stop = question.addButton(self.tr("Stop and close"), QMessageBox.ButtonRole.DestructiveRole)
        stay = question.addButton(self.tr("Keep painting"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(stay)
        question.setEscapeButton(stay)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.destroyed.connect(self._forget_question)
        stop.clicked.connect(self._stop_batch)
        question.open()

    @Slot()
    def _forget_question(self) -> None:
        self._batch_question = None

    @Slot()
    def _stop_batch(self) -> None:
        self._may_stop_batch = True
        self._window.close()

    def _ask_about_classifier(self, classifier: HasUnsaved) -> None:
        text = self.tr("The classifier has not been kept.")
        if classifier.is_training:
            text = self.tr("A classifier is being trained.")
        question = QMessageBox(QMessageBox.Icon.NoIcon, self.tr("Style Studio"), text, parent=self._window)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setInformativeText(self.tr("Closing the studio now discards it."))
        discard = question.addButton(self.tr("Discard and close"), QMessageBox.ButtonRole.DestructiveRole)
        stay = question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(stay)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        discard.clicked.connect(self._discard_classifier)
        question.open()

    @Slot()
    def _discard_classifier(self) -> None:
        self._may_lose_classifier = True
        self._window.close()

    def _ask(self) -> None:
        title, text = self.tr("Style Studio"), self.tr("The artwork has not been exported.")
        question = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=self._window)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setInformativeText(self.tr("Closing the studio now discards it."))
        export = question.addButton(self.tr("Export\N{HORIZONTAL ELLIPSIS}"), QMessageBox.ButtonRole.AcceptRole)
        discard = question.addButton(self.tr("Discard and close"), QMessageBox.ButtonRole.DestructiveRole)
        question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(export)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        export.clicked.connect(self._actions["export"].trigger)
        discard.clicked.connect(self._discard)
        question.open()

    @Slot()
    def _discard(self) -> None:
        self._may_discard = True
        self._window.close()

    @Slot()
    def _follow_state(self) -> None:
        self._may_stop_batch = self._may_stop_batch and "batching" in self._session.activities
        if self._waits_for_export and "exporting" not in self._session.activities:
            self._window.close()

    @Slot(object)
    def _stay_for_problem(self, message: Message | None) -> None:
        """Stay open to show why an export failed."""
        if message is not None and message.is_problem:
            self._waits_for_export = False
