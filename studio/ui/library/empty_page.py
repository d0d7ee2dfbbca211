"""EmptyPage: what the library says in place of pictures: why there are none, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.ui.library.library_indexer import LibraryIndexer
from studio.ui.library.questions import Question
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.plain_text import PlainLabel

_TEXT_WIDTH = 480  # px


class EmptyPage(QWidget):
    """Signals, of its one button: add_requested(), a folder is to be asked for; all_requested(), all pictures."""

    add_requested = Signal()
    all_requested = Signal()

    def __init__(self, indexer: LibraryIndexer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._indexer = indexer
        self._is_search = False
        self.title, self.text = PlainLabel(), PlainLabel()
        self.button = QPushButton()
        self._mark = PlainLabel()
        set_role(self.title, "invitation")
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setMinimumWidth(_TEXT_WIDTH)
        set_role(self.text, "muted")
        set_role(self.button, "primary")
        self.button.clicked.connect(self._act)
        self._draw_mark()
        box = QVBoxLayout(self)
        box.setSpacing(2 * GRID)
        box.addStretch(2)
        for widget in (self._mark, self.title, self.text, self.button):
            row = QHBoxLayout()  # aligned in the box, a text that wraps would be as high as one that is wide
            row.addStretch(1)
            row.addWidget(widget)
            row.addStretch(1)
            box.addLayout(row)
        box.addStretch(3)

    def show_why(self, question: Question) -> None:
        """Say why nothing is found."""
        has_folders, state = bool(self._indexer.folders), self._indexer.state
        self._is_search = has_folders and (bool(question.words) or question.kind != "all")
        is_awaited = state in ("looking", "indexing", "paused", "failed") or not self._indexer.is_open
        if not has_folders:
            title, text = self.tr("All your pictures, found by how they are painted"), self._invitation()
        elif self._is_search:
            title, text = self._nothing_found(question)
        elif state == "failed":
            title, text = self.tr("The library rests."), str(self._indexer.failure)
        elif is_awaited:
            title = self.tr("The first pictures will be here in a moment.")
            text = self.tr("You can paint meanwhile: the library waits for the engine.")
        else:
            title = self.tr("There are no pictures in these folders.")
            text = self.tr("The studio opens JPEG, PNG, WebP, TIFF, AVIF, HEIC, BMP and GIF.")
        self.title.setText(title)
        self.text.setText(text)
        add = self.tr("Add folder…")
        self.button.setText(self.tr("Show all pictures") if self._is_search else add)
        self.button.setVisible(self._is_search or not has_folders or not is_awaited)

    def _invitation(self) -> str:
        return self.tr(
            "Drop a folder of paintings, prints or photos here, or add one. The studio looks at each picture once, on "
            "your computer, and finds those that are alike in strokes, subject or colour: to use them as a style, to "
            "teach a style, or to see what your collection is made of. The files stay as they are."
        )

    def _nothing_found(self, question: Question) -> tuple[str, str]:
        if question.words and question.kind in ("all", "alike"):
            nothing = self.tr("Nothing matches “{}”.")
            return nothing.format(question.words), ""
        match question.kind:
            case "alike":
                return self.tr("Nothing is that much alike."), self.tr("Ask for less, or for another kind.")
            case "styles":
                return self.tr("No style is that much alike."), self.tr("Ask for less, or for another kind.")
            case _:
                return self.tr("Every picture is there once."), ""

    @Slot()
    def _act(self) -> None:
        (self.all_requested if self._is_search else self.add_requested).emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:  # another theme
            self._draw_mark()
        super().changeEvent(event)

    def _draw_mark(self) -> None:
        self._mark.setPixmap(icon("library", "control").pixmap(QSize(56, 56), self.devicePixelRatioF()))
