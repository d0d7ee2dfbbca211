"""CloseGuard: decides whether the window may close, and asks first where something would be lost."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from studio.core.errors import StudioError
from studio.ui.actions.actions import Actions
from studio.ui.dialogs.question import LOSES, Answer, ask
from studio.ui.project.work_guard import WorkGuard
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

    Work that autosave keeps is not asked about; the last of it is waited for. work: knows of it, None for what the
    session says. batch_window: what the batch is asked about in front of, if it is open. classifier: knows whether one
    would be lost.
    """

    def __init__(self, session: Session, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._actions = actions
        self._window = window
        self.batch_window: QWidget | None = None
        self.classifier: HasUnsaved | None = None
        self.work: WorkGuard | None = None
        self._may_discard = False
        self._may_stop_batch = False
        self._may_lose_classifier = False
        self._batch_question: QMessageBox | None = None
        self._waits_for_export = self._waits_for_session = False
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
        return self._may_discard or self._is_kept()

    def _is_kept(self) -> bool:
        """Whether nothing is lost; if not, the artist is asked, or the session is written first."""
        if self._session.is_kept:
            if self.work is None or self._waits_for_session or not self.work.is_behind:
                return True  # a second try means: do not wait
            self._waits_for_session = True
            self.work.catch_up(self._go_on)
            return False
        artwork, run = self._session.artwork, self._session.finishing.run
        is_exported = artwork.result is not None and not artwork.has_unsaved_result
        is_painted = artwork.has_unsaved_result or (run is not None and run.frame is not None)
        is_refused = self.work is not None and self.work.refusal is not None and not is_exported
        is_safe = self.work is not None and run is None and self.work.is_safe
        if is_safe or not (is_painted or is_refused):
            return True
        self._ask(is_painted)
        return False

    def _go_on(self, _: StudioError | None) -> None:
        """The session is written, or the disk has refused it and there is something to ask."""
        self._window.close()
        self._waits_for_session = False

    def _ask_about_batch(self) -> None:
        batch_window = self.batch_window
        parent = batch_window if batch_window is not None and batch_window.isVisible() else self._window
        question = self._batch_question = ask(
            self.tr("Many pictures are being painted."),
            self.tr("What is painted stays, and the batch can be resumed from its folder."),
            [Answer(self.tr("Stop and close"), self._stop_batch, LOSES)],
            parent,
            stay=self.tr("Keep painting"),
            cancelled=self._stay,
        )
        question.finished.connect(self._forget_question)

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
        discard = Answer(self.tr("Discard and close"), self._discard_classifier, LOSES)
        ask(text, self.tr("Closing the studio now discards it."), [discard], self._window, cancelled=self._stay)

    @Slot()
    def _discard_classifier(self) -> None:
        self._may_lose_classifier = True
        self._window.close()

    def _ask(self, is_painted: bool = True) -> None:
        answers = []
        if is_painted:
            text = self.tr("The artwork has not been exported.")
            answers.append(Answer(self.tr("Export…"), self._export))
        else:
            text = self.tr("What is on the canvas could not be kept.")
        work = self.work
        if work is not None:
            answers.append(Answer(self.tr("Save project"), lambda: work.save_then(self._close, self._stay)))
        answers.append(Answer(self.tr("Discard and close"), self._discard, LOSES))
        ask(text, self.tr("Closing the studio now discards it."), answers, self._window, cancelled=self._stay)

    @Slot()
    def _stay(self) -> None:
        """The window stays open: what this try to close was allowed to lose, the next one asks about again."""
        self._may_discard = self._may_stop_batch = self._may_lose_classifier = False

    @Slot()
    def _export(self) -> None:
        self._stay()
        self._actions["export"].trigger()

    def _close(self) -> None:
        self._window.close()

    @Slot()
    def _discard(self) -> None:
        self._may_discard = True
        self._window.close()

    @Slot()
    def _follow_state(self) -> None:
        self._may_stop_batch = self._may_stop_batch and "batching" in self._session.activities
        if self._waits_for_export and "exporting" not in self._session.activities:
            self._waits_for_export = False  # before it is tried: what is asked then is asked once
            self._window.close()

    @Slot(object)
    def _stay_for_problem(self, message: Message | None) -> None:
        """Stay open to show why an export failed."""
        if message is not None and message.is_problem:
            self._waits_for_export = False
