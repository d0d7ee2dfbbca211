"""SelectionActions: what can be done with the pictures that are selected in the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication

from studio.core.card import Card
from studio.core.errors import StudioError
from studio.core.library.consent import forbids_learning
from studio.core.library.facts import Facts
from studio.core.library.library_index import IndexedPicture
from studio.core.picture import Picture
from studio.core.styles.load_style import open_style
from studio.core.styles.style import Style
from studio.ui.dialogs.file_dialogs import show_folder
from studio.ui.importing.importer import MOST_MIXED, Importer
from studio.ui.importing.opening import WaitedFor
from studio.ui.library.library_entries import LibraryEntries
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.theme.theme import icon
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.plain_text import tool_tip

_MOST_COPIED = 1000  # paths; a clipboard is no database


class SelectionActions(QObject):
    """actions: by name, in the order of the bar; each is enabled where it is possible, else its tool tip says why not.

    Signals: left(), the canvas is wanted; like_wanted(row), styles_like_wanted(row), preview_wanted(row);
    teach_asked(paths, author), render_asked(paths), compare_asked(Path, Path), where that is done elsewhere.
    """

    left = Signal()
    like_wanted = Signal(int)
    preview_wanted = Signal(int)
    styles_like_wanted = Signal(int)
    teach_asked = Signal(list, str)
    render_asked = Signal(list)
    compare_asked = Signal(object, object)

    def __init__(
        self,
        session: Session,
        importer: Importer,
        entries: LibraryEntries,
        files: SerialExecutor,
        parent: QObject | None = None,
    ) -> None:
        """files: a thread for what reads the pictures' files."""
        super().__init__(parent)
        self._session, self._importer, self._entries, self._files = session, importer, entries, files
        self._rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._tips: dict[str, str] = {}
        self.actions: dict[str, QAction] = {}
        self._make("use", self.tr("Use as style"), "style", self.tr("Paint in the style of what is selected (Enter)"))
        self._make("mix", self.tr("Mix in"), "mix", self.tr("Add what is selected to the styles (Shift+Enter)"))
        self._make("paint", self.tr("Paint my photo like this"), "finish",
                   self.tr("Use it as the style and finish the photo on the canvas"))  # fmt: skip
        self._make("like", self.tr("More like this"), "search",
                   self.tr("Show what is like the selected picture in strokes, subject or colour"))  # fmt: skip
        self._make("styles", self.tr("Which of my styles?"), "gallery",
                   self.tr("Show the styles of the gallery that the selected picture is like"))  # fmt: skip
        self._make("preview", self.tr("Preview"), "zoom-in", self.tr("Look at the selected picture in full (Space)"))
        self._make("compare", self.tr("Compare two"), "compare", self.tr("Lay two pictures side by side"))
        self._make("teach", self.tr("Teach a style of these…"), "style",
                   self.tr("Let the studio learn one style from the selected pictures"))  # fmt: skip
        self._make("render", self.tr("Render these…"), "many",
                   self.tr("Paint the selected pictures, one after the other"))  # fmt: skip
        self._make(
            "folder", self.tr("Open its folder"), "folder", self.tr("Show the file in the system's file manager")
        )
        self._make(
            "copy", self.tr("Copy path"), "copy", self.tr("Put the names of the files into the clipboard (Ctrl+C)")
        )
        for name, take in {
            "use": self._use,
            "mix": self._mix,
            "paint": self._paint,
            "compare": self._compare,
            "teach": self._teach,
            "render": self._render,
            "folder": self._show_folder,
            "copy": self._copy,
        }.items():
            self.actions[name].triggered.connect(partial(self._with_pictures, take))
        self.actions["like"].triggered.connect(lambda: self.like_wanted.emit(int(self._rows[0])))
        self.actions["styles"].triggered.connect(lambda: self.styles_like_wanted.emit(int(self._rows[0])))
        self.actions["preview"].triggered.connect(lambda: self.preview_wanted.emit(int(self._rows[0])))
        session.content_changed.connect(self._show_state)
        self._show_state()

    def select(self, rows: NDArray[np.int64]) -> None:
        """These rows of the index are selected now."""
        self._rows = rows
        self._show_state()

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the index that are selected."""
        return self._rows

    def use_row(self, row: int, is_mix: bool) -> None:
        """Paint in the style of one picture, or mix it in, whatever is selected."""
        self._with_pictures(self._mix if is_mix else self._use, np.array([row], np.int64))

    @Slot()
    def _show_state(self) -> None:
        count = len(self._rows)
        nothing = "" if count else self.tr("Select a picture first.")
        one = nothing or ("" if count == 1 else self.tr("Select a single picture."))
        few = nothing or ("" if count <= MOST_MIXED else self.tr("Mixing more than four would only give grey."))
        photo = "" if self._session.artwork.content else self.tr("Open a photo first.")
        for name, reason in {
            "use": few,
            "mix": few,
            "paint": few or photo,
            "like": one,
            "styles": one,
            "preview": one,
            "compare": "" if count == 2 else self.tr("Select exactly two pictures."),
            "teach": nothing,
            "render": nothing,
            "folder": one,
            "copy": nothing,
        }.items():
            self.actions[name].setEnabled(not reason)
            self.actions[name].setToolTip(tool_tip(f"{self._tips[name]}\n{reason}" if reason else self._tips[name]))

    def _make(self, name: str, text: str, icon_name: str, tip: str) -> None:
        self.actions[name] = QAction(icon(icon_name), text, self)
        self._tips[name] = tip

    def _with_pictures(
        self, take: Callable[[list[IndexedPicture]], None], rows: NDArray[np.int64] | None = None
    ) -> None:
        """Call it with what is selected, in that order, or with these rows of the index, when they are read."""
        rows = self._rows if rows is None else rows
        self._entries.read(rows, lambda pictures: take(pictures) if pictures else None, self._tell)

    def _use(self, pictures: Sequence[IndexedPicture]) -> None:
        self._open_as_style(pictures[0], self._session.use_style)
        self._mix(pictures[1:])
        self.left.emit()

    def _mix(self, pictures: Sequence[IndexedPicture]) -> None:
        for picture in pictures:
            self._open_as_style(picture, self._session.mix_in)
        self.left.emit()

    def _paint(self, pictures: Sequence[IndexedPicture]) -> None:
        """The last one that is opened begins the painting."""
        last = len(pictures) - 1
        for number, picture in enumerate(pictures):
            step = self._session.mix_in if number else self._session.use_style
            self._open_as_style(picture, partial(self._and_finish, step) if number == last else step)
        self.left.emit()

    def _and_finish(self, step: Callable[[Style], None], style: Style) -> None:
        step(style)
        self._session.finish()

    def _open_as_style(self, picture: IndexedPicture, take: Callable[[Style], None]) -> None:
        card = next((card for card in self._importer.cards if card.file == picture.path), None)
        if card is not None:
            known = card
            self._importer.opening.submit(lambda opener: open_style(known, opener.open_picture), take, self._tell)
            return

        def open_one(opener: WaitedFor) -> Picture:
            return opener.open_picture(picture.path)

        self._importer.user_styles.use(open_one, take, partial(credited, picture.facts))

    def _compare(self, pictures: Sequence[IndexedPicture]) -> None:
        if len(pictures) == 2:
            self.compare_asked.emit(pictures[0].path, pictures[1].path)

    def _teach(self, pictures: Sequence[IndexedPicture]) -> None:
        """Without those whose owners do not want that."""

        def sort_out() -> list[IndexedPicture]:
            return [one for one in pictures if one.facts.may_learn and not forbids_learning(one.path)]

        self._files.submit(sort_out, lambda allowed: self._teach_allowed(allowed, len(pictures)), self._tell)

    def _teach_allowed(self, allowed: Sequence[IndexedPicture], wanted: int) -> None:
        forbidden = wanted - len(allowed)
        if forbidden:
            text = self.tr("The owner of one picture does not allow learning from it: it is left out.")
            if forbidden > 1:
                text = self.tr("The owners of {} pictures do not allow learning from them: they are left out.")
            self._session.post_message(Message(text.format(forbidden), is_problem=not allowed))
        if allowed:
            authors = {one.facts.known_author for one in allowed}
            self.teach_asked.emit([one.path for one in allowed], authors.pop() if len(authors) == 1 else "")

    def _render(self, pictures: Sequence[IndexedPicture]) -> None:
        self.render_asked.emit([picture.path for picture in pictures])

    def _show_folder(self, pictures: Sequence[IndexedPicture]) -> None:
        show_folder(pictures[0].path.parent)

    def _copy(self, pictures: Sequence[IndexedPicture]) -> None:
        QGuiApplication.clipboard().setText("\n".join(str(one.path) for one in pictures[:_MOST_COPIED]))
        text = self.tr("The path is in the clipboard.")
        if len(pictures) > 1:
            text = self.tr("{} paths are in the clipboard.").format(min(len(pictures), _MOST_COPIED))
        self._session.post_message(Message(text))

    def _tell(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error))


def credited(facts: Facts, card: Card) -> Card:
    """The card of a style with what the library knows of its picture, unless it names somebody already."""
    if card.author or not (facts.title or facts.author):
        return card
    title, licence = facts.title or card.title, facts.licence or card.licence
    return replace(card, title=title, author=facts.author, year=facts.year, licence=licence)
