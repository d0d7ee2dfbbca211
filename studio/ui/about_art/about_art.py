"""AboutArt: counts what is in gallery, library and networks off the GUI thread, and shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from studio.core.card import Card, bundled_cards
from studio.core.errors import StudioError
from studio.core.library.about_art import Portrait, portrait_of, portraits_of_folders, portraits_of_models
from studio.ui.about_art.about_art_window import AboutArtWindow
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.threads.task_pool import TaskPool


class AboutArt(QObject):
    """Opens the window about the art, of which there is one, and fills it when all is counted."""

    def __init__(
        self,
        session: Session,
        own_cards: Callable[[], Sequence[Card]],
        folders: Callable[[], Sequence[Path]],
        window: QWidget,
    ) -> None:
        """own_cards: of the user's own styles. folders: of the library."""
        super().__init__(window)
        self._session = session
        self._own_cards = own_cards
        self._folders = folders
        self._parent = window
        self._window: AboutArtWindow | None = None
        self._tasks = TaskPool(1, self)
        self._tasks.finished.connect(self._fill)
        self._tasks.failed.connect(self._refuse)

    @Slot()
    def show(self) -> None:
        """Show the window, in front if it is there already, and count anew."""
        if self._window is None:
            self._window = AboutArtWindow(self._parent)
        elif not self._window.isVisible():
            self._window.show_counting()
        self._window.show()
        self._window.activateWindow()
        gallery, own = self.tr("The gallery"), self.tr("Your own styles")
        cards, folders = tuple(self._own_cards()), tuple(self._folders())

        def count() -> tuple[list[Portrait], tuple[Portrait, ...]]:
            found = [portrait_of(gallery, bundled_cards("styles"))]
            found += [portrait_of(own, cards)] if cards else []
            found += portraits_of_folders(folders) if folders else ()
            return found, portraits_of_models()

        self._tasks.submit("art", count)

    @Slot(object, object)
    def _fill(self, _key: object, counted: tuple[list[Portrait], tuple[Portrait, ...]]) -> None:
        if self._window is not None:
            self._window.show_counted(*counted)

    @Slot(object, object)
    def _refuse(self, _key: object, error: StudioError) -> None:
        if self._window is not None:
            self._window.close()
        self._session.post_message(Message.about(error))
