"""IndexingBar: how far the library is, and Pause."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from studio.ui.library.library_indexer import LibraryIndexer
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.plain_text import tool_tip
from studio.ui.widgets.progress_line import ProgressLine

_LINE_WIDTH = 160  # px
_TOLD = 15  # files that could not be opened, in the tool tip


class IndexingBar(QFrame):
    """Hidden while there is nothing to tell."""

    def __init__(self, indexer: LibraryIndexer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._indexer = indexer
        set_role(self, "bar")
        self.text = ElidedLabel()
        set_role(self.text, "caption")
        self.problems = ElidedLabel()
        set_role(self.problems, "caption")
        self.line = ProgressLine(self.tr("Progress of looking at pictures"))
        self.line.setFixedWidth(_LINE_WIDTH)
        self.button = QPushButton()
        self.button.clicked.connect(self._pause_or_resume)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID + 4, 4, GRID, 4)
        row.setSpacing(2 * GRID)
        row.addWidget(self.line)
        row.addWidget(self.text, 2)
        row.addWidget(self.problems, 1)
        row.addWidget(self.button)
        indexer.changed.connect(self._show_state)
        self._show_state()

    @Slot()
    def _pause_or_resume(self) -> None:
        indexer = self._indexer
        indexer.pause(indexer.state in ("indexing", "looking") and not indexer.is_paused)

    @Slot()
    def _show_state(self) -> None:
        indexer, state = self._indexer, self._indexer.state
        self.line.setVisible(state in ("indexing", "paused") and indexer.total > 0)
        if indexer.total:
            self.line.show_progress(indexer.done / indexer.total)
        self.button.setVisible(state != "idle")
        is_resting = state == "failed" or indexer.is_paused
        self.button.setText(self.tr("Resume") if is_resting else self.tr("Pause"))
        self.text.setText(self._words())
        self._show_problems()
        self.setVisible(state != "idle" or bool(indexer.problems))

    def _words(self) -> str:
        indexer = self._indexer
        progress = self.tr("{} of {}").format(f"{indexer.done:,}", f"{indexer.total:,}")
        match indexer.state:
            case "looking":
                return self.tr("Looking through the folders: {} pictures so far").format(f"{indexer.found:,}")
            case "failed":
                return self.tr("The library rests: {}").format(indexer.failure)
            case "paused":
                return self.tr("Paused: {} pictures were looked at").format(progress)
            case "indexing" if indexer.is_waiting:
                return self.tr("{} pictures were looked at; the rest waits for the engine").format(progress)
            case "indexing":
                return self.tr("Looking at pictures: {}").format(progress)
        return ""

    def _show_problems(self) -> None:
        problems = self._indexer.problems
        count = len(problems)
        text = self.tr("One file could not be opened.") if count == 1 else self.tr("{} files could not be opened.")
        self.problems.setText(text.format(count) if count else "")
        lines = [f"{path.name}: {problem}" for path, problem in list(problems.items())[:_TOLD]]
        if count > _TOLD:
            lines.append(self.tr("And {} more.").format(count - _TOLD))
        self.problems.setToolTip(tool_tip("\n".join(lines)))
        self.problems.setAccessibleDescription("\n".join(lines))
