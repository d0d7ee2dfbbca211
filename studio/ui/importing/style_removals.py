"""StyleRemovals: adding and removing styles of the artist's are steps of undo, like everything else."""

from __future__ import annotations

from collections.abc import Sequence, Set

from PySide6.QtCore import QObject, Slot

from studio.core.artwork.artwork_state import removal_key
from studio.core.card import Card
from studio.core.project.waiting_sessions import styles_removed_somewhere
from studio.ui.importing.removals import Removals
from studio.ui.importing.user_styles import UserStyles
from studio.ui.session.message import Message
from studio.ui.session.session import Session


class StyleRemovals(QObject):
    """Brings the library in line with what the artwork's state says was removed, step by step.

    Files go for good when no undo of any session on the disk brings them back: at a start, by `forget`.
    """

    def __init__(self, session: Session, user_styles: UserStyles, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._user_styles = user_styles
        self._last: Card | None = None
        self._removals = Removals(session, "style", self)
        self._removals.stepped.connect(self._follow)
        user_styles.came.connect(self._note_added)

    @Slot(object)
    def remove(self, card: Card) -> None:
        """Take a style out of the gallery; the message offers to bring it back."""
        self._last = card
        self._session.belongings.remove(removal_key("style", card.id))
        self._session.post_message(Message(self.tr("Removed {}.").format(card.title), action="restore_style"))

    @Slot()
    def remove_added(self) -> None:
        """Take the styles that were added together last out of the gallery again, as one step."""
        added = self._user_styles.take_added()
        if added:
            self._session.belongings.remove(*(removal_key("style", card.id) for card in added))
            text = self.tr("{} styles are out of the gallery again.").format(len(added))
            one = self.tr("{} is out of the gallery again.").format(added[0].title)
            self._session.post_message(Message(one if len(added) == 1 else text, action="undo"))

    @Slot()
    def restore(self) -> None:
        """Bring back the style removed last, whatever was done since."""
        if self._last is not None:
            self._session.belongings.bring_back(removal_key("style", self._last.id))

    @Slot()
    def forget(self) -> None:
        """Delete for good what nothing brings back any more."""
        present = self._removals.present
        self._user_styles.forget_removed(lambda: present | styles_removed_somewhere())

    @Slot(object)
    def _note_added(self, card_ids: Sequence[str]) -> None:
        self._session.belongings.note_added(*(removal_key("style", card_id) for card_id in card_ids))

    @Slot(object, object)
    def _follow(self, gone: Set[str], back: Set[str]) -> None:
        if gone:
            self._user_styles.remove(*sorted(gone))
        if back:
            self._user_styles.restore(*sorted(back))
