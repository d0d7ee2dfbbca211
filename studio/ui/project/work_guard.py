"""WorkGuard: lets nothing take the place of what is on the table before that is kept, saved or given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from studio.core.errors import StudioError
from studio.ui.dialogs.question import LOSES, Answer, ask
from studio.ui.project.autosave_controller import AutosaveController
from studio.ui.session.session import Session


class SavesProjects(Protocol):
    """What the work can be saved with."""

    @property
    def is_saved(self) -> bool:
        """Whether all of it stands in its file."""

    def save_then(self, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
        """Save it, ask where if need be, and call `then` if it is saved, or `otherwise` if it is not."""


class WorkGuard(QObject):
    """Asks only where the disk has refused to keep the work, and it is more than a few clicks."""

    def __init__(
        self, projects: SavesProjects, autosave: AutosaveController, session: Session, window: QWidget
    ) -> None:
        super().__init__(window)
        self._projects = projects
        self._autosave, self._recorder = autosave, autosave.recorder
        self._session = session
        self._window = window

    def leave(self, go: Callable[[], None], stay: Callable[[], None] = lambda: None) -> None:
        """Call `go` as soon as the work may be replaced, or `stay` if the artist would rather not."""
        if self._autosave.is_looking:  # what is brought back just now is work, too
            once = Qt.ConnectionType.SingleShotConnection
            self._autosave.began.connect(lambda: self.leave(go, stay), once)
            return

        def go_or_ask(error: StudioError | None) -> None:
            if error is None or self.is_safe:
                go()
            else:
                self._ask(error, go, stay)

        self._session.finishing.leave()
        if self._projects.is_saved:
            go()
        else:
            self._recorder.keep(go_or_ask)

    @property
    def is_safe(self) -> bool:
        """Whether nothing would be lost now, what a Finish under way has painted aside."""
        return self._projects.is_saved or self._recorder.is_up_to_date or not self._recorder.project().has_labour

    @property
    def is_behind(self) -> bool:
        """Whether the last of the work is not in the session yet, which would take it."""
        is_finishing = self._session.finishing.run is not None
        return self._recorder.is_recording and (is_finishing or not self._recorder.is_up_to_date)

    @property
    def refusal(self) -> StudioError | None:
        """Why nothing is kept; None if it is."""
        return self._recorder.refusal

    def catch_up(self, then: Callable[[StudioError | None], None]) -> None:
        """As `SessionRecorder.keep`."""
        self._recorder.keep(then)

    def save_then(self, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
        """Save the work as a project, and call `then` if it is saved, or `otherwise` if it is not."""
        self._projects.save_then(then, otherwise)

    def _ask(self, error: StudioError, go: Callable[[], None], stay: Callable[[], None]) -> None:
        details = self.tr("{} It is lost unless you save it first.").format(error)
        save = Answer(self.tr("Save project"), lambda: self._projects.save_then(lambda: self.leave(go, stay), stay))
        discard = Answer(self.tr("Discard"), go, LOSES)
        text = self.tr("What is on the canvas could not be kept.")
        ask(text, details, [save, discard], self._window, cancelled=stay)
