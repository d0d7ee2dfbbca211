"""Removals: what each step of undo takes away of one kind of the artist's things, and what it brings back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork.artwork_state import RemovalKind, removal_key
from studio.ui.session.session import Session


class Removals(QObject):
    """Signals: stepped(names taken away, names brought back), two frozensets, after a step of this artwork."""

    stepped = Signal(object, object)

    def __init__(self, session: Session, kind: RemovalKind, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._prefix = removal_key(kind, "")
        self._keys = session.artwork.state.removed
        self._known = self.present
        self._taken = session.artworks_taken
        session.state_changed.connect(self._follow)

    @property
    def present(self) -> frozenset[str]:
        """The names of those that are taken away now."""
        removed = self._session.artwork.state.removed
        return frozenset(key.removeprefix(self._prefix) for key in removed if key.startswith(self._prefix))

    @Slot()
    def _follow(self) -> None:
        keys, taken = self._session.artwork.state.removed, self._session.artworks_taken
        is_other = taken != self._taken  # another artwork: its steps were done on another day
        if keys is self._keys and not is_other:
            return
        before, now = self._known, self.present
        self._keys, self._known, self._taken = keys, now, taken
        if is_other:
            return
        gone = self._session.artwork.forgotten
        back = frozenset(name for name in before - now if self._prefix + name not in gone)
        if now - before or back:
            self.stepped.emit(now - before, back)
