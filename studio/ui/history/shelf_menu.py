"""What can be done with a picture of the history: the menu of its tile, and the field for a note."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from studio.core.project.project import LONGEST_NOTE, HistoryEntry
from studio.ui.history.shelf import Shelf
from studio.ui.session.session import Session
from studio.ui.theme.theme import icon
from studio.ui.widgets.line_dialog import ask_for_line

translate = QCoreApplication.translate


def fill_menu(menu: QMenu, entry: HistoryEntry, shelf: Shelf, session: Session, window: QWidget) -> None:
    """Fill the menu of an entry, but for export, which others do. window: what the note is asked for over."""
    restore = menu.addAction(icon("history"), translate("ShelfMenu", "Bring back with its settings"))
    restore.triggered.connect(partial(shelf.restore, entry))
    compare = menu.addAction(icon("compare"), translate("ShelfMenu", "Compare with what is on the canvas"))
    compare.setEnabled(session.on_canvas.picture is not None and shelf.present is not entry)
    compare.triggered.connect(lambda: session.on_canvas.look_at(session.on_canvas.looked_at, entry.result))
    pin_text = translate("ShelfMenu", "Unpin") if entry.is_pinned else translate("ShelfMenu", "Pin")
    pin = menu.addAction(icon("pin"), pin_text)
    pin.setToolTip(translate("ShelfMenu", "What is pinned stays, however full the history is"))
    pin.triggered.connect(lambda: shelf.pin(entry, not entry.is_pinned))
    note = menu.addAction(translate("ShelfMenu", "Note…"))
    note.triggered.connect(partial(ask_for_note, entry, shelf, window))
    menu.addSeparator()
    remove = menu.addAction(icon("delete"), translate("ShelfMenu", "Delete"))
    remove.triggered.connect(partial(shelf.remove, entry))


def ask_for_note(entry: HistoryEntry, shelf: Shelf, window: QWidget) -> None:
    """Let the artist say something of an entry."""
    title, question = translate("ShelfMenu", "Note"), translate("ShelfMenu", "A note on this picture:")
    ask_for_line(window, title, question, entry.note, LONGEST_NOTE, partial(shelf.note, entry))
