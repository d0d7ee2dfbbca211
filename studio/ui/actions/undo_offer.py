"""UndoOffer: takes a message away once the step that its button takes back is not the one that it would take back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from studio.core.artwork.artwork_state import ArtworkState
from studio.ui.actions.message_bar import MessageBar
from studio.ui.session.message import Message
from studio.ui.session.session import Session

_OF_ITS_OWN = ("restore_style", "restore_preset", "remove_added")  # each takes back its step, whatever came after it


class UndoOffer(QObject):
    """Follows the session: "The picture is thrown away. [Undo]" is no news, and no offer, once the picture is back."""

    def __init__(self, session: Session, bar: MessageBar) -> None:
        super().__init__(bar)
        self._session = session
        self._bar = bar
        self._message: Message | None = None
        self._step: ArtworkState | None = None  # what was there before the step
        session.message_posted.connect(self._note)
        session.state_changed.connect(self._follow)

    @Slot(object)
    def _note(self, message: Message | None) -> None:
        is_offer = message is not None and message.action in ("undo", *_OF_ITS_OWN)
        self._message, self._step = (message, self._last) if is_offer else (None, None)

    @Slot()
    def _follow(self) -> None:
        message = self._message
        if message is None or self._step is self._last:
            return
        if message.action == "undo" or not any(state is self._step for state in self._session.artwork.undo_stack):
            self._message = None
            if self._bar.message is message:
                self._bar.clear()

    @property
    def _last(self) -> ArtworkState | None:
        states = self._session.artwork.undo_states
        return None if states is None else states[0]
